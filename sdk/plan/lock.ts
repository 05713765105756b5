/**
 * The plans of `lock …`.
 *
 * @module
 */

import type { PlanInput } from "./input.ts";
import { lockFolder } from "./names.ts";
import type { Plan } from "./plan.ts";
import { plan, script, stage, step } from "./stages.ts";

/** Plans `lock status`. */
export function planLockStatus(input: PlanInput): Plan {
  const show = step("lock status", { kind: "show-lock", path: lockFolder(input.config) });
  return plan(input, "lock status", [stage("ask", [script(input.lockHost, [show])])]);
}

/** Plans `lock acquire`: the lock stays until it is released by hand. */
export function planLockAcquire(input: PlanInput, message: string): Plan {
  const acquire = step("lock acquire", {
    kind: "acquire-lock",
    path: lockFolder(input.config),
    holder: input.run.holder,
    at: input.run.at,
    version: input.version,
    message,
  });
  return plan(input, "lock acquire", [stage("apply", [script(input.lockHost, [acquire])])]);
}

/** Plans `lock release`, whoever holds it. */
export function planLockRelease(input: PlanInput): Plan {
  const release = step("lock release", {
    kind: "release-lock",
    path: lockFolder(input.config),
    only: undefined,
  });
  return plan(input, "lock release", [stage("apply", [script(input.lockHost, [release])])]);
}
