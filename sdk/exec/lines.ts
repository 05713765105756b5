/**
 * Output in whole lines, so that a secret is never split between two pieces.
 *
 * @module
 */

/** Collects pieces of a stream and passes whole lines on. */
export class Lines {
  #rest = "";
  readonly #pass: (lines: string) => void;

  /** Passes each run of whole lines to a function. */
  constructor(pass: (lines: string) => void) {
    this.#pass = pass;
  }

  /** Takes a piece. */
  push(piece: string): void {
    const text = this.#rest + piece;
    const end = text.lastIndexOf("\n") + 1;
    this.#rest = text.slice(end);
    if (end > 0) this.#pass(text.slice(0, end));
  }

  /** Passes on what is left without a line's end. */
  flush(): void {
    if (this.#rest !== "") this.#pass(this.#rest);
    this.#rest = "";
  }
}
