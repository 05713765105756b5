import { Buffer } from "node:buffer";
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { Duplex } from "node:stream";

/**
 * A TCP connection as a stream of Node's, for ssh2, which sends at once what is written to it: otherwise each
 * exchange of SSH waits some 40 ms for nothing. Not Node's own socket, because Deno 2.4 loses its bytes
 * unless all listeners are there when it connects.
 */
export class Socket extends Duplex {
  readonly #connection: Deno.TcpConn;
  #heard = "";

  /** Takes over an open connection. */
  constructor(connection: Deno.TcpConn) {
    super({ allowHalfOpen: false });
    this.#connection = connection;
    connection.setNoDelay(true);
    // An error that nobody hears ends the process; `close` follows it, and tells those who wait.
    this.on("error", () => {});
  }

  /** The first bytes that came, one character for each. */
  get heard(): string {
    return this.#heard;
  }

  /** Reads on; called by the stream. */
  override _read(): void {
    const buffer = new Uint8Array(READ_SIZE);
    this.#connection.read(buffer).then((count) => {
      if (count === null) return void this.push(null);
      const bytes = Buffer.from(buffer.buffer, 0, count);
      if (this.#heard.length < HEARD_SIZE) this.#heard += bytes.toString("latin1", 0, HEARD_SIZE);
      this.push(bytes);
    }).catch((error) => this.#fail(error));
  }

  /** Sends bytes; called by the stream. */
  override _write(chunk: Uint8Array, _encoding: string, done: (error?: Error) => void): void {
    this.#send(chunk).then(() => done(), done);
  }

  /** Says that nothing more will be sent; called by the stream. */
  override _final(done: () => void): void {
    this.#connection.closeWrite().then(done, done);
  }

  /** Closes the connection; called by the stream. */
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    try {
      this.#connection.close();
    } finally {
      done(error);
    }
  }

  async #send(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.length > 0;) {
      rest = rest.subarray(await this.#connection.write(rest));
    }
  }

  #fail(error: Error): void {
    if (!this.destroyed) this.destroy(error);
  }
}

/**
 * Opens a connection; tries all addresses of a name.
 *
 * @throws {Error} With the system's `code`: `ENOTFOUND`, `ECONNREFUSED`, `EHOSTUNREACH`, `ETIMEDOUT` and the like;
 * or the signal's reason.
 */
export async function openSocket(
  address: string,
  port: number,
  milliseconds: number,
  signal: AbortSignal | undefined,
): Promise<Socket> {
  const end = performance.now() + milliseconds;
  const hosts = await resolve(address.replace(/^\[(.*)\]$/, "$1"));
  let failure: unknown;
  for (const [index, hostname] of hosts.entries()) {
    const left = Math.max(end - performance.now(), 1) / (hosts.length - index);
    try {
      return await open(hostname, port, left, signal);
    } catch (error) {
      signal?.throwIfAborted();
      failure = error;
    }
  }
  throw failure;
}

const READ_SIZE = 65_536;
const HEARD_SIZE = 1000;

async function resolve(name: string): Promise<readonly string[]> {
  if (isIP(name)) return [name];
  const found = await lookup(name, { all: true });
  return found.map(({ address }) => address);
}

async function open(
  hostname: string,
  port: number,
  milliseconds: number,
  signal: AbortSignal | undefined,
): Promise<Socket> {
  const controller = new AbortController();
  const stop = (): void => controller.abort(signal?.reason);
  const late = Object.assign(new Error("no answer"), { code: "ETIMEDOUT" });
  const timer = setTimeout(() => controller.abort(late), milliseconds);
  signal?.addEventListener("abort", stop);
  try {
    signal?.throwIfAborted();
    const connection = await Deno.connect({ hostname, port, signal: controller.signal });
    return new Socket(connection);
  } catch (error) {
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}
