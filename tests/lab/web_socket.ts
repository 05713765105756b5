/**
 * A WebSocket client that may name any host, and tells how its connection ended.
 *
 * @module
 */

const OPENING_LIMIT = 4096;
const TEXT_FRAME = 0x81;
const MASKED = 0x80;
const CLOSE = 8;

/** An open WebSocket to a server that sends every text back. */
export class EchoSocket implements Disposable {
  readonly #connection: Deno.TcpConn;

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  /**
   * Opens a WebSocket.
   *
   * @throws {Error} If nothing answers, or with another status than 101.
   */
  static async open(address: string, host: string, path: string): Promise<EchoSocket> {
    const [hostname = "", port = "80"] = address.split(":");
    const connection = await Deno.connect({ hostname, port: Number(port) });
    try {
      const key = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
      await write(
        connection,
        new TextEncoder().encode(
          `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
            `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
        ),
      );
      const opening = await readOpening(connection);
      const status = /^HTTP\/1\.1 (\d+)/.exec(opening)?.[1];
      if (status !== "101") throw new Error(`status ${status ?? "none"}`);
      return new EchoSocket(connection);
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  /** Sends a text of up to 125 letters and waits until it is back; `false` once the connection has ended. */
  async echo(text: string): Promise<boolean> {
    const bytes = new TextEncoder().encode(text);
    // A mask of zeros leaves the text as it is.
    const frame = new Uint8Array([TEXT_FRAME, MASKED | bytes.length, 0, 0, 0, 0, ...bytes]);
    try {
      await write(this.#connection, frame);
      const head = await readExactly(this.#connection, 2);
      if (head === undefined || (head[0]! & 0x0f) === CLOSE) return false;
      const back = await readExactly(this.#connection, head[1]!);
      return back !== undefined && new TextDecoder().decode(back) === text;
    } catch {
      return false;
    }
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }
}

async function readOpening(connection: Deno.TcpConn): Promise<string> {
  let opening = "";
  while (!opening.endsWith("\r\n\r\n") && opening.length < OPENING_LIMIT) {
    const byte = await readExactly(connection, 1);
    if (byte === undefined) break;
    opening += String.fromCharCode(byte[0]!);
  }
  return opening;
}

async function write(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
}

/** Gives so many bytes; `undefined` where the connection ends before. */
async function readExactly(
  connection: Deno.TcpConn,
  count: number,
): Promise<Uint8Array | undefined> {
  const bytes = new Uint8Array(count);
  for (let filled = 0; filled < count;) {
    const read = await connection.read(bytes.subarray(filled));
    if (read === null) return undefined;
    filled += read;
  }
  return bytes;
}
