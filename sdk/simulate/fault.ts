/**
 * What goes wrong on a simulated host because a test said so.
 *
 * @module
 */

import type { Outcome } from "../operations/definition.ts";
import type { Operation, OperationKind } from "../operations/operation.ts";
import type { SimulatedHost } from "./host.ts";

/** Which operations a fault meets: those of a kind, or those that a function picks. */
export type FaultMatch = OperationKind | ((operation: Operation) => boolean);

/** What happens to an operation. */
export type Fault =
  /** It fails; without an effect, unless it has its effect first. */
  | { readonly kind: "fail"; readonly outcome: Outcome; readonly hasEffect?: boolean }
  /** It never ends. */
  | { readonly kind: "hang" }
  /** The connection is lost as it begins; the host goes on with the script. */
  | { readonly kind: "lose" }
  /** The host itself goes down as it begins: nothing of the script is done any more. */
  | { readonly kind: "die" };

/** What a fleet is told of operations, and may do about them. */
export interface Disturbance {
  /** Called as an operation begins; may change hosts, and gives the fault that meets the operation. */
  readonly begins?: (host: SimulatedHost, operation: Operation) => Fault | undefined;
  /** Called right before an operation takes effect. */
  readonly takesEffect?: (host: SimulatedHost, operation: Operation) => void;
  /** Called once an operation has ended; without an exit status it was broken off. */
  readonly ended?: (
    host: SimulatedHost,
    operation: Operation,
    exitCode: number | undefined,
  ) => void;
}

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
