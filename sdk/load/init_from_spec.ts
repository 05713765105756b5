/**
 * A spec as somebody would write it: in short forms, and of a destination only what differs.
 *
 * @module
 */

import { specFor } from "../config/destination.ts";
import { longEnv, longSpec } from "../config/long_form.ts";
import { isMap } from "../config/merge.ts";
import { isPlainObject, type PlainObject, sortedCopy } from "../config/plain_data.ts";
import type { DeploySpec } from "../config/spec.ts";

/** What a destination lays over the rest, and what cannot be said so. */
export interface Overlay {
  /** Nouns with what differs. */
  readonly fields: PlainObject;
  /** Nouns that differ in a way that an overlay cannot express. */
  readonly leftOut: readonly string[];
}

/** Brings a spec to its short forms; empty nouns are left out, but for those that mean something by being there. */
export function shortSpec(spec: PlainObject): PlainObject {
  const entries = Object.entries(spec).map(([noun, value]): readonly [string, unknown] => {
    if (noun === "env") return [noun, shortEnv(value)];
    if (noun === "servers") return [noun, mapValues(value, shortRole)];
    return [noun, noun === "accessories" ? mapValues(value, shortAccessory) : value];
  });
  return Object.fromEntries(
    entries.filter(([noun, value]) => noun === "traefik" || !isEmptyMap(value)),
  );
}

/** What has to be laid over one spec to come to another, both in their short forms. */
export function overlayBetween(base: PlainObject, wanted: PlainObject): Overlay {
  const fields = differenceOf(base, wanted, []);
  const spec = { ...base, destinations: { there: fields } } as unknown as DeploySpec;
  const got = longSpec(specFor(spec, "there"));
  const long = longSpec(wanted);
  const leftOut = [...new Set([...Object.keys(got), ...Object.keys(long)])]
    .filter((noun) => noun === "service" ? "service" in fields : !isSame(got[noun], long[noun]));
  return { fields: without(fields, [...leftOut, "service"]), leftOut };
}

function differenceOf(
  base: PlainObject,
  wanted: PlainObject,
  path: readonly string[],
): PlainObject {
  const entries = Object.entries(wanted).flatMap(([key, value]): (readonly [string, unknown])[] => {
    const before = base[key];
    if (!Object.hasOwn(base, key)) return [[key, value]];
    if (isSame(before, value)) return [];
    // An accessory says all that it needs to be one, in an overlay as well.
    const isWhole = path[0] === "accessories" || !isMap(before) || !isMap(value);
    if (isWhole) return [[key, value]];
    if (key !== "env") return [[key, differenceOf(before, value, [...path, key])]];
    const [first, second] = [longEnv(before), longEnv(value)];
    if (!isPlainObject(first) || !isPlainObject(second)) return [[key, value]];
    return [[key, shortEnv(differenceOf(first, second, [...path, key]))]];
  });
  return Object.fromEntries(entries);
}

function shortRole(role: unknown): unknown {
  if (!isPlainObject(role)) return role;
  const { hosts, env, ...rest } = role;
  const short = Array.isArray(hosts) ? hosts.map(shortHost) : hosts;
  if (Object.keys(rest).length === 0 && env === undefined && short !== undefined) return short;
  return {
    ...short === undefined ? {} : { hosts: short },
    ...rest,
    ...env === undefined ? {} : { env: shortEnv(env) },
  };
}

function shortAccessory(accessory: unknown): unknown {
  if (!isPlainObject(accessory)) return accessory;
  return Object.fromEntries(
    Object.entries(accessory).map(([key, value]) => {
      if (key === "host") return [key, shortHost(value)];
      if (key === "hosts" && Array.isArray(value)) return [key, value.map(shortHost)];
      return [key, key === "env" ? shortEnv(value) : value];
    }),
  );
}

function shortHost(host: unknown): unknown {
  return isPlainObject(host) && Object.keys(host).join() === "host" ? host.host : host;
}

function shortEnv(env: unknown): unknown {
  if (!isPlainObject(env)) return env;
  const { clear, tags } = env;
  if (Object.keys(env).join() === "clear" && isSame(longEnv(clear), env)) return clear;
  return tags === undefined ? env : { ...env, tags: mapValues(tags, shortEnv) };
}

function mapValues(value: unknown, change: (item: unknown) => unknown): unknown {
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, change(item)]));
}

function without(value: PlainObject, keys: readonly string[]): PlainObject {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)));
}

function isEmptyMap(value: unknown): boolean {
  return isPlainObject(value) && Object.keys(value).length === 0;
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(sortedCopy(one)) === JSON.stringify(sortedCopy(other));
}
