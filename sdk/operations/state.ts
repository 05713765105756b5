/**
 * Asking a host for its state, and checking that it is still what a plan was made from.
 *
 * @module
 */

import { text } from "../command.ts";
import { checkScript, probeScript } from "../observe/probe.ts";
import type { Definition } from "./definition.ts";

/** Asks a host for its state. */
export interface ProbeHost {
  /** Which operation. */
  readonly kind: "probe";
  /** Service, with its destination. */
  readonly service: string;
  /** Values of the label `service` that belong to the deployment. */
  readonly labels: readonly string[];
  /** Whether all that is known of releases is asked for. @default {false} */
  readonly isDetailed?: boolean | undefined;
  /** Whether the settings of running containers are asked for one by one. @default {false} */
  readonly isInspected?: boolean | undefined;
}

/** Fails where a host's state has moved since it was probed, and prints the new state. */
export interface CheckState {
  /** Which operation. */
  readonly kind: "check-state";
  /** Service, with its destination. */
  readonly service: string;
  /** Values of the label `service` that belong to the deployment. */
  readonly labels: readonly string[];
  /** Whether the new state holds all that is known of releases. @default {false} */
  readonly isDetailed?: boolean | undefined;
  /** Hash that the plan was made from. */
  readonly hash: string;
  /** File on the host with the routes; `undefined` where it must be asked for. */
  readonly routesFile: string | undefined;
}

/** An operation on what is known of a host. */
export type StateOperation = ProbeHost | CheckState;

/** Exit status of a check that found another state. */
export const MOVED_STATUS = 79;

/** How a host is probed. */
export const probe: Definition<ProbeHost> = {
  changes: false,
  describe: () => ({ noun: "probe", subject: "host state", minor: true }),
  render: (operation) => text(probeScript(operation)),
};

/** How a state is checked. */
export const checkState: Definition<CheckState> = {
  changes: false,
  describe: () => ({ noun: "check", subject: "the state is still as planned", minor: true }),
  render: ({ hash, routesFile, ...scope }) =>
    text(checkScript(scope, { hash, routesFile, status: MOVED_STATUS })),
  explain: () => ({
    code: "COMMAND_FAILED",
    message: "the host is no longer in the state that the plan was made from",
    hint: "Somebody else works on it; run the command again to plan anew.",
  }),
};
