import { SextantError } from "../errors.ts";
import type {
  Connection,
  ConnectOptions,
  RunOptions,
  Script,
  ScriptStep,
  Session,
  StepResult,
  Target,
  Transport,
} from "./transport.ts";

/** What to answer to steps whose line in the log matches; what is not said is empty, or success. */
export type RecordingRule = readonly [
  pattern: RegExp,
  answer: { readonly exitCode?: number; readonly stdout?: string; readonly stderr?: string },
];

/** Connects to nothing: writes down what would run, and answers as it was told to. */
export class RecordingTransport implements Transport {
  /** One line `host$ command` per step that was run, in order. */
  readonly log: string[] = [];
  readonly #rules: readonly RecordingRule[];
  readonly #display: (step: ScriptStep) => string;

  /**
   * Answers a step by the first rule that matches its line; steps that match none succeed and say nothing.
   * `display` makes a step's text for the log; by default it is the shell text, with the secrets in it.
   */
  constructor(
    rules: readonly RecordingRule[] = [],
    display: (step: ScriptStep) => string = (step) => step.shell,
  ) {
    this.#rules = rules;
    this.#display = display;
  }

  /** Opens a session that records. */
  async connect(target: Target, options: ConnectOptions = {}): Promise<Connection> {
    options.signal?.throwIfAborted();
    const session = new RecordingSession(target, (step) => this.#answer(target, step));
    const first = options.first ? await session.run(options.first) : [];
    return { session, first };
  }

  #answer(target: Target, step: ScriptStep): StepResult {
    const line = `${target.name}$ ${this.#display(step)}`;
    this.log.push(line);
    const [, answer] = this.#rules.find(([pattern]) => pattern.test(line)) ?? [];
    return { exitCode: 0, stdout: "", stderr: "", ...answer, seconds: 0 };
  }
}

class RecordingSession implements Session {
  readonly target: Target;
  exchanges = 0;
  readonly #answer: (step: ScriptStep) => StepResult;

  constructor(target: Target, answer: (step: ScriptStep) => StepResult) {
    this.target = target;
    this.#answer = answer;
  }

  run(script: Script, options: RunOptions = {}): Promise<readonly StepResult[]> {
    const results: StepResult[] = [];
    let isOver = options.signal?.aborted ?? false;
    if (!isOver) this.exchanges++;
    for (const [index, step] of script.steps.entries()) {
      const result = isOver ? NEVER_BEGAN : this.#run(index, step, options);
      results.push(result);
      isOver ||= result.exitCode !== 0 && !script.keepGoing;
      isOver ||= options.signal?.aborted ?? false;
    }
    return Promise.resolve(results);
  }

  interact(): Promise<number> {
    return Promise.reject(new SextantError("USAGE", "a recording has no terminal to hand over"));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #run(index: number, step: ScriptStep, options: RunOptions): StepResult {
    options.onBegin?.(index);
    const result = this.#answer(step);
    for (const stream of ["stdout", "stderr"] as const) {
      if (result[stream] !== "") options.onOutput?.(index, stream, result[stream]);
    }
    options.onEnd?.(index, result);
    return result;
  }
}

const NEVER_BEGAN: StepResult = { exitCode: undefined, stdout: "", stderr: "", seconds: 0 };
