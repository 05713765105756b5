import type { HostKeys } from "./host_keys.ts";
import type { KeyRing } from "./keys.ts";
import { Limit } from "./limit.ts";
import { pause } from "./pause.ts";
import { openSocket } from "./socket.ts";
import { connectError, type LoginFailure } from "./ssh2_errors.ts";
import { Ssh2Link } from "./ssh2_link.ts";
import { login, type LoginReport } from "./ssh2_login.ts";
import type { Target } from "./transport.ts";

/** What a dialer connects with. */
export interface DialerOptions {
  /** Keys to log in with. */
  readonly keys: KeyRing;
  /** Keys of hosts. */
  readonly hostKeys: HostKeys;
  /** How long one host may take, in seconds. */
  readonly connectSeconds: number;
  /** Silence after which a host is asked for a sign of life, in seconds. */
  readonly keepaliveSeconds: number;
  /** How many logins may go on at the same time. */
  readonly handshakes: number;
}

/** Connects to hosts: tries again where that helps, and says what is wrong where it does not. */
export class Ssh2Dialer {
  readonly #options: DialerOptions;
  readonly #handshakes: Limit;

  /** Makes a dialer; nothing is connected yet. */
  constructor(options: DialerOptions) {
    this.#options = options;
    this.#handshakes = new Limit(options.handshakes);
  }

  /**
   * Connects and logs in: with the keys at hand, and if they do not do, with those that need a passphrase.
   *
   * @throws {HostError} `HOST_UNREACHABLE`, `HOST_KEY_UNKNOWN`, `HOST_KEY_CHANGED` or `LOGIN_REFUSED`;
   * or the signal's reason.
   */
  async dial(target: Target, signal?: AbortSignal): Promise<Ssh2Link> {
    let link = await this.#tryLogin(target, signal);
    if (isStoppedAt(link, "login") && await this.#options.keys.unlock() > 0) {
      link = await this.#tryLogin(target, signal);
    }
    // Only now, because it slows a connection down: what the sides could not agree on.
    if (isStoppedAt(link, "handshake") && link.error.level === "handshake") {
      link = await this.#attempt({ target, signal, explain: true, left: this.#milliseconds });
    }
    if (link instanceof Ssh2Link) return link;
    throw connectError(target, link);
  }

  get #milliseconds(): number {
    return this.#options.connectSeconds * 1000;
  }

  /** Tries again while the server turns connections away unheard: it does so when many come at once. */
  async #tryLogin(target: Target, signal?: AbortSignal): Promise<Ssh2Link | LoginFailure> {
    const call: Call = { target, signal, explain: false, left: this.#milliseconds };
    for (let attempt = 0;; attempt++) {
      const link = await this.#attempt(call);
      const isTurnedAway = isStoppedAt(link, "greeting") && link.error.code !== "ETIMEDOUT";
      const wait = 100 * 2 ** attempt * (0.5 + Math.random());
      if (!isTurnedAway || call.left < wait + LAST_ATTEMPT_MILLISECONDS) return link;
      await timed(call, () => pause(wait, signal));
    }
  }

  async #attempt(call: Call): Promise<Ssh2Link | LoginFailure> {
    const { keys, connectSeconds } = this.#options;
    const identities = await keys.identities();
    const report = await this.#login(call, identities);
    if (report instanceof Ssh2Link) return report;
    const offered = identities.map(({ label }) => label);
    return { ...report, seconds: connectSeconds, offered, notes: keys.notes };
  }

  async #login(
    call: Call,
    identities: Awaited<ReturnType<KeyRing["identities"]>>,
  ): Promise<Ssh2Link | LoginReport> {
    const { target, signal, explain } = call;
    const { hostKeys, keepaliveSeconds } = this.#options;
    const hostKey = await hostKeys.check(target);
    const socket = await this.#open(call);
    if (socket instanceof Error) return stoppedAt("socket", socket);
    // Only the login takes this machine's time; a host that does not answer must not hold up others.
    const leave = await this.#handshakes.enter();
    try {
      if (socket.destroyed) return stoppedAt("greeting", new Error("it hung up"));
      const user = target.user;
      const milliseconds = call.left;
      const options = {
        socket,
        user,
        identities,
        hostKey,
        milliseconds,
        keepaliveSeconds,
        explain,
      };
      const client = await timed(call, () => login({ ...options, signal }));
      return "stage" in client ? client : new Ssh2Link(client, target);
    } finally {
      leave();
    }
  }

  async #open(call: Call): Promise<Awaited<ReturnType<typeof openSocket>> | Error> {
    const { address, port } = call.target;
    try {
      return await timed(call, () => openSocket(address, port, call.left, call.signal));
    } catch (error) {
      call.signal?.throwIfAborted();
      return error instanceof Error ? error : new Error(String(error));
    }
  }
}

/** One host's connection in the making. */
interface Call {
  readonly target: Target;
  readonly signal: AbortSignal | undefined;
  readonly explain: boolean;
  /** Milliseconds that it may still take. */
  left: number;
}

// An attempt that has less time than this would only hide why the others failed.
const LAST_ATTEMPT_MILLISECONDS = 1000;

function isStoppedAt(
  link: Ssh2Link | LoginFailure,
  stage: LoginFailure["stage"],
): link is LoginFailure {
  return !(link instanceof Ssh2Link) && link.stage === stage;
}

function stoppedAt(stage: LoginFailure["stage"], error: Error): LoginReport {
  return { stage, error, banner: "", algorithms: [], accepted: [] };
}

/** Runs a piece of work and takes its time off what a call may still take. */
async function timed<T>(call: Call, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  try {
    return await work();
  } finally {
    call.left -= performance.now() - started;
  }
}
