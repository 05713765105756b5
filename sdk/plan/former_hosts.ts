/**
 * Hosts that left the configuration: what the ledgers of the others remember of them.
 *
 * @module
 */

import type { Config } from "../config/config.ts";
import { otherHost } from "../config/other_host.ts";
import type { HostState } from "../observe/host_state.ts";
import type { PlanInput } from "./input.ts";

/** Hosts of the last releases that the configuration has no more, as the ledgers spell them. */
export function formerHosts(
  config: Config,
  states: ReadonlyMap<string, HostState>,
): readonly string[] {
  const known = new Set(config.hosts.map(({ name }) => name));
  const last = [...states.values()].flatMap(({ releases }) =>
    releases.findLast(({ status }) => status === "succeeded")?.hosts ?? []
  );
  return [...new Set(last)].filter((host) => !known.has(otherHost(config, host).name));
}

/**
 * What former hosts answered, without what belongs to others: a host that only has another name today has the very
 * containers of one that is still there.
 */
export function withoutTwins(
  former: ReadonlyMap<string, HostState | undefined>,
  states: ReadonlyMap<string, HostState>,
): ReadonlyMap<string, HostState | undefined> {
  const ids = new Set(
    [...states.values()].flatMap(({ containers }) => containers.map(({ id }) => id)),
  );
  return new Map([...former].map(([host, state]) => {
    const isTwin = state?.containers.some(({ id }) => ids.has(id)) === true;
    return [host, isTwin ? { ...state, containers: [], routes: [] } : state];
  }));
}

/**
 * The hosts that the next release remembers: those of the configuration, and former ones that still run something. One
 * that could not be reached was told of, and is forgotten: it may be gone for good.
 */
export function rememberedHosts(
  input: PlanInput,
  stillRuns: (host: string) => boolean,
): readonly string[] {
  const { config, states, formerStates } = input;
  const own = config.hosts.map(({ name, user }) =>
    user === config.ssh.user ? name : `${user}@${name}`
  );
  const former = formerHosts(config, states).filter((spelled) => {
    const { name } = otherHost(config, spelled);
    if (formerStates?.has(name) !== true) return true;
    return formerStates.get(name) !== undefined && stillRuns(name);
  });
  return [...own, ...former];
}
