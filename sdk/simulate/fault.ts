/**
 * What goes wrong on a simulated host because a test said so.
 *
 * @module
 */

import type { Outcome } from "../operations/definition.ts";
import type { Operation, OperationKind } from "../operations/operation.ts";

/** Which operations a fault meets: those of a kind, or those that a function picks. */
export type FaultMatch = OperationKind | ((operation: Operation) => boolean);

/** What happens to an operation instead of its effect. */
export type Fault =
  | { readonly kind: "fail"; readonly outcome: Outcome }
  | { readonly kind: "hang" }
  | { readonly kind: "lose" };

/** The faults that wait for their operation. */
export class Faults {
  readonly #waiting: { readonly match: FaultMatch; readonly fault: Fault; left: number }[] = [];

  /** Adds a fault that meets the next operations that match, as often as `times` says. */
  add(match: FaultMatch, fault: Fault, times: number): void {
    this.#waiting.push({ match, fault, left: times });
  }

  /** The fault that meets an operation now, if any. */
  take(operation: Operation): Fault | undefined {
    const found = this.#waiting.find(({ match, left }) => left > 0 && matches(match, operation));
    if (found === undefined) return undefined;
    found.left--;
    return found.fault;
  }
}

function matches(match: FaultMatch, operation: Operation): boolean {
  return typeof match === "string" ? operation.kind === match : match(operation);
}
