import { LocalLink, type LocalOptions } from "./local_link.ts";
import { Shell } from "./shell.ts";
import type { Connection, ConnectOptions, Target, Transport } from "./transport.ts";

/** Runs scripts on this machine, by the same protocol as on a host. */
export class LocalTransport implements Transport {
  readonly #options: LocalOptions;

  /** Makes a transport; nothing runs until {@linkcode LocalTransport.connect}. */
  constructor(options: LocalOptions = {}) {
    this.#options = options;
  }

  /** Opens a session with this machine's `sh`; only the target's name is used. */
  connect(target: Target, options: ConnectOptions = {}): Promise<Connection> {
    const link = new LocalLink(this.#options);
    return Shell.open(target, { ...LOCAL, dial: () => Promise.resolve(link) }, options);
  }
}

const LOCAL = { home: false, beginSeconds: 8, reconnectSeconds: 5 };
