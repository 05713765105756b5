/**
 * Breaking off the programs that secrets come from.
 *
 * @module
 */

import { SextantError } from "../errors.ts";

/** Ends a program that may have ended by itself. */
export function stopChild(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGTERM");
  } catch {
    // It has ended by itself.
  }
}

/**
 * Goes on unless the user broke the run off.
 *
 * @throws {SextantError} `CANCELLED`.
 */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  throw new SextantError("CANCELLED", "reading the secrets was cancelled", {
    cause: signal.reason,
  });
}
