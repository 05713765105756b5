/**
 * Steps that other hosts wait for.
 *
 * @module
 */

import type { Wait } from "../plan/plan.ts";

/** Remembers how steps ended, and tells those who wait. */
export class Latches {
  readonly #ended = new Map<string, boolean>();
  readonly #waiting = new Set<() => void>();

  /** A step ended, well or not; what is told first counts. */
  settle(step: string, succeeded: boolean): void {
    if (this.#ended.has(step)) return;
    this.#ended.set(step, succeeded);
    for (const look of [...this.#waiting]) look();
  }

  /** Waits until what is waited for is done (`true`), or can no longer be (`false`). */
  wait(wait: Wait): Promise<boolean> {
    return new Promise((resolve) => {
      const look = (): void => {
        const decided = this.#decide(wait);
        if (decided === undefined) return;
        this.#waiting.delete(look);
        resolve(decided);
      };
      this.#waiting.add(look);
      look();
    });
  }

  #decide({ steps, until }: Wait): boolean | undefined {
    const ended = steps.map((step) => this.#ended.get(step));
    if (until === "any") {
      if (ended.includes(true)) return true;
      return ended.every((one) => one === false) ? false : undefined;
    }
    if (ended.includes(false)) return false;
    return ended.every((one) => one === true) ? true : undefined;
  }
}
