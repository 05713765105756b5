import type { Buffer } from "node:buffer";
import { createDecipheriv } from "node:crypto";
import type { Socket } from "node:net";
// @ts-types="@types/ssh2"
import type { Algorithms, Client, NextAuthHandler } from "ssh2";
import type { HostKeyCheck } from "./host_keys.ts";
import type { Identity } from "./keys.ts";
import type { LoginFailure, LoginStage } from "./ssh2_errors.ts";
import { loadSsh2 } from "./ssh2_module.ts";

/** What it takes to log in over an open socket. */
export interface LoginOptions {
  /** An open socket. */
  readonly socket: Socket;
  /** Login name. */
  readonly user: string;
  /** What to offer, in order. */
  readonly identities: readonly Identity[];
  /** Checks the host's key. */
  readonly hostKey: HostKeyCheck;
  /** How long it may take, in milliseconds. */
  readonly milliseconds: number;
  /** Seconds of silence after which the server is asked for a sign of life; three without one end the connection. */
  readonly keepaliveSeconds: number;
  /** Stops it. */
  readonly signal: AbortSignal | undefined;
}

/** A failed login: how far it came and what is known. */
export type LoginReport = Pick<
  LoginFailure,
  "stage" | "error" | "banner" | "algorithms" | "accepted"
>;

/** Gives a client that is logged in, or tells how far it came. Throws only the signal's reason. */
export async function login(options: LoginOptions): Promise<Client | LoginReport> {
  options.signal?.throwIfAborted();
  const { Client } = await loadSsh2();
  const attempt = new Attempt(new Client(), options);
  return await attempt.run();
}

/** One client, from the first byte to the login. */
class Attempt {
  readonly #client: Client;
  readonly #options: LoginOptions;
  readonly #untried: Identity[];
  readonly #algorithms: string[] = [];
  #stage: LoginStage = "greeting";
  #banner = "";
  #failure: Error | undefined;
  #accepted: readonly string[] = [];

  constructor(client: Client, options: LoginOptions) {
    this.#client = client;
    this.#options = options;
    this.#untried = [...options.identities];
  }

  async run(): Promise<Client | LoginReport> {
    const { signal, milliseconds } = this.#options;
    const late = Object.assign(new Error("no answer"), { code: "ETIMEDOUT" });
    const timer = setTimeout(() => this.#fail(late), milliseconds);
    const stop = (): void => this.#fail(late);
    signal?.addEventListener("abort", stop);
    try {
      const isReady = await this.#connect();
      signal?.throwIfAborted();
      if (isReady) return this.#client;
      return {
        stage: this.#stage,
        error: this.#failure ?? new Error("the server closed the connection"),
        banner: this.#banner,
        algorithms: this.#algorithms,
        accepted: this.#accepted,
      };
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
    }
  }

  /** Settles when the login has succeeded or the connection is closed: an error may be followed by another try. */
  #connect(): Promise<boolean> {
    const { socket, keepaliveSeconds } = this.#options;
    return new Promise((resolve) => {
      // This listener stays for good: one connection may report two errors, and one that nobody hears ends the process.
      this.#client.on("error", (error) => this.#failure ??= error);
      this.#client.on("close", () => resolve(false));
      this.#client.on("handshake", () => this.#stage = "login");
      this.#client.on("ready", () => void this.#accept().then(() => resolve(true)));
      socket.on("data", (bytes: Buffer) => this.#hear(bytes));
      this.#client.connect({
        sock: socket,
        username: this.#options.user,
        readyTimeout: 0,
        keepaliveInterval: keepaliveSeconds * 1000,
        keepaliveCountMax: 3,
        hostVerifier: (key: Buffer) => this.#isTrusted(key),
        authHandler: (left, _partial, next) => this.#offer(left, next),
        algorithms: algorithms(this.#options.hostKey.algorithms),
        debug: (line) => this.#note(line),
      });
    });
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#options.socket.destroy();
  }

  #hear(bytes: Buffer): void {
    if (this.#stage !== "greeting") return;
    this.#banner = (this.#banner + bytes.toString("latin1")).slice(0, BANNER_LIMIT);
    if (/^SSH-/m.test(this.#banner)) this.#stage = "handshake";
  }

  /** Keeps what the sides offered each other, to show it if they do not agree. */
  #note(line: string): void {
    if (this.#stage !== "handshake") return;
    const [, offer] = /^Handshake: (\((?:local|remote)\) .*)$/.exec(line) ?? [];
    if (offer !== undefined) this.#algorithms.push(offer);
  }

  #isTrusted(key: Buffer): boolean {
    const refusal = this.#options.hostKey.refusal(key);
    this.#failure ??= refusal;
    return refusal === undefined;
  }

  async #accept(): Promise<void> {
    this.#stage = "login";
    await this.#options.hostKey.accept();
  }

  #offer(left: readonly string[] | null, next: NextAuthHandler): void {
    this.#accepted = left ?? [];
    const identity = this.#untried.shift();
    // The type knows no way to say that there is nothing more; ssh2 wants `false` for it.
    next((identity?.method(this.#options.user) ?? false) as Parameters<NextAuthHandler>[0]);
  }
}

const BANNER_LIMIT = 1000;

function algorithms(serverHostKey: readonly string[]): Algorithms {
  return {
    serverHostKey: [...serverHostKey] as NonNullable<Algorithms["serverHostKey"]> & unknown[],
    ...(canDecryptGcm() ? {} : { cipher: ["aes128-ctr", "aes256-ctr"] }),
  };
}

/** Older Denos cannot decrypt the ciphers that ssh2 prefers, nor ChaCha20. */
function canDecryptGcm(): boolean {
  try {
    createDecipheriv("aes-128-gcm", new Uint8Array(16), new Uint8Array(12)).setAutoPadding(false);
    return true;
  } catch {
    return false;
  }
}
