/**
 * What a plan is made from: all of it values, so that the same input gives the same plan.
 *
 * @module
 */

import { type Config, type Host, hostOf } from "../config/config.ts";
import type { LockWait } from "../operations/lock.ts";
import type { HostState } from "../observe/host_state.ts";

/** Everything that the verbs plan from. */
export interface PlanInput {
  /** The resolved configuration. */
  readonly config: Config;
  /** Version to deploy. */
  readonly version: string;
  /** Names of the hosts to work on, in order. */
  readonly hosts: readonly string[];
  /** Names of the roles to work on. */
  readonly roles: readonly string[];
  /** Host that holds the lock, whether or not it is worked on. */
  readonly lockHost: string;
  /** How long a lock that somebody else holds is waited for; absent for not at all. */
  readonly lockWait?: LockWait | undefined;
  /** What each host answered, by name. */
  readonly states: ReadonlyMap<string, HostState>;
  /**
   * What hosts answered that left the configuration, by name; `undefined` for one that could not be reached. Absent
   * where none were asked.
   */
  readonly formerStates?: ReadonlyMap<string, HostState | undefined> | undefined;
  /** Digest of each secret's value; `undefined` where secrets were not resolved. */
  readonly secretDigests: ReadonlyMap<string, string> | undefined;
  /** Digests of secrets as variables, by `VARIABLE=SECRET`, as hosts tell them; absent where none were asked. */
  readonly envDigests?: ReadonlyMap<string, string> | undefined;
  /** Names of the hooks that exist and are wanted. */
  readonly hooks: ReadonlySet<string>;
  /** What tells this run from others. */
  readonly run: RunFacts;
}

/** Facts of one run. */
export interface RunFacts {
  /** Who, for the audit log. */
  readonly performer: string;
  /** Who, for the lock. */
  readonly holder: string;
  /** Start, ISO 8601, UTC, whole seconds. */
  readonly at: string;
  /** 16 random hex digits, for names that must not clash. */
  readonly suffix: string;
}

/** The state of a host that was probed. */
export function stateOf(input: PlanInput, host: string): HostState {
  const state = input.states.get(host) ?? input.formerStates?.get(host);
  if (!state) throw new RangeError(`The host "${host}" was not probed`);
  return state;
}

/** The hosts to work on, with their addresses. */
export function hostsOf(input: PlanInput): readonly Host[] {
  return input.hosts.map((name) => hostOf(input.config, name));
}
