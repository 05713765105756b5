/**
 * Short forms brought to their long ones, before anything is validated.
 *
 * A list of hosts becomes a role's `hosts`, a host's text its `host`, a plain environment its `clear`.
 * What is neither form stays as it is: the schema names it.
 *
 * @module
 */

import { isHostsReference } from "./hosts_function.ts";
import { isPlainObject, type PlainObject } from "./plain_data.ts";

/** Brings every role, host and environment of a spec to its long form. */
export function longSpec(spec: PlainObject): PlainObject {
  return mapKeys(spec, {
    env: longEnv,
    traefik: (traefik) => isPlainObject(traefik) ? mapKeys(traefik, { env: longEnv }) : traefik,
    servers: (roles) => mapValues(roles, longRole),
    accessories: (accessories) => mapValues(accessories, longAccessory),
  });
}

/** Brings an environment to its long form. */
export function longEnv(env: unknown): unknown {
  if (!isPlainObject(env)) return env;
  if (!["clear", "secret", "tags"].some((key) => Object.hasOwn(env, key))) return { clear: env };
  return mapKeys(env, { tags: (tags) => mapValues(tags, longEnv) });
}

function longRole(role: unknown): unknown {
  if (Array.isArray(role)) return { hosts: role.map(longHost) };
  if (isHostsReference(role)) return { hosts: role };
  return isPlainObject(role) ? mapKeys(role, { hosts: longHosts, env: longEnv }) : role;
}

function longAccessory(accessory: unknown): unknown {
  if (!isPlainObject(accessory)) return accessory;
  return mapKeys(accessory, { host: longHost, hosts: longHosts, env: longEnv });
}

function longHosts(hosts: unknown): unknown {
  return Array.isArray(hosts) ? hosts.map(longHost) : hosts;
}

function longHost(host: unknown): unknown {
  return typeof host === "string" ? { host } : host;
}

type Change = (value: unknown) => unknown;

function mapKeys(value: PlainObject, changes: Readonly<Record<string, Change>>): PlainObject {
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const change = Object.hasOwn(changes, key) ? changes[key] : undefined;
      return [key, change ? change(item) : item];
    }),
  );
}

function mapValues(value: unknown, change: Change): unknown {
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, change(item)]));
}
