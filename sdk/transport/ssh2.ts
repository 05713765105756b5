import { homedir } from "node:os";
import { type HostKeyOptions, HostKeys } from "./host_keys.ts";
import { type KeyOptions, KeyRing } from "./keys.ts";
import { Limit } from "./limit.ts";
import type { Link } from "./link.ts";
import { pause } from "./pause.ts";
import { Shell } from "./shell.ts";
import { openSocket } from "./socket.ts";
import { connectError, type LoginFailure } from "./ssh2_errors.ts";
import { Ssh2Link } from "./ssh2_link.ts";
import { login, type LoginReport } from "./ssh2_login.ts";
import type { Connection, ConnectOptions, Target, Transport } from "./transport.ts";

/** How hosts are reached by SSH. Where no default is given, it is that of the part which it configures. */
export interface Ssh2Options extends Partial<KeyOptions>, Partial<HostKeyOptions> {
  /**
   * Home directory of the user: keys and known hosts stand in its `.ssh`.
   *
   * @default the home directory of this process's user
   */
  readonly home?: string;
  /**
   * Socket of an ssh-agent, an empty text for none.
   *
   * @default the value of `SSH_AUTH_SOCK`
   */
  readonly agent?: string | undefined;
  /**
   * How long one host may take to be connected to, waiting for others not counted, in seconds.
   *
   * @default {8}
   */
  readonly connectSeconds?: number | undefined;
  /**
   * How long a connection that is lost while a script runs is tried again, in seconds.
   *
   * @default {30}
   */
  readonly reconnectSeconds?: number | undefined;
  /**
   * Silence after which a host is asked for a sign of life, in seconds; after three without one the connection is lost.
   *
   * @default {5}
   */
  readonly keepaliveSeconds?: number | undefined;
  /**
   * How many hosts are logged in to at the same time.
   *
   * @default {16}
   */
  readonly handshakes?: number | undefined;
}

/** Reaches hosts by SSH, with ssh2. One transport serves any number of hosts and reads keys once. */
export class Ssh2Transport implements Transport {
  readonly #options: Ssh2Options;
  readonly #keys: KeyRing;
  readonly #hostKeys: HostKeys;
  readonly #handshakes: Limit;

  /** Makes a transport; nothing is read or connected yet. */
  constructor(options: Ssh2Options = {}) {
    const home = options.home ?? homedir();
    const agent = options.agent ?? Deno.env.get("SSH_AUTH_SOCK");
    this.#options = options;
    this.#keys = new KeyRing({ ...options, home, agent });
    this.#hostKeys = new HostKeys({ ...options, home });
    this.#handshakes = new Limit(options.handshakes ?? 16);
  }

  /**
   * Opens a session.
   *
   * @throws {HostError} `HOST_UNREACHABLE`, `HOST_KEY_UNKNOWN`, `HOST_KEY_CHANGED` or `LOGIN_REFUSED`.
   */
  connect(target: Target, options: ConnectOptions = {}): Promise<Connection> {
    const shell = {
      dial: (signal?: AbortSignal) => this.#dial(target, signal),
      home: true,
      reconnectSeconds: this.#options.reconnectSeconds ?? 30,
    };
    return Shell.open(target, shell, options.first, options.signal);
  }

  /** Logs in with the keys at hand, and if they do not do, with those that need a passphrase. */
  async #dial(target: Target, signal: AbortSignal | undefined): Promise<Link> {
    const link = await this.#tryLogin(target, signal);
    if (link instanceof Ssh2Link) return link;
    const canUnlock = link.stage === "login" && await this.#keys.unlock() > 0;
    const second = canUnlock ? await this.#tryLogin(target, signal) : link;
    if (second instanceof Ssh2Link) return second;
    throw connectError(target, second);
  }

  /** Tries again while the server turns connections away unheard: it does so when many come at once. */
  async #tryLogin(target: Target, signal?: AbortSignal): Promise<Ssh2Link | LoginFailure> {
    const clock = { left: (this.#options.connectSeconds ?? 8) * 1000 };
    for (let attempt = 0;; attempt++) {
      const failure = await this.#attempt(target, clock, signal);
      if (failure instanceof Ssh2Link) return failure;
      const isTurnedAway = failure.stage === "greeting" && failure.error.code !== "ETIMEDOUT";
      if (!isTurnedAway || attempt >= TURNED_AWAY_LIMIT || clock.left < 1000) return failure;
      const wait = 100 * 2 ** attempt * (0.5 + Math.random());
      await pause(wait, signal);
      clock.left -= wait;
    }
  }

  async #attempt(
    target: Target,
    clock: { left: number },
    signal: AbortSignal | undefined,
  ): Promise<Ssh2Link | LoginFailure> {
    const identities = await this.#keys.identities();
    const hostKey = await this.#hostKeys.check(target);
    const offered = identities.map(({ label }) => label);
    const seconds = this.#options.connectSeconds ?? 8;
    const fail = (report: LoginReport): LoginFailure => ({
      ...report,
      seconds,
      offered,
      notes: this.#keys.notes,
    });
    const { keepaliveSeconds = 5 } = this.#options;
    const user = target.user;
    try {
      const socket = await timed(
        clock,
        () => openSocket(target.address, target.port, clock.left, signal),
      );
      const leave = await this.#handshakes.enter();
      try {
        const milliseconds = clock.left;
        const client = await timed(
          clock,
          () =>
            login({ socket, user, identities, hostKey, milliseconds, keepaliveSeconds, signal }),
        );
        return "stage" in client ? fail(client) : new Ssh2Link(client, target);
      } finally {
        leave();
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof Error)) throw error;
      return fail({ stage: "socket", error, banner: "", algorithms: [], accepted: [] });
    }
  }
}

const TURNED_AWAY_LIMIT = 5;

/** Runs a piece of work and takes its time off a clock. */
async function timed<T>(clock: { left: number }, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  try {
    return await work();
  } finally {
    clock.left -= performance.now() - started;
  }
}
