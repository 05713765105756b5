import type { Buffer } from "node:buffer";
import { Duplex } from "node:stream";

/** What SSH is spoken over: a stream of bytes for ssh2, which remembers what it heard first. */
export abstract class Wire extends Duplex {
  #heard = "";

  /** Makes a stream that ends in both directions at once. */
  constructor() {
    super({ allowHalfOpen: false });
    // An error that nobody hears ends the process; `close` follows it, and tells those who wait.
    this.on("error", () => {});
  }

  /** The first bytes that came, one character for each. */
  get heard(): string {
    return this.#heard;
  }

  /** Gives up what the bytes came through, once nobody uses them any more; never throws. */
  release(): Promise<void> {
    return Promise.resolve();
  }

  /** Passes bytes on to the reader; gives whether it wants more. */
  protected hear(bytes: Buffer): boolean {
    if (this.#heard.length < HEARD_SIZE) this.#heard += bytes.toString("latin1", 0, HEARD_SIZE);
    return this.push(bytes);
  }

  /** Ends the stream because of an error. */
  protected fail(error: Error): void {
    if (!this.destroyed) this.destroy(error);
  }
}

const HEARD_SIZE = 1000;
