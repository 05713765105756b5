import { FrameSplitter } from "./frames.ts";

/** Something that happened on one stream of a script. Times are seconds of the host's clock. */
export type Part =
  | { readonly kind: "begin"; readonly step: number; readonly now: number | undefined }
  | { readonly kind: "text"; readonly step: number; readonly text: string }
  | {
    readonly kind: "end";
    readonly step: number;
    readonly exitCode: number | undefined;
    readonly now: number | undefined;
  }
  | { readonly kind: "exit"; readonly now: number | undefined };

/** Who is told what a lane finds. */
export interface LaneListener {
  /** Something happened. */
  readonly onPart: (part: Part) => void;
  /** The shell itself said something of the script: the letter that stands for it. */
  readonly onVerdict: (letter: string) => void;
  /** Output that belongs to no step: noise of a login shell, or of a process that was left behind. */
  readonly onStray: (text: string) => void;
}

/** Reads one of a script's two streams: frames become parts, bytes become the text of a step. */
export class Lane {
  readonly #listener: LaneListener;
  readonly #token: string;
  #splitter: FrameSplitter;
  #decoder = newDecoder();
  #step: number | undefined;
  #begun = false;

  /** Reads the stream of the script with the given token. */
  constructor(token: string, listener: LaneListener) {
    this.#token = token;
    this.#listener = listener;
    this.#splitter = this.#newSplitter();
  }

  /** Whether the script itself was heard on this stream. */
  get begun(): boolean {
    return this.#begun;
  }

  /** How many bytes of the script's stream have arrived. */
  get received(): number {
    return this.#begun ? this.#splitter.received ?? 0 : 0;
  }

  /** Takes the next bytes of the stream. */
  push(bytes: Uint8Array): void {
    this.#splitter.push(bytes);
  }

  /** Forgets the half-read start of a stream, which will come anew over another connection. */
  restart(): void {
    if (!this.#begun) this.#splitter = this.#newSplitter();
  }

  #newSplitter(): FrameSplitter {
    return new FrameSplitter(
      this.#token,
      (bytes) => this.#data(bytes),
      (words) => this.#frame(words),
    );
  }

  #data(bytes: Uint8Array): void {
    const text = this.#decoder.decode(bytes, { stream: true });
    if (this.#step === undefined) this.#listener.onStray(text);
    else if (text !== "") this.#listener.onPart({ kind: "text", step: this.#step, text });
  }

  #frame([kind = "", first, second, third]: readonly string[]): void {
    const { onPart, onVerdict } = this.#listener;
    if (kind !== "b" && kind !== "e" && kind !== "z") return onVerdict(kind);
    this.#begun = true;
    this.#flush();
    this.#step = kind === "b" ? Number(first) : undefined;
    const step = Number(first);
    if (kind === "b") onPart({ kind: "begin", step, now: toNumber(second) });
    if (kind === "e") {
      onPart({ kind: "end", step, exitCode: toNumber(second), now: toNumber(third) });
    }
    if (kind === "z") onPart({ kind: "exit", now: toNumber(second) });
  }

  /** Ends a character that the step broke off in the middle. */
  #flush(): void {
    const text = this.#decoder.decode();
    this.#decoder = newDecoder();
    if (text === "" || this.#step === undefined) return;
    this.#listener.onPart({ kind: "text", step: this.#step, text });
  }
}

/** A byte order mark is output like any other. */
function newDecoder(): TextDecoder {
  return new TextDecoder("utf-8", { ignoreBOM: true });
}

function toNumber(word: string | undefined): number | undefined {
  const value = Number(word);
  return Number.isNaN(value) ? undefined : value;
}
