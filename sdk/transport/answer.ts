import { Lane, type Part } from "./lane.ts";
import type { ReadSoFar } from "./protocol.ts";
import type { RunOptions, StepResult, StreamName } from "./transport.ts";

/**
 * What became of a script.
 *
 * - `answered`: it ended; each step has its result.
 * - `unsent`: none of it ran, and none will.
 * - `busy`: the shell did not take it, because a process of the script before it holds the streams.
 * - `unwritable`: the host cannot store it.
 * - `gone`: it began, and neither it nor its end can be found.
 */
export type Outcome = "answered" | "unsent" | "busy" | "unwritable" | "gone";

/** Puts a script's two streams together to one result per step. */
export class Answer {
  /** Token of the script. */
  readonly token: string;
  /** Settles once, when it is clear what became of the script. */
  readonly outcome: Promise<Outcome>;
  readonly #settle: (outcome: Outcome) => void;
  readonly #options: RunOptions;
  readonly #steps: readonly StepRecord[];
  readonly #streams: Readonly<Record<StreamName, StreamState>>;
  #cancelled = false;
  #stray = "";

  /** Waits for the answer to a script of so many steps. */
  constructor(token: string, stepCount: number, options: RunOptions) {
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    this.token = token;
    this.outcome = promise;
    this.#settle = resolve;
    this.#options = options;
    this.#steps = Array.from({ length: stepCount }, () => new StepRecord());
    this.#streams = { stdout: this.#newStream(), stderr: this.#newStream() };
  }

  /** Whether some of the script has run. */
  get begun(): boolean {
    return this.#steps.length > 0 && this.#steps[0]!.began;
  }

  /** Whether someone asked to end the script. */
  get cancelled(): boolean {
    return this.#cancelled;
  }

  /** How much of each stream has arrived, for picking the script up over another connection. */
  get soFar(): ReadSoFar {
    const { stdout, stderr } = this.#streams;
    return { token: this.token, stdout: stdout.lane.received, stderr: stderr.lane.received };
  }

  /** The end of what came and belongs to no step; explains why a shell did not do its work. */
  get stray(): string {
    return this.#stray.trim();
  }

  /** Takes the next bytes of a stream. */
  push(name: StreamName, bytes: Uint8Array): void {
    this.#streams[name].lane.push(bytes);
    this.#advance();
  }

  /** Goes on with the streams of another connection, from what {@linkcode soFar} says. */
  restart(): void {
    for (const { lane } of Object.values(this.#streams)) lane.restart();
  }

  /** From now on no step's exit code counts: a process that was told to end may give 0 for it. */
  cancel(): void {
    this.#cancelled = true;
  }

  /** One result per step, as far as they are known. */
  results(): readonly StepResult[] {
    return this.#steps.map((step) => step.result());
  }

  #newStream(): StreamState {
    const parts: Part[] = [];
    const lane = new Lane(this.token, {
      onPart: (part) => parts.push(part),
      onVerdict: (letter) => this.#verdict(letter),
      onStray: (text) => this.#stray = (this.#stray + text).slice(-STRAY_LIMIT),
    });
    return { lane, parts, begun: 0, ended: 0 };
  }

  #verdict(letter: string): void {
    const outcome = VERDICTS[letter];
    if (outcome !== undefined) this.#settle(outcome);
  }

  /** Handles what has arrived, in an order that makes sense to those who watch. */
  #advance(): void {
    const names: readonly StreamName[] = ["stdout", "stderr"];
    while (names.some((name) => this.#takeParts(name)));
    const { stdout, stderr } = this.#streams;
    if (stdout.ended === Infinity && stderr.ended === Infinity) this.#finish();
  }

  #takeParts(name: StreamName): boolean {
    const { parts } = this.#streams[name];
    const count = parts.findIndex((part) => this.#mustWait(name, part));
    const ready = parts.splice(0, count < 0 ? parts.length : count);
    for (const part of ready) this.#take(name, part);
    return ready.length > 0;
  }

  /** A step begins on standard output first, and only after the step before it has ended on both streams. */
  #mustWait(name: StreamName, part: Part): boolean {
    if (part.kind !== "begin") return false;
    const { stdout, stderr } = this.#streams;
    return name === "stdout" ? stderr.ended < part.step : stdout.begun <= part.step;
  }

  #take(name: StreamName, part: Part): void {
    const stream = this.#streams[name];
    if (part.kind === "exit") {
      stream.begun = stream.ended = Infinity;
      if (name === "stdout") this.#steps.forEach((step) => step.cut(part.now));
      return;
    }
    const step = this.#steps[part.step];
    if (step === undefined) return;
    if (part.kind === "text") {
      step.output[name].push(part.text);
      this.#options.onOutput?.(part.step, name, part.text);
    } else if (part.kind === "begin") {
      stream.begun = part.step + 1;
      if (name === "stdout") this.#begin(part.step, part.now);
    } else {
      stream.ended = part.step + 1;
      if (name === "stdout") step.end(this.#cancelled ? undefined : part.exitCode, part.now);
      const { stdout, stderr } = this.#streams;
      if (Math.min(stdout.ended, stderr.ended) > part.step) this.#report(part.step);
    }
  }

  #begin(step: number, now: number | undefined): void {
    this.#steps[step]!.begin(now);
    this.#options.onBegin?.(step);
  }

  #report(index: number): void {
    const step = this.#steps[index]!;
    if (!step.began || step.reported) return;
    step.reported = true;
    this.#options.onEnd?.(index, step.result());
  }

  #finish(): void {
    for (const index of this.#steps.keys()) this.#report(index);
    // A script that was cut off in upload does not parse: it ends and has never begun.
    const ran = this.begun || this.#cancelled || this.#steps.length === 0;
    this.#settle(ran ? "answered" : "unsent");
  }
}

/** What is known of one of the two streams; after the script's end, everything counts as begun and ended. */
interface StreamState {
  readonly lane: Lane;
  readonly parts: Part[];
  begun: number;
  ended: number;
}

const STRAY_LIMIT = 1000;

const VERDICTS: Readonly<Record<string, Outcome>> = {
  g: "gone",
  n: "unsent",
  x: "unwritable",
  y: "busy",
};

class StepRecord {
  readonly output: Readonly<Record<StreamName, string[]>> = { stdout: [], stderr: [] };
  began = false;
  reported = false;
  #exitCode: number | undefined;
  #from = 0;
  #to: number | undefined;

  begin(now: number | undefined): void {
    this.began = true;
    this.#from = now ?? 0;
  }

  end(exitCode: number | undefined, now: number | undefined): void {
    this.#exitCode = exitCode;
    this.#to = now ?? this.#from;
  }

  cut(now: number | undefined): void {
    if (this.began) this.#to ??= now;
  }

  result(): StepResult {
    return {
      exitCode: this.#exitCode,
      stdout: this.output.stdout.join(""),
      stderr: this.output.stderr.join(""),
      seconds: Math.round(((this.#to ?? this.#from) - this.#from) * 100) / 100,
    };
  }
}
