/**
 * Interrupts: the first breaks off what runs, the second ends the program.
 *
 * @module
 */

import { SextantError } from "../errors.ts";
import type { Io } from "./io.ts";

/** Exit code of a program that was interrupted. */
export const INTERRUPTED = 130;

/** Does some work with a signal that aborts at the first interrupt. */
export async function withInterrupts<T>(
  io: Io,
  onFirst: () => void,
  work: (controller: AbortController) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const stop = io.onInterrupt(() => {
    if (controller.signal.aborted) return io.exit(INTERRUPTED);
    onFirst();
    io.err.write("stopping: what has begun goes back; interrupt again to leave it as it is\n");
    controller.abort(new SextantError("CANCELLED", "interrupted"));
  });
  try {
    return await work(controller);
  } finally {
    stop();
  }
}
