/**
 * Hosts that a function gives: it stands in the effects, and its id in the spec.
 *
 * @module
 */

import type { DeployContext } from "./deploy_context.ts";
import type { HostInput } from "./host.ts";
import { isPlainObject } from "./plain_data.ts";

/** What a function that gives hosts is told. */
export interface HostsContext extends DeployContext {
  /** Is aborted when the run is cancelled. */
  readonly signal: AbortSignal;
}

/** Gives hosts, from a cloud's API for example. Asked once per run, before anything else is done. */
export type HostsFunction<Address extends string = string> = (
  context: HostsContext,
) => readonly HostInput<Address>[] | Promise<readonly HostInput<Address>[]>;

/** Hosts as `deploy.ts` says them: a list, or a function that gives one. */
export type HostsInput<Address extends string = string> =
  | readonly HostInput<Address>[]
  | HostsFunction<Address>;

/** Stands in a spec for the hosts that a function gives. */
export interface HostsReference {
  /** Id of the function in the effects. */
  readonly hostsFunction: string;
}

/** Hosts as a spec says them: a list, or the id of a function that gives one. */
export type HostsSpec = readonly HostInput[] | HostsReference;

/** Whether a value stands for the hosts that a function gives. */
export function isHostsReference(value: unknown): value is HostsReference {
  return isPlainObject(value) && Object.keys(value).length === 1 &&
    typeof value["hostsFunction"] === "string" && /^hosts#\d+$/.test(value["hostsFunction"]);
}
