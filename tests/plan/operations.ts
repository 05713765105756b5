/**
 * What a plan does, for tests that look for one kind of operation.
 *
 * @module
 */

import type { Operation, OperationKind } from "../../sdk/operations/operation.ts";
import { type Plan, stepsOf } from "../../sdk/plan/plan.ts";

/** The operations of a kind in a plan, in its order. */
export function operationsOf<K extends OperationKind>(
  plan: Plan,
  kind: K,
): readonly Extract<Operation, { kind: K }>[] {
  return stepsOf(plan).flatMap(({ operations }) => operations)
    .filter((one): one is Extract<Operation, { kind: K }> => one.kind === kind);
}
