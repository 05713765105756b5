/**
 * Constant load on an app while something happens to it: so many requests each second, whatever
 * the answers.
 *
 * @module
 */

/** What load to make. */
export interface LoadOptions {
  /** Addresses to ask in turn, such as `10.77.0.11` or `10.77.0.11:8080`. */
  readonly addresses: readonly string[];
  /** Host header. @default {the address} */
  readonly host?: string;
  /** What every request's header Cookie says. @default {there is none} */
  readonly cookie?: string;
  /** Path to ask for; its answer should be the app's version. @default {"/version"} */
  readonly path?: string;
  /**
   * Whether every tenth request is a POST and every tenth takes a second, and WebSockets are held open.
   * @default {false}
   */
  readonly isMixed?: boolean;
  /** Requests a second, over all addresses. @default {300} */
  readonly ratePerSecond?: number;
  /** Milliseconds after which a request without an answer counts as failed. @default {10000} */
  readonly timeoutMs?: number;
}

/** What came of the load so far. */
export interface LoadReport {
  /** Requests made; some may be without an answer yet, until the load is stopped. */
  readonly sent: number;
  /** Requests other than POST with another status than 2xx, or without an answer, and WebSockets refused. */
  readonly failed: number;
  /** Failed requests by their status or transport error. */
  readonly failures: Readonly<Record<string, number>>;
  /**
   * GET requests on connections kept open that got no answer and were made once more, as browsers do: whoever ends
   * may close an idle connection just as it is used.
   */
  readonly repeated: number;
  /** What came of POSTs: a client does not repeat one whose idle connection was closed as it was sent. */
  readonly posts: { readonly sent: number; readonly failures: Readonly<Record<string, number>> };
  /** What came of WebSockets: texts that came back, and connections that the other side ended. */
  readonly webSockets: { readonly echoed: number; readonly ended: number };
  /** Good answers by their text, which is the version that gave them. */
  readonly versions: Readonly<Record<string, number>>;
  /** Milliseconds within which half of the good answers came. */
  readonly medianMs: number;
  /** Milliseconds within which 99 of 100 good answers came. */
  readonly p99Ms: number;
  /** Milliseconds until the slowest good answer. */
  readonly slowestMs: number;
}

/** A load under way, in a thread of its own so that the test's work does not hold it up. */
export class Load {
  readonly #worker: Worker;
  #failure: Error | undefined;

  private constructor(worker: Worker) {
    this.#worker = worker;
  }

  /**
   * Starts making requests, half of them on connections kept open, half on new ones; gives the load
   * after the first answer, good or bad.
   */
  static async start(options: LoadOptions): Promise<Load> {
    const load = new Load(
      new Worker(new URL("load_worker.ts", import.meta.url), { type: "module" }),
    );
    load.#worker.postMessage(options);
    await load.#answer();
    return load;
  }

  /** Gives the counts so far. */
  async report(): Promise<LoadReport> {
    this.#worker.postMessage("report");
    return await this.#answer();
  }

  /** Makes no more requests, waits for the answers of those under way, and gives the counts. */
  async stop(): Promise<LoadReport> {
    this.#worker.postMessage("stop");
    try {
      return await this.#answer();
    } finally {
      this.#worker.terminate();
    }
  }

  async #answer(): Promise<LoadReport> {
    if (this.#failure !== undefined) throw this.#failure;
    return await new Promise((resolve, reject) => {
      this.#worker.onmessage = (event: MessageEvent<LoadReport>) => resolve(event.data);
      this.#worker.onerror = (event) => {
        event.preventDefault();
        this.#failure = new Error(`The load ended: ${event.message}`);
        reject(this.#failure);
      };
    });
  }
}
