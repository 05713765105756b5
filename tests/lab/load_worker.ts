/// <reference lib="deno.worker" />
/**
 * The thread of a load: takes its options, then `report` and `stop`, and answers each with counts.
 *
 * @module
 */

import type { LoadOptions, LoadReport } from "./load.ts";
import { EchoSocket } from "./web_socket.ts";

const TICK_MS = 5;
const ECHO_MS = 100;

/** Counts while requests are made. */
class Counts {
  readonly #failures = new Map<string, number>();
  readonly #versions = new Map<string, number>();
  readonly #durations: number[] = [];
  readonly #postFailures = new Map<string, number>();
  sent = 0;
  posts = 0;
  echoed = 0;
  ended = 0;
  repeated = 0;

  addAnswer(version: string, milliseconds: number): void {
    this.#versions.set(version, (this.#versions.get(version) ?? 0) + 1);
    this.#durations.push(milliseconds);
  }

  addFailure(reason: string, method = "GET"): void {
    const failures = method === "POST" ? this.#postFailures : this.#failures;
    failures.set(reason, (failures.get(reason) ?? 0) + 1);
  }

  report(): LoadReport {
    const sorted = this.#durations.toSorted((one, other) => one - other);
    const within = (share: number): number =>
      Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
    return {
      sent: this.sent,
      failed: [...this.#failures.values()].reduce((sum, count) => sum + count, 0),
      failures: Object.fromEntries(this.#failures),
      repeated: this.repeated,
      posts: { sent: this.posts, failures: Object.fromEntries(this.#postFailures) },
      webSockets: { echoed: this.echoed, ended: this.ended },
      versions: Object.fromEntries(this.#versions),
      medianMs: within(0.5),
      p99Ms: within(0.99),
      slowestMs: within(1),
    };
  }
}

/** Requests at fixed times, however long the answers take. */
class Generator {
  readonly counts = new Counts();
  readonly #options: LoadOptions;
  readonly #keeping = Deno.createHttpClient({
    allowHost: true,
    http2: false,
    poolMaxIdlePerHost: 256,
  });
  readonly #fresh = Deno.createHttpClient({ allowHost: true, http2: false, poolMaxIdlePerHost: 0 });
  readonly #underWay = new Set<Promise<void>>();
  readonly #started = performance.now();
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #sockets: readonly Promise<void>[];
  #isStopping = false;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#sendWhatIsDue(), TICK_MS);
    this.#sockets = options.isMixed ? options.addresses.map((address) => this.#echo(address)) : [];
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#isStopping = true;
    await Promise.all([...this.#underWay, ...this.#sockets]);
    for (const client of [this.#keeping, this.#fresh]) client.close();
  }

  async firstAnswer(): Promise<void> {
    while (this.#underWay.size === 0) await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    await Promise.race(this.#underWay);
  }

  #sendWhatIsDue(): void {
    const { ratePerSecond = 300 } = this.#options;
    const due = Math.floor((performance.now() - this.#started) * ratePerSecond / 1000);
    while (this.counts.sent < due) {
      const request = this.#send(this.counts.sent++).finally(() => this.#underWay.delete(request));
      this.#underWay.add(request);
    }
  }

  async #send(number: number): Promise<void> {
    const { addresses, cookie, timeoutMs = 10_000 } = this.#options;
    const { method, path } = this.#kindOf(number);
    if (method === "POST") this.counts.posts++;
    // Both kinds of connection to each address, and not always the same kind to the same one.
    const keeps = number % 2 === 0;
    const address = addresses[Math.floor(number / 2) % addresses.length] ?? "";
    const sentAt = performance.now();
    const ask = (client: Deno.HttpClient): Promise<Response> =>
      fetch(`http://${address}${path}`, {
        headers: { host: this.#options.host ?? address, ...cookie === undefined ? {} : { cookie } },
        method,
        redirect: "manual",
        signal: AbortSignal.timeout(timeoutMs),
        client,
      });
    try {
      const response = await ask(keeps ? this.#keeping : this.#fresh).catch((error) => {
        if (!keeps || method !== "GET" || reason(error) === "timeout") throw error;
        this.counts.repeated++;
        // Whoever ends closes all of its idle connections at once, so another of those would not do.
        return ask(this.#fresh);
      });
      const text = (await response.text()).trim().slice(0, 80);
      if (response.ok) this.counts.addAnswer(text, performance.now() - sentAt);
      else this.counts.addFailure(`status ${response.status}`, method);
    } catch (error) {
      const where = keeps ? "" : " on a new connection";
      this.counts.addFailure(`${reason(error)}${where}`, method);
    }
  }

  /** Both kinds of connection get all kinds of request. */
  #kindOf(number: number): { readonly method: string; readonly path: string } {
    const { path = "/version", isMixed } = this.#options;
    const turn = isMixed ? Math.floor(number / 2) % 10 : 0;
    return { method: turn === 3 ? "POST" : "GET", path: turn === 7 ? "/wait/1" : path };
  }

  /** Holds a WebSocket open; one that has ended is opened anew, as browsers do. */
  async #echo(address: string): Promise<void> {
    while (!this.#isStopping) {
      try {
        using socket = await EchoSocket.open(address, this.#options.host ?? address, "/echo");
        while (!this.#isStopping && await socket.echo("still there?")) {
          this.counts.echoed++;
          await new Promise((resolve) => setTimeout(resolve, ECHO_MS));
        }
        if (!this.#isStopping) this.counts.ended++;
      } catch (error) {
        this.counts.addFailure(`WebSocket: ${reason(error)}`);
        await new Promise((resolve) => setTimeout(resolve, ECHO_MS));
      }
    }
  }
}

/** The innermost cause without addresses, so that equal failures count as one. */
function reason(error: unknown): string {
  let inner = error;
  while (inner instanceof Error && inner.cause !== undefined) inner = inner.cause;
  if (inner instanceof DOMException && inner.name === "TimeoutError") return "timeout";
  const message = inner instanceof Error ? inner.message : String(inner);
  return message.replace(/^.*\): /, "").slice(0, 200);
}

let generator: Generator | undefined;

self.onmessage = async (event: MessageEvent<LoadOptions | "report" | "stop">) => {
  if (typeof event.data === "object") {
    generator = new Generator(event.data);
    await generator.firstAnswer();
  } else if (event.data === "stop") {
    await generator?.stop();
  }
  self.postMessage(generator?.counts.report());
};
