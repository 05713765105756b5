/**
 * A command under way: its events as they come, its result at the end.
 *
 * @module
 */

import type { Result } from "../commander.ts";
import { SextantError } from "../errors.ts";
import type { Event } from "../exec/event.ts";

/** A command was run and did not end well; the result tells what became of each step. */
export class RunFailedError extends SextantError {
  /** What became of the command. */
  readonly result: Result;

  /** Tells the first failure of a result. */
  constructor(result: Result) {
    const failure = result.report?.failures[0];
    super(
      failure?.code ?? "CANCELLED",
      failure === undefined ? "the run was broken off" : `${failure.host}: ${failure.message}`,
      { hint: failure?.hint, details: failure?.details },
    );
    this.result = result;
  }
}

/**
 * A command that has begun. Await it for its result, or iterate over it for its events; both may be done.
 * It runs whether or not anybody listens.
 */
export class Run implements PromiseLike<Result>, AsyncIterable<Event> {
  readonly #result: Promise<Result>;
  readonly #events: Event[] = [];
  #isOver = false;
  readonly #waiting = new Set<() => void>();

  /** Begins a command, which is given a taker of events. */
  constructor(begin: (onEvent: (event: Event) => void) => Promise<Result>) {
    this.#result = begin((event) => {
      this.#events.push(event);
      this.#wakeAll();
    }).then(failUnlessDone).finally(() => {
      this.#isOver = true;
      this.#wakeAll();
    });
    // Whoever only iterates learns of a failure by the last event.
    this.#result.catch(() => {});
  }

  /**
   * Waits for the result.
   *
   * @throws {RunFailedError} If a step failed or the run was broken off.
   */
  then<T = Result, E = never>(
    onDone?: ((result: Result) => T | PromiseLike<T>) | null,
    onFailed?: ((reason: unknown) => E | PromiseLike<E>) | null,
  ): Promise<T | E> {
    return this.#result.then(onDone, onFailed);
  }

  /** Gives all events from the first on, and ends with the run. */
  async *[Symbol.asyncIterator](): AsyncIterator<Event> {
    for (let next = 0;; next++) {
      while (next === this.#events.length && !this.#isOver) {
        await new Promise<void>((resolve) => this.#waiting.add(resolve));
      }
      const event = this.#events[next];
      if (event === undefined) return;
      yield event;
    }
  }

  #wakeAll(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}

function failUnlessDone(result: Result): Result {
  if (result.report !== undefined && result.report.outcome !== "done") {
    throw new RunFailedError(result);
  }
  return result;
}
