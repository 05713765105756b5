import { HostError, messageOf } from "../errors.ts";
import { Line, type LineStart, type NoGreeting } from "./line.ts";
import type { Link, Receive } from "./link.ts";
import { pause } from "./pause.ts";
import type { Target } from "./transport.ts";

/** What sets one way to a host apart from another. */
export interface HostLineOptions {
  /** Opens a connection, or throws a {@linkcode HostError}. */
  readonly dial: (signal: AbortSignal) => Promise<Link>;
  /** Runs steps in the login user's home directory instead of the current one. */
  readonly home: boolean;
  /** How long the shell on the host may take to begin, in seconds. */
  readonly beginSeconds: number;
  /** How long a lost connection is tried again during one script, in seconds. */
  readonly reconnectSeconds: number;
}

/** Milliseconds that may still be spent on making a lost connection again. */
export interface Patience {
  /** What is left of them. */
  left: number;
}

/** The line to one host's shell, and the connection that carries it; makes both again when they are lost. */
export class HostLine {
  readonly #target: Target;
  readonly #options: HostLineOptions;
  readonly #closed = new AbortController();
  #link: Link | undefined;
  #line: Line | undefined;
  #boot = "";

  /** Makes the line's keeper; nothing is opened yet. */
  constructor(target: Target, options: HostLineOptions) {
    this.#target = target;
    this.#options = options;
  }

  /** The open line, as far as is known. */
  get current(): Line | undefined {
    return this.#line;
  }

  /**
   * Opens a line.
   *
   * @throws {HostError} What `dial` throws, or `LOGIN_REFUSED` if the login gives no shell.
   */
  async open(start: LineStart, receive: Receive): Promise<Line> {
    const { dial, home, beginSeconds } = this.#options;
    const link = this.#link ??= await dial(this.#closed.signal);
    const line = await Line.open(link, home, start, receive, beginSeconds * 1000);
    if (!(line instanceof Line)) throw this.#noShell(line);
    this.#boot = line.boot;
    return this.#line = line;
  }

  /**
   * Opens a line after one was lost or given up, again and again while there is patience.
   *
   * @throws {HostError} `CONNECTION_LOST`.
   */
  async reopen(start: LineStart, receive: Receive, patience: Patience): Promise<Line> {
    let failure: unknown;
    for (let attempt = 0; patience.left > 0; attempt++) {
      const started = performance.now();
      try {
        return await this.open(start, receive);
      } catch (error) {
        this.#closed.signal.throwIfAborted();
        await this.hangUp();
        failure = error;
        if (!isPassing(error)) break;
      }
      await pause(Math.min(2000, 100 * 2 ** attempt) * (0.5 + Math.random()), this.#closed.signal);
      patience.left -= performance.now() - started;
    }
    throw this.lost("the connection was lost and cannot be made again", failure);
  }

  /**
   * Opens a line over a new connection, to go on with what the lost one began.
   *
   * @throws {HostError} `CONNECTION_LOST`, also if the host has restarted in between.
   */
  async resume(start: LineStart, receive: Receive, patience: Patience): Promise<Line> {
    const boot = this.#boot;
    await this.hangUp();
    const line = await this.reopen(start, receive, patience);
    if (line.boot === boot) return line;
    throw this.lost("the host restarted while it ran a script");
  }

  /** Runs a command with this process's terminal and gives its exit code. */
  async interact(shell: string): Promise<number> {
    if (this.#line?.isLost) await this.hangUp();
    // A server may allow one channel at a time.
    this.drop();
    const link = this.#link ??= await this.#options.dial(this.#closed.signal);
    return await link.interact(shell);
  }

  /** Gives the line up and keeps the connection. */
  drop(): void {
    this.#line?.close();
    this.#line = undefined;
  }

  /** Gives the connection up. */
  async hangUp(): Promise<void> {
    this.drop();
    const link = this.#link;
    this.#link = undefined;
    await link?.close();
  }

  /** Gives everything up for good: whoever waits for the line gets the reason. */
  async close(reason: unknown = this.lost("the session is closed")): Promise<void> {
    if (!this.#closed.signal.aborted) this.#closed.abort(reason);
    await this.hangUp();
  }

  /** Throws why the line is closed, if it is. */
  checkOpen(): void {
    this.#closed.signal.throwIfAborted();
  }

  /** The error that says that a connection is lost. */
  lost(reason: string, cause?: unknown): HostError {
    return new HostError("CONNECTION_LOST", this.#target.name, reason, {
      hint: "what the host did last is not known: look with `sextant details` before you go on",
      details: cause === undefined ? [] : [messageOf(cause)],
      cause,
    });
  }

  #noShell({ exitCode, noise, isSilent }: NoGreeting): HostError {
    if (exitCode === undefined && !isSilent) {
      return this.lost("the connection ended before the shell began");
    }
    const { name, user } = this.#target;
    const what = isSilent ? "and the shell does not answer" : "but gets no shell";
    return new HostError("LOGIN_REFUSED", name, `${user} may log in ${what}`, {
      hint: isSilent
        ? `look into the files that ${user}'s login shell reads on the host, such as ~/.profile`
        : `give ${user} a login shell on the host, such as /bin/sh`,
      details: noise === "" ? [] : noise.split("\n"),
    });
  }
}

/** A host that starts refuses connections and logins for a while; a changed key does not pass by itself. */
function isPassing(error: unknown): boolean {
  return error instanceof HostError &&
    ["HOST_UNREACHABLE", "CONNECTION_LOST", "LOGIN_REFUSED"].includes(error.code);
}
