/**
 * Functions that give hosts, from the builder's call to the spec that is resolved.
 *
 * @module
 */

import { specFor } from "./destination.ts";
import type { DeployEffects } from "./effects.ts";
import type { HostInput } from "./host.ts";
import { type HostsFunction, isHostsReference } from "./hosts_function.ts";
import { isMap } from "./merge.ts";
import { isPlainObject, type PlainObject } from "./plain_data.ts";
import { spellPath } from "./problems.ts";
import type { DeploySpec, SpecFields } from "./spec.ts";

/** The nouns that have hosts. */
export type HostNouns = Pick<SpecFields, "servers" | "accessories">;

/**
 * Puts the functions that give hosts beside those that are there, each once, and leaves their ids in the nouns.
 */
export function keepHosts(
  effects: DeployEffects,
  said: { readonly servers?: object; readonly accessories?: object },
): { readonly nouns: HostNouns; readonly effects: DeployEffects } {
  const hosts: Record<string, HostsFunction> = { ...effects.hosts };
  const keep = (value: unknown): unknown => {
    if (typeof value !== "function") return value;
    const known = Object.keys(hosts).find((id) => hosts[id] === value);
    const id = known ?? `hosts#${1 + Object.keys(hosts).length}`;
    hosts[id] = value as HostsFunction;
    return { hostsFunction: id };
  };
  const nouns = Object.entries(said).map(([kind, nouns]) => {
    if (!isPlainObject(nouns)) return [kind, nouns];
    const kept = Object.entries(nouns).map(([name, noun]) => {
      if (isMap(noun) && "hosts" in noun) return [name, { ...noun, hosts: keep(noun["hosts"]) }];
      return [name, kind === "servers" ? keep(noun) : noun];
    });
    return [kind, Object.fromEntries(kept)];
  });
  return { nouns: Object.fromEntries(nouns), effects: { ...effects, hosts } };
}

/** The functions that a destination's hosts come from: for each id, where it stands first. */
export function hostsFunctionsOf(
  spec: DeploySpec,
  destination: string | undefined,
): ReadonlyMap<string, string> {
  const { servers, accessories } = specFor(spec, destination);
  const places = new Map<string, string>();
  for (const [kind, nouns] of Object.entries({ servers, accessories })) {
    for (const [name, noun] of Object.entries(isMap(nouns) ? nouns : {})) {
      const path = isMap(noun) ? [kind, name, "hosts"] : [kind, name];
      const hosts = isMap(noun) ? noun["hosts"] : noun;
      if (!isHostsReference(hosts) || places.has(hosts.hostsFunction)) continue;
      places.set(hosts.hostsFunction, spellPath(path));
    }
  }
  return places;
}

/** The spec with hosts in the place of the functions that gave them. */
export function withHosts(
  spec: DeploySpec,
  hosts: ReadonlyMap<string, readonly HostInput[]>,
): DeploySpec {
  const fill = (value: unknown): unknown => {
    if (isHostsReference(value)) return hosts.get(value.hostsFunction) ?? value;
    return isPlainObject(value) ? fillAll(value) : value;
  };
  const fillAll = (value: PlainObject): PlainObject =>
    Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item)]));
  const { servers = {}, accessories = {}, destinations = {} } = spec;
  return { ...spec, ...fillAll({ servers, accessories, destinations }) };
}
