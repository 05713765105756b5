import { lookup } from "node:dns/promises";
import { connect, isIP, type Socket } from "node:net";

/**
 * Opens a TCP connection that sends at once what is written to it; tries all addresses of a name.
 * Without no-delay each exchange of SSH waits some 40 ms for nothing; older Denos only take it once connected.
 *
 * @throws {Error} With Node's `code`: `ENOTFOUND`, `ECONNREFUSED`, `EHOSTUNREACH`, `ETIMEDOUT` and the like;
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
  for (const [index, host] of hosts.entries()) {
    const left = Math.max(end - performance.now(), 1) / (hosts.length - index);
    try {
      return await openOne(host, port, left, signal);
    } catch (error) {
      signal?.throwIfAborted();
      failure = error;
    }
  }
  throw failure;
}

async function resolve(name: string): Promise<readonly string[]> {
  if (isIP(name)) return [name];
  const found = await lookup(name, { all: true });
  return found.map(({ address }) => address);
}

function openOne(
  host: string,
  port: number,
  milliseconds: number,
  signal: AbortSignal | undefined,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
    };
    const fail = (error: unknown): void => {
      done();
      socket.destroy();
      reject(error);
    };
    const stop = (): void => fail(signal?.reason);
    const late = Object.assign(new Error("no answer"), { code: "ETIMEDOUT" });
    const timer = setTimeout(() => fail(late), milliseconds);
    signal?.addEventListener("abort", stop);
    // The listener stays: an error may come twice, and one without a listener would end the process.
    socket.on("error", fail);
    socket.once("connect", () => {
      done();
      socket.setNoDelay(true);
      resolve(socket);
    });
    if (signal?.aborted) stop();
  });
}
