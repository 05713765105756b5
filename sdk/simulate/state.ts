/**
 * Asking a simulated host for its state, and checking that it is still what a plan was made from.
 *
 * @module
 */

import { type CheckState, MOVED_STATUS, type ProbeHost } from "../operations/state.ts";
import { byShell, done, failed, type Model } from "./model.ts";
import { renderProbe } from "./probe.ts";

/** How a host is probed. */
export const probe: Model<ProbeHost> = {
  ...byShell((operation, host) => done(renderProbe(host, operation))),
  seconds: () => 0.1,
};

/** How a state is checked. */
export const checkState: Model<CheckState> = {
  ...byShell((operation, host) => {
    const text = renderProbe(host, operation);
    return text.includes(`~h ${operation.hash}`) ? done() : failed(MOVED_STATUS, "", text);
  }),
  seconds: () => 0.1,
};
