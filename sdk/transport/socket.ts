import { Buffer } from "node:buffer";
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { pause } from "./pause.ts";
import { Wire } from "./wire.ts";

/**
 * A TCP connection as a stream of Node's, which sends at once what is written to it: otherwise each
 * exchange of SSH waits some 40 ms for nothing. Not Node's own socket, because Deno 2.4 loses its bytes
 * unless all listeners are there when it connects.
 */
export class Socket extends Wire {
  readonly #connection: Deno.TcpConn;

  /** Takes over an open connection. */
  constructor(connection: Deno.TcpConn) {
    super();
    this.#connection = connection;
    connection.setNoDelay(true);
  }

  /** Reads on; called by the stream. */
  override _read(): void {
    const buffer = new Uint8Array(READ_SIZE);
    this.#connection.read(buffer).then((count) => {
      if (count === null) return void this.push(null);
      this.hear(Buffer.from(buffer.buffer, 0, count));
    }).catch((error) => this.fail(error));
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
}

/** What opening a connection may be told. */
export interface SocketOptions {
  /** How long it may take. */
  readonly milliseconds: number;
  /** How often looking a name up is tried again. */
  readonly dnsRetries: number;
  /** Stops it. */
  readonly signal: AbortSignal | undefined;
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
  { milliseconds, dnsRetries, signal }: SocketOptions,
): Promise<Socket> {
  const end = performance.now() + milliseconds;
  const hosts = await resolve(address.replace(/^\[(.*)\]$/, "$1"), dnsRetries, end, signal);
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

async function resolve(
  name: string,
  retries: number,
  end: number,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  if (isIP(name)) return [name];
  for (let attempt = 0;; attempt++) {
    try {
      return (await lookup(name, { all: true })).map(({ address }) => address);
    } catch (error) {
      const wait = 100 * 2 ** attempt * (0.5 + Math.random());
      if (attempt >= retries || performance.now() + wait > end) throw error;
      await pause(wait, signal);
    }
  }
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
  // Deno asks once more when the connection is there, and whatever throws then leaves it open for good.
  Object.defineProperty(controller.signal, "throwIfAborted", { value: () => {} });
  try {
    signal?.throwIfAborted();
    const connection = await Deno.connect({ hostname, port, signal: controller.signal });
    if (!controller.signal.aborted) return new Socket(connection);
    connection.close();
    throw controller.signal.reason;
  } catch (error) {
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}
