import { HostError, messageOf } from "../errors.ts";
import { Answer, type Outcome } from "./answer.ts";
import { Line, type LineStart, type NoGreeting } from "./line.ts";
import type { Link, Receive } from "./link.ts";
import { pause } from "./pause.ts";
import {
  cancelRequest,
  FIRST_SCRIPT_LIMIT,
  newToken,
  scriptRequest,
  type ScriptText,
  scriptText,
} from "./protocol.ts";
import type { RunOptions, Script, Session, StepResult, Target } from "./transport.ts";

/** What sets one kind of session apart from another. */
export interface ShellOptions {
  /** Opens a connection, or throws a {@linkcode HostError}. */
  readonly dial: (signal?: AbortSignal) => Promise<Link>;
  /** Runs steps in the login user's home directory instead of the current one. */
  readonly home: boolean;
  /** How long a lost connection is tried again during one script, in seconds. */
  readonly reconnectSeconds: number;
}

/** A session: one shell on a host that runs scripts one after the other, over whatever link there is. */
export class Shell implements Session {
  /** The host it is open to. */
  readonly target: Target;
  readonly #options: ShellOptions;
  readonly #closed = new AbortController();
  #link: Link | undefined;
  #line: Line | undefined;
  #boot = "";
  #exchanges = 0;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(target: Target, options: ShellOptions) {
    this.target = target;
    this.#options = options;
  }

  /**
   * Connects, and runs a script on the way.
   *
   * @throws {HostError} What `dial` throws, or `LOGIN_REFUSED` if the login gives no shell.
   */
  static async open(
    target: Target,
    options: ShellOptions,
    first?: Script,
    signal?: AbortSignal,
  ): Promise<{ session: Shell; first: readonly StepResult[] }> {
    const session = new Shell(target, options);
    const stop = (): void => session.#closed.abort(signal?.reason);
    signal?.addEventListener("abort", stop);
    try {
      signal?.throwIfAborted();
      session.#link = await options.dial(signal);
      return { session, first: await session.#begin(first) };
    } catch (error) {
      await session.close();
      throw signal?.aborted ? signal.reason : error;
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  /** How many scripts were sent and answered. */
  get exchanges(): number {
    return this.#exchanges;
  }

  /**
   * Runs a script and gives one result per step.
   *
   * @throws {HostError} `CONNECTION_LOST`, `DISK_FULL` if the host cannot store the script, or
   * `COMMAND_FAILED` if its shell does not run it.
   */
  run(script: Script, options: RunOptions = {}): Promise<readonly StepResult[]> {
    return this.#inTurn(() => this.#exchange(script, options, this.#send));
  }

  /** Hands this terminal to a command on the host and gives its exit code. */
  interact(shell: string): Promise<number> {
    return this.#inTurn(async () => {
      if (this.#line?.isLost) await this.#dropLink();
      // A server may allow one channel at a time.
      this.#dropLine();
      const link = this.#link ??= await this.#options.dial(this.#closed.signal);
      return await link.interact(shell);
    });
  }

  /** Ends the session; a script that still runs goes on without anyone to read its answer. */
  async close(): Promise<void> {
    if (!this.#closed.signal.aborted) this.#closed.abort(this.#lost("the session is closed"));
    await this.#dropLink();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(() => {
      this.#closed.signal.throwIfAborted();
      return work();
    });
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #begin(first: Script | undefined): Promise<readonly StepResult[]> {
    if (first !== undefined) return await this.#exchange(first, {}, this.#embed);
    await this.#openLine({}, () => {});
    return [];
  }

  /** Sends a script, and stays with it over lost connections until it is clear what became of it. */
  async #exchange(
    script: Script,
    options: RunOptions,
    send: Send,
  ): Promise<readonly StepResult[]> {
    const patience: Patience = { left: this.#options.reconnectSeconds * 1000 };
    const signal = options.signal;
    let answer = new Answer(newToken(), script.steps.length, options);
    if (signal?.aborted) return answer.results();
    const cancel = (): void => {
      answer.cancel();
      this.#line?.send(cancelRequest(answer.token));
    };
    signal?.addEventListener("abort", cancel);
    try {
      let outcome = await send.call(this, answer, script, patience);
      for (let sends = 1; outcome !== "answered";) {
        if (outcome === "lost") {
          outcome = await this.#attach(answer, patience);
          continue;
        }
        this.#checkNotRun(outcome, answer, sends++);
        if (signal?.aborted) break;
        answer = new Answer(newToken(), script.steps.length, options);
        outcome = await this.#send(answer, script, patience);
      }
      this.#exchanges++;
      return answer.results();
    } finally {
      signal?.removeEventListener("abort", cancel);
    }
  }

  async #send(answer: Answer, script: Script, patience: Patience): Promise<Outcome | "lost"> {
    const text = scriptText(answer.token, script).text;
    const receive: Receive = (stream, bytes) => answer.push(stream, bytes);
    if (this.#line?.isLost) await this.#dropLink();
    const line = this.#line ?? await this.#reconnect({}, receive, patience);
    if (answer.cancelled) return "unsent";
    line.receive = receive;
    line.send(scriptRequest(answer.token, new TextEncoder().encode(text).length), text);
    return await outcomeOf(answer, line);
  }

  /** Sends a script inside the command that opens the line. */
  async #embed(answer: Answer, script: Script, patience: Patience): Promise<Outcome | "lost"> {
    const first: ScriptText = scriptText(answer.token, script);
    if (first.text.length > FIRST_SCRIPT_LIMIT) return await this.#send(answer, script, patience);
    const line = await this.#openLine({ first }, (stream, bytes) => answer.push(stream, bytes));
    const outcome = await outcomeOf(answer, line);
    if (outcome !== "unwritable") return outcome;
    // The host cannot decode it perhaps; the usual way needs nothing of the kind.
    this.#dropLine();
    return await this.#send(answer, script, patience);
  }

  /** Picks a script up over a new connection. */
  async #attach(answer: Answer, patience: Patience): Promise<Outcome | "lost"> {
    await this.#dropLink();
    answer.restart();
    const boot = this.#boot;
    const line = await this.#reconnect(
      { attach: answer.soFar },
      (stream, bytes) => answer.push(stream, bytes),
      patience,
    );
    if (line.boot !== boot) throw this.#lost("the host restarted while it ran a script");
    if (answer.cancelled) line.send(cancelRequest(answer.token));
    return await outcomeOf(answer, line);
  }

  /** Makes sure that a script which has no answer can be sent again without running twice. */
  #checkNotRun(outcome: Outcome, answer: Answer, sends: number): void {
    if (outcome === "busy") return this.#dropLine();
    const details = answer.stray === "" ? [] : answer.stray.split("\n");
    if (outcome === "unwritable") {
      throw new HostError("DISK_FULL", this.target.name, "the host cannot store a script", {
        hint: "make room in /dev/shm, or in /tmp where there is no /dev/shm",
        details,
      });
    }
    if (outcome === "gone" || answer.begun) {
      throw this.#lost("the script that ran when the connection was lost cannot be found again");
    }
    if (sends < SEND_LIMIT) return;
    throw new HostError("COMMAND_FAILED", this.target.name, "the host's sh does not run scripts", {
      hint: "it needs sh, setsid, tee and head on the login user's PATH",
      details,
    });
  }

  async #reconnect(start: LineStart, receive: Receive, patience: Patience): Promise<Line> {
    let failure: unknown;
    for (let attempt = 0; patience.left > 0; attempt++) {
      const started = performance.now();
      try {
        return await this.#openLine(start, receive);
      } catch (error) {
        this.#closed.signal.throwIfAborted();
        await this.#dropLink();
        failure = error;
        if (!isPassing(error)) break;
      }
      await pause(Math.min(2000, 100 * 2 ** attempt) * (0.5 + Math.random()), this.#closed.signal);
      patience.left -= performance.now() - started;
    }
    throw this.#lost("the connection was lost and cannot be made again", failure);
  }

  async #openLine(start: LineStart, receive: Receive): Promise<Line> {
    const { dial, home } = this.#options;
    const link = this.#link ??= await dial(this.#closed.signal);
    const line = await Line.open(link, home, start, receive);
    if (line instanceof Line) {
      this.#boot = line.boot;
      return this.#line = line;
    }
    throw this.#noShell(line);
  }

  #noShell({ exitCode, noise, isSilent }: NoGreeting): HostError {
    if (exitCode === undefined && !isSilent) {
      return this.#lost("the connection ended before the shell began");
    }
    const { name, user } = this.target;
    const what = isSilent ? "and the shell does not answer" : "but gets no shell";
    return new HostError("LOGIN_REFUSED", name, `${user} may log in ${what}`, {
      hint: isSilent
        ? `look into the files that ${user}'s login shell reads on the host, such as ~/.profile`
        : `give ${user} a login shell on the host, such as /bin/sh`,
      details: noise === "" ? [] : noise.split("\n"),
    });
  }

  #dropLine(): void {
    this.#line?.close();
    this.#line = undefined;
  }

  async #dropLink(): Promise<void> {
    this.#dropLine();
    const link = this.#link;
    this.#link = undefined;
    await link?.close();
  }

  #lost(reason: string, cause?: unknown): HostError {
    return new HostError("CONNECTION_LOST", this.target.name, reason, {
      hint: "what the host did last is not known: look with `sextant details` before you go on",
      details: cause === undefined ? [] : [messageOf(cause)],
      cause,
    });
  }
}

type Send = (
  this: Shell,
  answer: Answer,
  script: Script,
  patience: Patience,
) => Promise<Outcome | "lost">;

/** Milliseconds that may still be spent on making a lost connection again. */
interface Patience {
  left: number;
}

const SEND_LIMIT = 3;

/** A line's output has all been read by the time it is lost. */
function outcomeOf(answer: Answer, line: Line): Promise<Outcome | "lost"> {
  return Promise.race([answer.outcome, line.lost.then(() => "lost" as const)]);
}

/** A host that starts refuses connections and logins for a while; a changed key does not pass by itself. */
function isPassing(error: unknown): boolean {
  return error instanceof HostError &&
    ["HOST_UNREACHABLE", "CONNECTION_LOST", "LOGIN_REFUSED"].includes(error.code);
}
