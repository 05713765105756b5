/**
 * Functions of the user that may not listen to a signal.
 *
 * @module
 */

/** Runs a function of the user's; one that does not listen to the signal does not keep a cancelled run. */
export async function untilAborted<T>(
  signal: AbortSignal,
  run: () => T | Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(signal.reason);
  signal.addEventListener("abort", stop);
  try {
    return await Promise.race([(async () => await run())(), promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
