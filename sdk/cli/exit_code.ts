/**
 * Exit codes: what a script can tell from them.
 *
 * @module
 */

import { type ErrorCode, HostsError, SextantError } from "../errors.ts";
import type { Report } from "../exec/report.ts";

/** Each exit code and what it means, as help lists them. */
export const EXIT_CODES: Readonly<Record<number, string>> = Object.freeze({
  0: "done, or nothing to do",
  1: "failed, or not confirmed",
  2: "the command line or the deployment is wrong; nothing was done",
  3: "somebody else holds the deploy lock",
  4: "a host cannot be reached",
  10: "plan --exit-code: something would change; drift: hosts differ from the configuration",
  70: "a bug in sextant",
  130: "interrupted",
});

/** Failures that are not an ordinary 1. */
const CODES: Readonly<Partial<Record<ErrorCode, number>>> = Object.freeze({
  USAGE: 2,
  CONFIG_NOT_FOUND: 2,
  CONFIG_INVALID: 2,
  SECRET_MISSING: 2,
  SECRET_UNFIT: 2,
  NOT_CONFIRMED: 2,
  LOCK_HELD: 3,
  HOST_UNREACHABLE: 4,
  HOST_KEY_UNKNOWN: 4,
  HOST_KEY_CHANGED: 4,
  LOGIN_REFUSED: 4,
  CANCELLED: 130,
});

/** The exit code for a kind of failure. */
export function exitCodeOf(code: ErrorCode): number {
  return CODES[code] ?? 1;
}

/** The exit code for whatever was thrown. */
export function exitCodeOfError(error: unknown): number {
  if (!(error instanceof SextantError)) return 70;
  if (!(error instanceof HostsError)) return exitCodeOf(error.code);
  // Hosts that fail in different ways have a code in common only where all of them mean the same.
  const codes = new Set(error.errors.map((one) => exitCodeOf(one.code)));
  return codes.size === 1 ? [...codes][0]! : 1;
}

/** The exit code for a run; `undefined` is a run with nothing to do. */
export function exitCodeOfReport(report: Report | undefined): number {
  if (report === undefined || report.outcome === "done") return 0;
  const [failure] = report.failures;
  if (report.outcome === "cancelled") return exitCodeOf("CANCELLED");
  return failure === undefined ? 1 : exitCodeOf(failure.code);
}
