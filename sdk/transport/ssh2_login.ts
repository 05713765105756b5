import type { Buffer } from "node:buffer";
import { createCipheriv, createDecipheriv } from "node:crypto";
// @ts-types="@types/ssh2"
import type { Algorithms, Client, NextAuthHandler, ServerHostKeyAlgorithm } from "ssh2";
import type { HostKeyCheck } from "./host_keys.ts";
import type { Identity } from "./keys.ts";
import type { LoginFailure, LoginStage } from "./ssh2_errors.ts";
import { loadSsh2 } from "./ssh2_module.ts";
import type { Wire } from "./wire.ts";

/** What it takes to log in over an open connection. */
export interface LoginOptions {
  /** What the server is heard over. */
  readonly wire: Wire;
  /** Login name. */
  readonly user: string;
  /** What to offer, in order. */
  readonly identities: readonly Identity[];
  /** Socket of the agent that the host may ask; `undefined` for none. */
  readonly forwardedAgent: string | undefined;
  /** Checks the host's key. */
  readonly hostKey: HostKeyCheck;
  /** How long it may take, in milliseconds. */
  readonly milliseconds: number;
  /** Seconds of silence after which the server is asked for a sign of life; three without one end the connection. */
  readonly keepaliveSeconds: number;
  /** Finds out which algorithms the sides offer each other; makes the connection slow. */
  readonly explain: boolean;
  /** Takes each step of the login as ssh2 tells it; makes it slow. `undefined` for nobody. */
  readonly onDebug: ((line: string) => void) | undefined;
  /** Stops it. */
  readonly signal: AbortSignal | undefined;
}

/** A failed login: how far it came and what is known. */
export type LoginReport = Pick<
  LoginFailure,
  "stage" | "error" | "banner" | "algorithms" | "accepted"
>;

/** Gives a client that is logged in, or tells how far it came; throws only the signal's reason. */
export async function login(options: LoginOptions): Promise<Client | LoginReport> {
  const { Client } = await loadSsh2();
  if (options.signal?.aborted) options.wire.destroy();
  options.signal?.throwIfAborted();
  return await new Attempt(new Client(), options).run();
}

/** One client, from the first byte to the login. */
class Attempt {
  readonly #client: Client;
  readonly #options: LoginOptions;
  readonly #untried: Identity[];
  readonly #algorithms: string[] = [];
  #hasAgreed = false;
  #isOver = false;
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
        error: this.#failure ?? Object.assign(new Error("it hung up"), { level: "closed" }),
        banner: this.#options.wire.heard,
        algorithms: this.#algorithms,
        accepted: this.#accepted,
      };
    } finally {
      this.#isOver = true;
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
    }
  }

  /** Settles when the login has succeeded or the connection is closed: an error may be followed by another try. */
  #connect(): Promise<boolean> {
    const { wire, hostKey, keepaliveSeconds, explain, onDebug, forwardedAgent } = this.#options;
    return new Promise((resolve) => {
      // This listener stays for good: one connection may report two errors, and one that nobody hears ends the process.
      this.#client.on("error", (error) => this.#failure ??= error);
      this.#client.on("close", () => resolve(false));
      this.#client.on("handshake", () => this.#hasAgreed = true);
      this.#client.on("ready", () => void hostKey.accept().then(() => resolve(true)));
      this.#client.connect({
        sock: wire,
        username: this.#options.user,
        readyTimeout: 0,
        keepaliveInterval: keepaliveSeconds * 1000,
        keepaliveCountMax: 3,
        hostVerifier: (key: Buffer) => this.#isTrusted(key),
        authHandler: (left, _partial, next) => this.#offer(left, next),
        algorithms: algorithms(hostKey.algorithms),
        ...(forwardedAgent === undefined ? {} : { agent: forwardedAgent }),
        ...(explain || onDebug ? { debug: (line: string) => this.#note(line) } : {}),
      });
    });
  }

  get #stage(): LoginStage {
    if (this.#hasAgreed) return "login";
    return /^SSH-/m.test(this.#options.wire.heard) ? "handshake" : "greeting";
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#options.wire.destroy();
  }

  /** Hands on what ssh2 tells, and keeps what the sides offered each other, to show it if they do not agree. */
  #note(line: string): void {
    // Afterwards it would tell of every packet.
    if (!this.#isOver) this.#options.onDebug?.(line);
    const [, offer] = /^Handshake: (\((?:local|remote)\) .*)$/.exec(line) ?? [];
    if (offer !== undefined) this.#algorithms.push(offer);
  }

  #isTrusted(key: Buffer): boolean {
    const refusal = this.#options.hostKey.refusal(key);
    this.#failure ??= refusal;
    return refusal === undefined;
  }

  #offer(left: readonly string[] | null, next: NextAuthHandler): void {
    this.#accepted = left ?? [];
    const identity = this.#untried.shift();
    // The type knows no way to say that there is nothing more; ssh2 wants `false` for it.
    next((identity?.method(this.#options.user) ?? false) as Parameters<NextAuthHandler>[0]);
  }
}

function algorithms(serverHostKey: readonly string[]): Algorithms {
  return {
    serverHostKey: [...serverHostKey] as ServerHostKeyAlgorithm[],
    ...(canDecryptGcm() ? {} : { cipher: ["aes128-ctr", "aes256-ctr"] }),
  };
}

/** Older Denos cannot decrypt the ciphers that ssh2 prefers, nor ChaCha20: tries it on nothing. */
function canDecryptGcm(): boolean {
  const [key, nonce] = [new Uint8Array(16), new Uint8Array(12)];
  const cipher = createCipheriv("aes-128-gcm", key, nonce);
  cipher.final();
  try {
    const decipher = createDecipheriv("aes-128-gcm", key, nonce);
    decipher.setAutoPadding(false);
    decipher.setAuthTag(cipher.getAuthTag());
    decipher.final();
    return true;
  } catch {
    return false;
  }
}
