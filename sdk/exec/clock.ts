/**
 * Time, as runs see it.
 *
 * @module
 */

/** A clock: the machine's own, or that of simulated hosts, where time takes none. */
export interface Clock {
  /** Seconds since a moment that stays the same. */
  readonly now: number;
  /** Lets seconds pass; gives whether they did, rather than the signal having ended the wait. */
  readonly sleep: (seconds: number, signal?: AbortSignal) => Promise<boolean>;
}

/** The machine's own clock. */
export const MACHINE_CLOCK: Clock = {
  get now(): number {
    return performance.now() / 1000;
  },
  sleep,
};

/** What tells how long ago it was made. */
export function stopwatch(clock: Clock): () => number {
  const started = clock.now;
  return () => clock.now - started;
}

/** A signal that breaks off after so many seconds, or with another; disposed of, it waits no longer. */
export function deadline(
  clock: Clock,
  seconds: number,
  signal?: AbortSignal,
): { readonly signal: AbortSignal } & Disposable {
  const late = new AbortController();
  const over = new AbortController();
  void clock.sleep(seconds, over.signal).then((isLate) => {
    if (isLate) late.abort(new DOMException(`no answer within ${seconds} s`, "TimeoutError"));
  });
  return {
    signal: signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]),
    [Symbol.dispose]: () => over.abort(),
  };
}

function sleep(seconds: number, signal?: AbortSignal): Promise<boolean> {
  if (signal?.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve(signal?.aborted !== true);
    };
    const timer = setTimeout(end, seconds * 1000);
    signal?.addEventListener("abort", end);
  });
}
