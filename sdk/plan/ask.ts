/**
 * What all plans that only ask have in common.
 *
 * @module
 */

import { SextantError } from "../errors.ts";
import type { PlanInput } from "./input.ts";
import type { Plan, Step } from "./plan.ts";
import { plan, script, stage } from "./stages.ts";

/** A plan that asks hosts, each by itself. */
export function ask(
  input: PlanInput,
  verb: string,
  steps: (host: string) => readonly Step[],
): Plan {
  return plan(input, verb, [stage("ask", input.hosts.map((host) => script(host, steps(host))))]);
}

/** The plan, or an error where no host has anything to ask. */
export function found(asked: Plan): Plan {
  if (asked.stages.length > 0) return asked;
  throw new SextantError(
    "COMMAND_FAILED",
    `${asked.verb}: no such container on ${asked.hosts.join(", ")}`,
    {
      hint: "See what there is: sextant details",
    },
  );
}
