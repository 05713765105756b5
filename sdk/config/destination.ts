/**
 * Destinations: what one of them lays over the rest of the deployment.
 *
 * @module
 */

import type { HookIds } from "./hook.ts";
import { longEnv } from "./long_form.ts";
import { isMap, mergeWith } from "./merge.ts";
import type { PlainObject } from "./plain_data.ts";
import type { SecretsReference } from "./secrets_function.ts";
import type { DeploySpec } from "./spec.ts";

/** The names of a deployment's destinations. */
export function destinationNames(spec: DeploySpec): readonly string[] {
  return Object.keys(spec.destinations ?? {});
}

/** The spec as one destination has it, without destinations; for an unknown destination, the spec alone. */
export function specFor(spec: DeploySpec, destination: string | undefined): PlainObject {
  const { destinations: _, ...base } = spec;
  return overlay(base, { ...overlayOf(spec, destination) }, []);
}

/** Ids of the hook functions that run for a destination; its own replace those of the same hook. */
export function hookIds(spec: DeploySpec, destination: string | undefined): HookIds {
  return { ...spec.hooks, ...overlayOf(spec, destination)?.hooks };
}

/** What stands for the function that gives a destination's secrets; its own replaces the other. */
export function secretsReference(
  spec: DeploySpec,
  destination: string | undefined,
): SecretsReference | undefined {
  return overlayOf(spec, destination)?.secrets ?? spec.secrets;
}

function overlayOf(
  { destinations }: DeploySpec,
  destination: string | undefined,
): NonNullable<DeploySpec["destinations"]>[string] | undefined {
  const isKnown = destination !== undefined && Object.hasOwn(destinations ?? {}, destination);
  return isKnown ? destinations?.[destination] : undefined;
}

/** Lays one object over another: objects merge deeply, all else is replaced, as with Kamal's second file. */
function overlay(base: PlainObject, over: PlainObject, path: readonly string[]): PlainObject {
  const [below, above] = isEnv(path) ? [longEnv(base), longEnv(over)] : [base, over];
  if (!isMap(below) || !isMap(above)) return over;
  const replaced = alternatives(path)
    .filter((keys) => keys.some((key) => Object.hasOwn(above, key)))
    .flat();
  const kept = Object.entries(below).filter(([key]) => !replaced.includes(key));
  return mergeWith(Object.fromEntries(kept), above, (first, second, key) => {
    return isMap(first) && isMap(second) ? overlay(first, second, [...path, key]) : second;
  });
}

function isEnv(path: readonly string[]): boolean {
  return path.at(-1) === "env" &&
    (path.length === 1 || (path.length === 3 && ["servers", "accessories"].includes(path[0]!)));
}

/** Keys of which an object may have one: the overlay's takes the place of the other, where Kamal finds two. */
function alternatives(path: readonly string[]): readonly (readonly string[])[] {
  if (path[0] === "accessories" && path.length === 2) return [PLACE_KEYS];
  const isProxy = path.at(-1) === "proxy" &&
    (path.length === 1 || (path.length === 3 && path[0] === "servers"));
  return isProxy ? [["host", "hosts"], ["pathPrefix", "pathPrefixes"]] : [];
}

const PLACE_KEYS = ["host", "hosts", "role", "roles", "tag", "tags"];
