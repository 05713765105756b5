/**
 * Running one host's script, step by step, with its events.
 *
 * @module
 */

import { SextantError } from "../errors.ts";
import type { RenderContext } from "../operations/definition.ts";
import { type ImageLayer, type MeasureImage, readLayers } from "../operations/image_size.ts";
import { describeOperation, type Operation, shellOf } from "../operations/operation.ts";
import { isMark, splitParts, withoutMarks } from "../operations/parts.ts";
import { HERE, type HostScript, type StageName, type Step } from "../plan/plan.ts";
import type { ScriptStep, Session, StepResult } from "../transport/transport.ts";
import { stopwatch } from "./clock.ts";
import type { Effects } from "./effects.ts";
import type { Event, Failure, HostWarning, StepEvent } from "./event.ts";
import { failureOfError, failuresOfStep, movedState, warningsOfStep } from "./failure.ts";
import type { Latches } from "./latches.ts";
import type { Ledger } from "./ledger.ts";
import { Lines } from "./lines.ts";

/** What all scripts of a run share. */
export interface RunContext {
  /** Open hosts by name, this machine among them. */
  readonly sessions: ReadonlyMap<string, Session>;
  /** The user's functions, secrets and files. */
  readonly effects: Effects;
  /** Layers of images that were built in this run, by image. */
  readonly layers: Map<string, readonly ImageLayer[]>;
  /** Takes events. */
  readonly emit: (event: Event) => void;
  /** Steps that others wait for. */
  readonly latches: Latches;
  /** What has become of each step. */
  readonly ledger: Ledger;
  /** Takes failures. */
  readonly fail: (failure: Failure) => void;
  /** Takes warnings. */
  readonly warn: (warning: HostWarning) => void;
  /** Takes the answers of hosts that have moved. */
  readonly moved: Map<string, string>;
  /** Seconds since the run began. */
  readonly elapsed: () => number;
}

/** Runs a host's script to its end; gives whether the run may go on. */
export async function runScript(
  context: RunContext,
  stage: StageName,
  script: HostScript,
  signal: AbortSignal,
): Promise<boolean> {
  if (script.mayFail !== true) return await runStrictly(context, stage, script, signal);
  const warn = ({ host, message, hint }: Failure): void => context.warn({ host, message, hint });
  await runStrictly({ ...context, fail: warn, moved: new Map() }, stage, script, signal);
  return true;
}

async function runStrictly(
  context: RunContext,
  stage: StageName,
  script: HostScript,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    if (script.after !== undefined && !await waitFor(context, stage, script)) return false;
    if (signal.aborted) return false;
    const isLocal = script.host === HERE || script.steps.some(isInteractive);
    return isLocal
      ? await runEach(context, stage, script, signal)
      : await runTogether(context, stage, script, signal);
  } catch (error) {
    noteLost(context, script);
    context.fail(failureOfError(script.host, error, context.effects.redact));
    return false;
  } finally {
    for (const { id } of script.steps) context.latches.settle(id, false);
  }
}

/** The step as the transport takes it. */
export function toScriptStep(
  operations: readonly Operation[],
  { effects: { secret, file }, layers }: Pick<RunContext, "effects" | "layers">,
): ScriptStep {
  const context: RenderContext = { secret, file, layers: (image) => layers.get(image) };
  return { shell: shellOf(operations, context), operations };
}

/** The session of a host. */
export function sessionOf(sessions: ReadonlyMap<string, Session>, host: string): Session {
  const session = sessions.get(host);
  if (session === undefined) throw new RangeError(`There is no session to "${host}"`);
  return session;
}

async function waitFor(
  { emit, latches }: RunContext,
  stage: StageName,
  { host, after }: HostScript,
): Promise<boolean> {
  emit({ type: "waiting", host, stage, reason: after!.reason });
  return await latches.wait(after!);
}

/** Sends all steps at once: one exchange. */
async function runTogether(
  context: RunContext,
  stage: StageName,
  { host, steps }: HostScript,
  signal: AbortSignal,
): Promise<boolean> {
  const watchers = steps.map((step) => new StepWatcher(context, stage, host, step));
  const script = {
    steps: steps.map(({ operations }) => toScriptStep(operations, context)),
  };
  const results = await sessionOf(context.sessions, host).run(script, {
    signal,
    onBegin: (index) => watchers[index]?.begin(),
    onOutput: (index, stream, text) => watchers[index]?.output(stream, text),
    onEnd: (index, result) => watchers[index]?.end(result),
  });
  results.forEach((result, index) => watchers[index]?.end(result));
  return results.every((result) => result.exitCode === 0);
}

/** Runs steps one by one: hooks, commands on this machine, and those that need the terminal. */
async function runEach(
  context: RunContext,
  stage: StageName,
  { host, steps }: HostScript,
  signal: AbortSignal,
): Promise<boolean> {
  for (const step of steps) {
    if (signal.aborted) return false;
    const watcher = new StepWatcher(context, stage, host, step);
    watcher.begin();
    const result = await runOne(context, host, step, watcher, signal);
    watcher.end(result);
    if (result.exitCode !== 0) return false;
  }
  return true;
}

async function runOne(
  context: RunContext,
  host: string,
  { operations }: Step,
  watcher: StepWatcher,
  signal: AbortSignal,
): Promise<StepResult> {
  const [operation] = operations;
  if (operation?.kind === "run-hook") return await runHook(context, operation, watcher, signal);
  const session = sessionOf(context.sessions, host);
  const step = toScriptStep(operations, context);
  if (isInteractive({ operations })) {
    return { ...NOTHING, exitCode: await session.interact(step.shell) };
  }
  const [result] = await session.run({ steps: [step] }, {
    signal,
    onOutput: (_, stream, text) => watcher.output(stream, text),
  });
  return result ?? NOTHING;
}

async function runHook(
  { effects, elapsed, fail }: RunContext,
  { name, hosts }: Operation & { kind: "run-hook" },
  watcher: StepWatcher,
  signal: AbortSignal,
): Promise<StepResult> {
  const seconds = stopwatch(effects.clock);
  try {
    const log = (line: string): void => watcher.output("stdout", `${line}\n`);
    await effects.hook({ name, hosts, log, signal, runtime: elapsed() });
    return { ...NOTHING, exitCode: 0, seconds: seconds() };
  } catch (error) {
    if (signal.aborted) return { ...NOTHING, exitCode: undefined, seconds: seconds() };
    const known = error instanceof SextantError
      ? error
      : new SextantError("HOOK_FAILED", hookMessage(name, error), {
        cause: error,
        hint:
          "Nothing was changed by the step itself; mend the hook, or leave hooks out with --skip-hooks.",
      });
    watcher.explained = true;
    fail(failureOfError(HERE, known, effects.redact));
    return { ...NOTHING, exitCode: 1, seconds: seconds() };
  }
}

function hookMessage(name: string, error: unknown): string {
  return `hook ${name} failed: ${error instanceof Error ? error.message : String(error)}`;
}

const NOTHING: StepResult = { exitCode: undefined, stdout: "", stderr: "", seconds: 0 };

function isInteractive({ operations }: Pick<Step, "operations">): boolean {
  return operations.some((operation) => "interactive" in operation && operation.interactive);
}

/** A script whose host was lost: what had begun may have been done, and the host may go on with the rest alone. */
function noteLost({ ledger, emit }: RunContext, { host, steps }: HostScript): void {
  const begun = steps.findLast(({ id }) => ledger.statusOf(id) !== "skipped");
  if (begun === undefined) return;
  for (const { id } of steps.slice(steps.indexOf(begun) + 1)) {
    ledger.note(id, { status: "cancelled" });
  }
  if (ledger.statusOf(begun.id) !== "cancelled") return;
  emit({ type: "notice", host, message: `it is not known how far "${begun.id}" came` });
}

/** Follows one step: its events, its place in the ledger, its failure. */
class StepWatcher {
  /** Whether the failure was told already. */
  explained = false;
  readonly #context: RunContext;
  readonly #event: StepEvent;
  readonly #step: Step;
  readonly #lines: Readonly<Record<"stdout" | "stderr", Lines>>;
  #ended = false;

  constructor(context: RunContext, stage: StageName, host: string, step: Step) {
    this.#context = context;
    this.#step = step;
    this.#event = { step: step.id, host, stage };
    const lines = (stream: "stdout" | "stderr"): Lines =>
      new Lines((text) => {
        if (isMark(text)) return;
        context.emit({
          type: "step-output",
          ...this.#event,
          stream,
          text: context.effects.redact(text),
        });
      });
    this.#lines = { stdout: lines("stdout"), stderr: lines("stderr") };
  }

  begin(): void {
    // Until its end is known, a step may have done anything.
    this.#context.ledger.note(this.#step.id, { status: "cancelled" });
    this.#context.emit({ type: "step-begin", ...this.#event, title: titleOf(this.#step) });
  }

  output(stream: "stdout" | "stderr", text: string): void {
    this.#lines[stream].push(text);
  }

  end(result: StepResult): void {
    const { ledger, latches, emit, effects, fail, warn, moved } = this.#context;
    const began = ledger.statusOf(this.#step.id) !== "skipped";
    if (this.#ended || (!began && result.exitCode === undefined)) return;
    this.#ended = true;
    this.#lines.stdout.flush();
    this.#lines.stderr.flush();
    const status = result.exitCode === undefined
      ? "cancelled"
      : result.exitCode === 0
      ? "done"
      : "failed";
    const state = movedState(this.#step.operations, result);
    if (state !== undefined) moved.set(this.#event.host, state);
    const { host } = this.#event;
    const failures = status === "failed" && !this.explained
      ? failuresOfStep(host, this.#step.operations, result, effects.redact)
      : [];
    // What a cause was read from stands in the failure: a log is long enough once.
    const isRead = state !== undefined || failures.some(({ cause }) => cause !== undefined);
    ledger.note(this.#step.id, {
      status,
      seconds: result.seconds,
      exitCode: result.exitCode,
      stdout: isRead ? "" : effects.redact(withoutMarks(result.stdout)),
      stderr: effects.redact(withoutMarks(result.stderr)),
    });
    failures.forEach(fail);
    if (status === "done") this.#measure(result);
    warningsOfStep(host, this.#step.operations, result, effects.redact).forEach(warn);
    emit({ type: "step-end", ...this.#event, status, seconds: result.seconds });
    latches.settle(this.#step.id, status === "done");
  }

  /** Keeps what the builder told of an image. */
  #measure(result: StepResult): void {
    const { operations } = this.#step;
    if (!operations.some(({ kind }) => kind === "measure-image")) return;
    for (const { index, stdout } of splitParts(operations.length, { ...result, exitCode: 0 })) {
      const operation = operations[index]!;
      const layers = operation.kind === "measure-image" ? readLayers(stdout) : undefined;
      if (layers !== undefined) this.#context.layers.set((operation as MeasureImage).image, layers);
    }
  }
}

/** What a step does, in a few words. */
export function titleOf({ operations }: Pick<Step, "operations">): string {
  const shown = operations.map(describeOperation);
  const main = shown.find((description) => !description.minor) ?? shown[0];
  return main === undefined ? "" : [main.noun, main.subject].join(" ");
}
