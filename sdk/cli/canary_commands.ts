/**
 * The commands about canaries.
 *
 * @module
 */

import type { Command, Flag } from "./command.ts";
import { DEPLOY_FLAGS } from "./flags.ts";
import { ask, change, row } from "./row.ts";
import { canaryStartVerb, plain } from "./verbs.ts";

const SHARE_FLAGS: readonly Flag[] = [
  {
    name: "percent",
    value: { name: "NUMBER", kind: "percent" },
    summary:
      "how many values of the cookie kamal-rollout get it, 0 for those of --allow alone (default: as configured)",
  },
  {
    name: "allow",
    value: { name: "VALUES", kind: "list" },
    summary: "values of that cookie that get it in any case (default: as configured)",
  },
];

/** Every command about canaries, in the order in which help lists them. */
export const CANARY_COMMANDS: readonly Command[] = Object.freeze([
  row(
    "canary start",
    "bring a version beside the one that serves, for a part of the visitors; or change whom",
    change(canaryStartVerb),
    { flags: [...SHARE_FLAGS, ...DEPLOY_FLAGS] },
  ),
  row("canary promote", "let the canary serve everybody", change(plain("canary promote"))),
  row(
    "canary abort",
    "send everybody back to the version that serves, and remove the canary",
    change(plain("canary abort")),
  ),
  row(
    "canary status",
    "show which canary stands where, and who gets it",
    ask(plain("canary status")),
  ),
]);
