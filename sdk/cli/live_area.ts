/**
 * Lines at the end of a terminal that are painted over as things go on.
 *
 * @module
 */

import { clearScreenDown, cursorTo, moveCursor } from "node:readline";
import { Writable } from "node:stream";
import type { Output } from "./io.ts";

/** The last lines of a terminal. */
export class LiveArea {
  readonly #output: Output;
  #lines: readonly string[] = [];

  /** Takes over the end of a terminal. */
  constructor(output: Output) {
    this.#output = output;
  }

  /** Shows these lines in place of those shown so far; each must fit the terminal's width. */
  draw(lines: readonly string[]): void {
    if (
      lines.length === this.#lines.length &&
      lines.every((line, index) => line === this.#lines[index])
    ) return;
    // One write, so that the terminal never shows the state between.
    this.#output.write(`${this.#rewound()}${lines.map((line) => `${line}\n`).join("")}`);
    this.#lines = lines;
  }

  /** Takes the lines away, so that text can be written. */
  clear(): void {
    this.draw([]);
  }

  #rewound(): string {
    if (this.#lines.length === 0) return "";
    let sequence = "";
    const sink = new Writable({
      decodeStrings: false,
      write(chunk, _encoding, done) {
        sequence += String(chunk);
        done();
      },
    });
    // An interrupt's ^C may stand at the beginning of the line.
    cursorTo(sink, 0);
    moveCursor(sink, 0, -this.#lines.length);
    clearScreenDown(sink);
    return sequence;
  }
}
