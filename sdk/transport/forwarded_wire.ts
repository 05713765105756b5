import type { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";
import { Wire } from "./wire.ts";

/** A connection that a jump host has opened for us. */
export class ForwardedWire extends Wire {
  readonly #channel: Duplex;
  readonly #release: () => Promise<void>;
  #hasEnded = false;

  /** Takes over a channel of the jump host; `release` gives the jump host up. */
  constructor(channel: Duplex, release: () => Promise<void>) {
    super();
    this.#channel = channel;
    this.#release = release;
    channel.on("data", (bytes: Buffer) => {
      if (!this.hear(bytes)) channel.pause();
    });
    channel.on("end", () => this.#end());
    channel.on("close", () => this.#end());
    channel.on("error", (error) => this.fail(error));
  }

  /** Reads on; called by the stream. */
  override _read(): void {
    this.#channel.resume();
  }

  /** Sends bytes; called by the stream. */
  override _write(
    chunk: Uint8Array,
    _encoding: string,
    done: (error?: Error | null) => void,
  ): void {
    this.#channel.write(chunk, done);
  }

  /** Says that nothing more will be sent; called by the stream. */
  override _final(done: () => void): void {
    this.#channel.end();
    done();
  }

  /** Closes the channel; called by the stream. */
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#channel.destroy();
    done(error);
  }

  /** Gives the jump host up. */
  override release(): Promise<void> {
    return this.#release();
  }

  #end(): void {
    if (!this.#hasEnded && !this.destroyed) this.push(null);
    this.#hasEnded = true;
  }
}
