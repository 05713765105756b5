import type { Duplex } from "node:stream";
import { HostError, messageOf } from "../errors.ts";
import { ForwardedWire } from "./forwarded_wire.ts";
import { within } from "./pause.ts";
import type { Ssh2Link } from "./ssh2_link.ts";
import type { Target } from "./transport.ts";
import type { Wire } from "./wire.ts";

/** Connects to a jump host, which may be behind others itself. */
export type DialJump = (jump: Target, signal: AbortSignal) => Promise<Ssh2Link>;

/** The open jump hosts: each has one connection for all hosts behind it. */
export class Jumps {
  readonly #dial: DialJump;
  readonly #shared = new Map<string, SharedJump>();

  /** Starts without any. */
  constructor(dial: DialJump) {
    this.#dial = dial;
  }

  /**
   * Takes the way to a target as far as its last jump host, unless it is open already.
   *
   * @throws {HostError} What keeps from the jump host; or the signal's reason.
   */
  async enter(target: Target, signal: AbortSignal | undefined): Promise<EnteredJump> {
    const jump = lastJump(target);
    const key = JSON.stringify(jump);
    const known = this.#shared.get(key);
    const shared = known === undefined || known.isOver ? new SharedJump(jump, this.#dial) : known;
    this.#shared.set(key, shared);
    const leave = shared.use();
    try {
      return new EnteredJump(target, jump, await orAborted(shared.link, signal), leave);
    } catch (error) {
      await leave();
      throw error instanceof HostError ? behind(target, error) : error;
    }
  }
}

/** A jump host that is open for one target. */
export class EnteredJump {
  readonly #target: Target;
  readonly #jump: Target;
  readonly #link: Ssh2Link;
  readonly #leave: () => Promise<void>;

  /** `leave` is called once the way is not used any more. */
  constructor(target: Target, jump: Target, link: Ssh2Link, leave: () => Promise<void>) {
    this.#target = target;
    this.#jump = jump;
    this.#link = link;
    this.#leave = leave;
  }

  /**
   * Has the jump host connect to the target.
   *
   * @throws {HostError} `HOST_UNREACHABLE`; or the signal's reason.
   */
  async open(milliseconds: number, signal: AbortSignal | undefined): Promise<Wire> {
    const { address, port } = this.#target;
    const opening = this.#link.forward(address, port);
    try {
      const channel = await within(orAborted(opening, signal), milliseconds);
      if (channel !== undefined) return new ForwardedWire(channel, this.#leave);
      throw this.#unreachable(`no answer within ${Math.ceil(milliseconds / 1000)} s`);
    } catch (error) {
      void opening.then((channel: Duplex) => channel.destroy(), () => {});
      await this.#leave();
      signal?.throwIfAborted();
      throw error instanceof HostError ? error : this.#refused(error);
    }
  }

  #refused(error: unknown): HostError {
    const isForbidden = error instanceof Error && "reason" in error &&
      error.reason === ADMINISTRATIVELY_PROHIBITED;
    return isForbidden
      ? this.#unreachable("it may not forward connections", {
        hint: `allow it in the sshd_config of ${this.#jump.name}: AllowTcpForwarding yes`,
        cause: error,
      })
      : this.#unreachable(messageOf(error), { cause: error });
  }

  #unreachable(
    reason: string,
    options: { readonly hint?: string; readonly cause?: unknown } = {},
  ): HostError {
    const { name, address, port, user } = this.#target;
    const jump = this.#jump;
    const message = `jump host ${jump.name} does not get to port ${port} of ${address}: ${reason}`;
    const way = `${jump.user}@${jump.address}:${jump.port}`;
    return new HostError("HOST_UNREACHABLE", name, message, {
      hint: `is the host up, and does a firewall let ${jump.name} through to it? ` +
        `Try: ssh -J ${way} -p ${port} ${user}@${address}`,
      ...options,
    });
  }
}

const ADMINISTRATIVELY_PROHIBITED = 1;

/** One connection to a jump host, ended when the last target that uses it leaves. */
class SharedJump {
  readonly link: Promise<Ssh2Link>;
  readonly #controller = new AbortController();
  #isOver = false;
  #users = 0;

  constructor(jump: Target, dial: DialJump) {
    this.link = dial(jump, this.#controller.signal);
    void this.link.then((link) => link.closed, () => {}).then(() => this.#isOver = true);
  }

  /** Whether the connection is lost, given up, or cannot be made: whoever comes next needs another. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Counts a user in; call what it gives, which counts it out once, when it leaves. */
  use(): () => Promise<void> {
    this.#users++;
    let left: Promise<void> | undefined;
    return () => left ??= this.#leave();
  }

  async #leave(): Promise<void> {
    if (--this.#users > 0) return;
    this.#isOver = true;
    this.#controller.abort(new Error("nobody needs the jump host any more"));
    await this.link.then((link) => link.close(), () => {});
  }
}

/** A target's last jump host, behind those before it. */
function lastJump({ jumps = [] }: Target): Target {
  const { address, port, user, keys, knownHosts, isStrict } = jumps.at(-1)!;
  const before = jumps.slice(0, -1);
  return { name: address, address, port, user, keys, knownHosts, isStrict, jumps: before };
}

function behind(target: Target, error: HostError): HostError {
  const { code, message, hint, details } = error;
  return new HostError(code, target.name, `jump host ${message}`, { hint, details, cause: error });
}

function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
