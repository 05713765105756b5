/**
 * The simulated fleet's time: it stands still while anyone works, and leaps to the next thing that is due.
 *
 * @module
 */

import { setImmediate } from "node:timers";

/** Simulated seconds; the same run takes the same seconds, however fast this machine is. */
export class SimulatedClock {
  readonly #pace: number;
  readonly #random: (() => number) | undefined;
  readonly #started = performance.now();
  readonly #sleepers: Sleeper[] = [];
  #now = 0;
  #isTurning = false;

  /**
   * Makes a clock; `pace` is how many real milliseconds a simulated second takes, 0 for none.
   * With `random`, which gives numbers as `Math.random` does, everything takes longer by chance.
   */
  constructor(pace = 0, random?: () => number) {
    this.#pace = pace;
    this.#random = random;
  }

  /** Seconds since the fleet was made. */
  get now(): number {
    return this.#pace > 0 ? (performance.now() - this.#started) / this.#pace : this.#now;
  }

  /** Lets time pass; gives whether it passed, rather than the signal having ended the sleep. */
  sleep(seconds: number, signal?: AbortSignal): Promise<boolean> {
    if (signal?.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const end = (slept: boolean): void => {
        signal?.removeEventListener("abort", stop);
        resolve(slept);
      };
      const cancel = this.#wakeAfter(seconds * this.#stretch(), () => end(true));
      const stop = (): void => {
        cancel();
        end(false);
      };
      signal?.addEventListener("abort", stop);
    });
  }

  /** How many times longer something takes: mostly a little, now and then a lot. */
  #stretch(): number {
    if (this.#random === undefined) return 1;
    const chance = this.#random();
    return chance < SLOW_SHARE ? MOST_STRETCH * (1 - chance) : 1 + 2 * chance;
  }

  /** Sees to it that a function is called later; gives what calls it off. */
  #wakeAfter(seconds: number, wake: () => void): () => void {
    if (this.#pace > 0) {
      const timer = setTimeout(wake, seconds * this.#pace);
      return () => clearTimeout(timer);
    }
    const sleeper: Sleeper = { due: this.#now + seconds, wake };
    this.#sleepers.push(sleeper);
    this.#turn();
    return () => {
      this.#sleepers.splice(this.#sleepers.indexOf(sleeper), 1);
    };
  }

  /** Wakes whoever is due first, once nobody has anything left to do without time passing. */
  #turn(): void {
    if (this.#isTurning) return;
    this.#isTurning = true;
    // After everything that waits for nothing; a timer would let a millisecond pass each time.
    setImmediate(() => {
      this.#isTurning = false;
      const first = this.#sleepers.reduce<Sleeper | undefined>(
        (first, sleeper) => first === undefined || sleeper.due < first.due ? sleeper : first,
        undefined,
      );
      if (first === undefined) return;
      this.#sleepers.splice(this.#sleepers.indexOf(first), 1);
      this.#now = Math.max(this.#now, first.due);
      first.wake();
      if (this.#sleepers.length > 0) this.#turn();
    });
  }
}

// One in ten is slow.
const SLOW_SHARE = 0.1;
const MOST_STRETCH = 20;

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
}
