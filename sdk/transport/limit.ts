/** Lets a limited number of pieces of work run at the same time; the others wait, first come first served. */
export class Limit {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  /** Allows so many at a time. */
  constructor(count: number) {
    this.#free = count;
  }

  /** Waits for a place; call what it gives, once, to leave it. */
  async enter(): Promise<() => void> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    let isInside = true;
    return () => {
      if (isInside) this.#leave();
      isInside = false;
    };
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free++;
  }
}
