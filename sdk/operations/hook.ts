/**
 * Hooks: the user's own programs at named points. They run here, not on a host.
 *
 * @module
 */

import { text } from "../command.ts";
import type { Definition } from "./definition.ts";

/** Runs a hook. */
export interface RunHook {
  /** Which operation. */
  readonly kind: "run-hook";
  /** Kamal's name of the hook. */
  readonly name: string;
  /** Hosts that it is about. */
  readonly hosts: readonly string[];
  /** Whether what it writes is shown only where everything is. */
  readonly quiet: boolean;
}

/** How a hook stands in a plan; exec hands it to the effects instead of a shell. */
export const runHook: Definition<RunHook> = {
  changes: true,
  describe: ({ name }) => ({ noun: "hook", subject: name }),
  render: ({ name }) => text(`: hook ${name}`),
};
