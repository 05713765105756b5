import { HostError } from "../errors.ts";
import { Answer, type Outcome } from "./answer.ts";
import { HostLine, type HostLineOptions, type Patience } from "./host_line.ts";
import type { Line } from "./line.ts";
import type { Receive } from "./link.ts";
import {
  cancelRequest,
  FIRST_SCRIPT_LIMIT,
  newToken,
  scriptRequest,
  scriptText,
} from "./protocol.ts";
import type { Connection, ConnectOptions } from "./transport.ts";
import type { RunOptions, Script, Session, StepResult, Target } from "./transport.ts";

/** A session: one shell on a host that runs scripts one after the other, whatever carries it. */
export class Shell implements Session {
  /** The host it is open to. */
  readonly target: Target;
  readonly #reconnectSeconds: number;
  // A host that did not come back is tried once for each further script: clean-up should not wait for it anew.
  #isGone = false;
  readonly #host: HostLine;
  #exchanges = 0;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(target: Target, options: HostLineOptions) {
    this.target = target;
    this.#reconnectSeconds = options.reconnectSeconds;
    this.#host = new HostLine(target, options);
  }

  /**
   * Connects, and runs a script on the way.
   *
   * @throws {HostError} What `dial` throws, or `LOGIN_REFUSED` if the login gives no shell; or the signal's reason.
   */
  static async open(
    target: Target,
    options: HostLineOptions,
    { first, signal }: ConnectOptions = {},
  ): Promise<Connection> {
    signal?.throwIfAborted();
    const session = new Shell(target, options);
    const stop = (): void => void session.#host.close(signal?.reason);
    signal?.addEventListener("abort", stop);
    try {
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
    return this.#inTurn(() => this.#host.interact(shell));
  }

  /** Ends the session; a script that still runs goes on without anyone to read its answer. */
  async close(): Promise<void> {
    await this.#host.close();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(() => {
      this.#host.checkOpen();
      return work();
    });
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #begin(first: Script | undefined): Promise<readonly StepResult[]> {
    if (first !== undefined) return await this.#exchange(first, {}, this.#embed);
    await this.#host.open({}, () => {});
    return [];
  }

  /** Sends a script, and stays with it over lost connections until it is clear what became of it. */
  async #exchange(
    script: Script,
    options: RunOptions,
    send: Send,
  ): Promise<readonly StepResult[]> {
    const signal = options.signal;
    const patience: Patience = { left: this.#isGone ? ONE_TRY : this.#reconnectSeconds * 1000 };
    const newAnswer = (): Answer => new Answer(newToken(), script.steps.length, options);
    let answer = newAnswer();
    if (signal?.aborted) return answer.results();
    const cancel = (): void => {
      answer.cancel();
      this.#host.current?.send(cancelRequest(answer.token));
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
        if (signal?.aborted) return answer.results();
        answer = newAnswer();
        outcome = await this.#send(answer, script, patience);
      }
      this.#exchanges++;
      this.#isGone = false;
      return answer.results();
    } catch (error) {
      this.#isGone = error instanceof HostError && error.code === "CONNECTION_LOST";
      throw error;
    } finally {
      signal?.removeEventListener("abort", cancel);
    }
  }

  async #send(answer: Answer, script: Script, patience: Patience): Promise<Result> {
    const text = scriptText(answer.token, script).text;
    const receive = receiver(answer);
    if (this.#host.current?.isLost) await this.#host.hangUp();
    const line = this.#host.current ?? await this.#host.reopen({}, receive, patience);
    if (answer.cancelled) return "unsent";
    line.receive = receive;
    line.send(scriptRequest(answer.token, new TextEncoder().encode(text).length), text);
    return await outcomeOf(answer, line);
  }

  /** Sends a script inside the command that opens the line. */
  async #embed(answer: Answer, script: Script, patience: Patience): Promise<Result> {
    const first = scriptText(answer.token, script);
    const isLong = new TextEncoder().encode(first.text).length > FIRST_SCRIPT_LIMIT;
    const line = await this.#host.open(isLong ? {} : { first }, receiver(answer));
    if (isLong) return await this.#send(answer, script, patience);
    const outcome = await outcomeOf(answer, line);
    if (outcome !== "unwritable") return outcome;
    // The host cannot decode it perhaps; the usual way needs nothing of the kind.
    return "busy";
  }

  /** Picks a script up over a new connection. */
  async #attach(answer: Answer, patience: Patience): Promise<Result> {
    answer.restart();
    const line = await this.#host.resume({ attach: answer.soFar }, receiver(answer), patience);
    if (answer.cancelled) line.send(cancelRequest(answer.token));
    return await outcomeOf(answer, line);
  }

  /** Makes sure that a script which has no answer can be sent again without running twice. */
  #checkNotRun(outcome: Outcome, answer: Answer, sends: number): void {
    if (outcome === "busy") return this.#host.drop();
    const details = answer.stray === "" ? [] : answer.stray.split("\n");
    if (outcome === "unwritable") {
      throw new HostError("DISK_FULL", this.target.name, "the host cannot store a script", {
        hint: "make room in /dev/shm, or in /tmp where there is no /dev/shm",
        details,
      });
    }
    if (outcome === "gone" || answer.begun) {
      throw this.#host.lost("nobody is left there to say how the script ended");
    }
    if (sends < SEND_LIMIT) return;
    throw new HostError("COMMAND_FAILED", this.target.name, "the host's sh does not run scripts", {
      hint: "it needs sh, setsid, tee and head on the login user's PATH",
      details,
    });
  }
}

type Result = Outcome | "lost";

type Send = (this: Shell, answer: Answer, script: Script, patience: Patience) => Promise<Result>;

const SEND_LIMIT = 3;

/** Patience for one try, in milliseconds. */
const ONE_TRY = 1;

function receiver(answer: Answer): Receive {
  return (stream, bytes) => answer.push(stream, bytes);
}

/** A line's output has all been read by the time it is lost. */
function outcomeOf(answer: Answer, line: Line): Promise<Result> {
  return Promise.race([answer.outcome, line.lost.then(() => "lost" as const)]);
}
