import type { HostKeyCheck, HostKeys } from "./host_keys.ts";
import type { KeyRings } from "./key_rings.ts";
import type { Identity, KeyRing } from "./keys.ts";
import { LentPorts } from "./lent_port.ts";
import { Limit } from "./limit.ts";
import { pause } from "./pause.ts";
import { CommandWire } from "./proxy_command.ts";
import { openSocket } from "./socket.ts";
import { connectError, type LoginFailure, proxyCommandError } from "./ssh2_errors.ts";
import { Jumps } from "./ssh2_jumps.ts";
import { Ssh2Link } from "./ssh2_link.ts";
import { login, type LoginReport } from "./ssh2_login.ts";
import type { Target } from "./transport.ts";
import type { Wire } from "./wire.ts";

/** What a dialer connects with. */
export interface DialerOptions {
  /** Keys to log in with. */
  readonly keys: KeyRings;
  /** Socket of the ssh-agent; `undefined` or empty for none. */
  readonly agent: string | undefined;
  /** Keys of hosts. */
  readonly hostKeys: HostKeys;
  /** How long one host may take, in seconds. */
  readonly connectSeconds: number;
  /** Silence after which a host is asked for a sign of life, in seconds. */
  readonly keepaliveSeconds: number;
  /** How many logins may go on at the same time. */
  readonly handshakes: number;
  /** How often looking a name up is tried again. */
  readonly dnsRetries: number;
  /** Takes each step of a login; `undefined` for nobody. */
  readonly onDebug: ((target: Target, line: string) => void) | undefined;
}

/** Connects to hosts: tries again where that helps, and says what is wrong where it does not. */
export class Ssh2Dialer {
  readonly #options: DialerOptions;
  readonly #handshakes: Limit;
  readonly #jumps: Jumps;
  readonly #lentPorts = new LentPorts();

  /** Makes a dialer; nothing is connected yet. */
  constructor(options: DialerOptions) {
    this.#options = options;
    this.#handshakes = new Limit(options.handshakes);
    this.#jumps = new Jumps((jump, signal) =>
      this.#dial({ target: jump, signal, keys: options.keys.ofJump(jump) })
    );
  }

  /**
   * Connects and logs in: with the keys at hand, and if they do not do, with those that need a passphrase.
   *
   * @throws {HostError} `HOST_UNREACHABLE`, `HOST_KEY_UNKNOWN`, `HOST_KEY_CHANGED`, `LOGIN_REFUSED` or `PORT_TAKEN`;
   * or the signal's reason.
   */
  async dial(target: Target, signal?: AbortSignal): Promise<Ssh2Link> {
    const link = await this.#dial({ target, signal, keys: this.#options.keys.of(target) });
    try {
      await this.#lentPorts.lend(link, target);
      return link;
    } catch (error) {
      await link.close();
      throw error;
    }
  }

  async #dial(callee: Callee): Promise<Ssh2Link> {
    let link = await this.#tryLogin(callee);
    if (isStoppedAt(link, "login") && await callee.keys.unlock() > 0) {
      link = await this.#tryLogin(callee);
    }
    // Only now, because it slows a connection down: what the sides could not agree on.
    if (isStoppedAt(link, "handshake") && link.error.level === "handshake") {
      link = await this.#attempt({ ...callee, explain: true, left: this.#milliseconds });
    }
    if (link instanceof Ssh2Link) return link;
    throw connectError(callee.target, link);
  }

  get #milliseconds(): number {
    return this.#options.connectSeconds * 1000;
  }

  /** Tries again while the server turns connections away unheard: it does so when many come at once. */
  async #tryLogin(callee: Callee): Promise<Ssh2Link | LoginFailure> {
    const call: Call = { ...callee, explain: false, left: this.#milliseconds };
    for (let attempt = 0;; attempt++) {
      const link = await this.#attempt(call);
      const isTurnedAway = isStoppedAt(link, "greeting") && link.error.code !== "ETIMEDOUT";
      const wait = 100 * 2 ** attempt * (0.5 + Math.random());
      if (!isTurnedAway || call.left < wait + LAST_ATTEMPT_MILLISECONDS) return link;
      await timed(call, () => pause(wait, callee.signal));
    }
  }

  async #attempt(call: Call): Promise<Ssh2Link | LoginFailure> {
    const { connectSeconds } = this.#options;
    const identities = await call.keys.identities();
    const report = await this.#login(call, identities);
    if (report instanceof Ssh2Link) return report;
    const offered = identities.map(({ label }) => label);
    return { ...report, seconds: connectSeconds, offered, notes: call.keys.notes };
  }

  async #login(call: Call, identities: readonly Identity[]): Promise<Ssh2Link | LoginReport> {
    const hostKey = await this.#options.hostKeys.check(call.target);
    const wire = await this.#open(call);
    if (wire instanceof Error) return stoppedAt("socket", wire);
    // Only the login takes this machine's time; a host that does not answer must not hold up others.
    const leave = await this.#handshakes.enter();
    let link: Ssh2Link | LoginReport | undefined;
    try {
      return link = await this.#loginOver(wire, call, identities, hostKey);
    } finally {
      leave();
      if (!(link instanceof Ssh2Link)) await wire.release();
    }
  }

  async #loginOver(
    wire: Wire,
    call: Call,
    identities: readonly Identity[],
    hostKey: HostKeyCheck,
  ): Promise<Ssh2Link | LoginReport> {
    if (wire.destroyed) return stoppedAt("greeting", new Error("it hung up"));
    const { target, signal, explain, left: milliseconds } = call;
    const { keepaliveSeconds, agent, onDebug } = this.#options;
    const client = await timed(call, () =>
      login({
        wire,
        user: target.user,
        identities,
        forwardedAgent: target.forwardAgent && agent !== "" ? agent : undefined,
        hostKey,
        milliseconds,
        keepaliveSeconds,
        explain,
        onDebug: onDebug && ((line) => onDebug(target, line)),
        signal,
      }));
    if (!("stage" in client)) return new Ssh2Link(client, wire, target);
    const failure = wire instanceof CommandWire ? await wire.failure() : undefined;
    return failure === undefined ? client : stoppedAt("socket", proxyCommandError(target, failure));
  }

  async #open(call: Call): Promise<Wire | Error> {
    const { target, signal } = call;
    const { address, port, jumps = [], proxyCommand } = target;
    try {
      if (jumps.length > 0) {
        const jump = await this.#jumps.enter(target, signal);
        return await timed(call, () => jump.open(call.left, signal));
      }
      if (proxyCommand !== undefined) return new CommandWire(proxyCommand, target);
      const { dnsRetries } = this.#options;
      const options = { milliseconds: call.left, dnsRetries, signal };
      return await timed(call, () => openSocket(address, port, options));
    } catch (error) {
      signal?.throwIfAborted();
      return error instanceof Error ? error : new Error(String(error));
    }
  }
}

/** Who is called, and what is offered to log in with. */
interface Callee {
  readonly target: Target;
  readonly signal: AbortSignal | undefined;
  readonly keys: KeyRing;
}

/** One host's connection in the making. */
interface Call extends Callee {
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
