/** Takes a stream of bytes apart: a script's output, and the frames between it. */
export class FrameSplitter {
  readonly #mark: Uint8Array;
  readonly #onData: (bytes: Uint8Array) => void;
  readonly #onFrame: (words: readonly string[]) => void;
  #held = new Uint8Array();
  #received: number | undefined;

  /**
   * Looks for frames `~TOKEN word …\n`. What lies between frames is exactly what was written, and a line of
   * output is never held back to see whether a frame follows.
   */
  constructor(
    token: string,
    onData: (bytes: Uint8Array) => void,
    onFrame: (words: readonly string[]) => void,
  ) {
    this.#mark = new TextEncoder().encode(`~${token} `);
    this.#onData = onData;
    this.#onFrame = onFrame;
  }

  /** Bytes that have come since the first frame began, it included; `undefined` before the first is complete. */
  get received(): number | undefined {
    return this.#received;
  }

  /** Takes the next bytes of the stream; calls back for all of them that can be told apart by now. */
  push(bytes: Uint8Array): void {
    if (this.#received !== undefined) this.#received += bytes.length;
    let rest = this.#held.length > 0 ? join(this.#held, bytes) : bytes;
    for (;;) {
      const at = findMark(rest, this.#mark);
      if (at > 0) this.#onData(rest.subarray(0, at));
      rest = rest.subarray(at);
      // Less than a whole mark: the start of one perhaps, to be decided by what follows.
      const end = rest.length < this.#mark.length ? -1 : rest.indexOf(NEWLINE, this.#mark.length);
      if (end < 0) break;
      this.#received ??= rest.length;
      const words = DECODER.decode(rest.subarray(this.#mark.length, end)).split(" ");
      rest = rest.subarray(end + 1);
      this.#onFrame(words);
    }
    this.#held = rest.slice();
  }
}

const NEWLINE = 10;
const TILDE = 126;
const DECODER = new TextDecoder();

/** Where the mark is, or where bytes begin that may become one; the length if neither. */
function findMark(bytes: Uint8Array, mark: Uint8Array): number {
  let at = bytes.indexOf(TILDE);
  while (at >= 0) {
    const end = Math.min(bytes.length, at + mark.length);
    let index = at + 1;
    while (index < end && bytes[index] === mark[index - at]) index++;
    if (index === end) return at;
    at = bytes.indexOf(TILDE, at + 1);
  }
  return bytes.length;
}

function join(left: Uint8Array, right: Uint8Array): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(left.length + right.length);
  joined.set(left);
  joined.set(right, left.length);
  return joined;
}
