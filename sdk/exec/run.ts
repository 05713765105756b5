/**
 * Running one host's script, step by step, with its events.
 *
 * @module
 */

import { SextantError } from "../errors.ts";
import type { RenderContext } from "../operations/definition.ts";
import { type Operation, shellOf } from "../operations/operation.ts";
import { HERE, type HostScript, type StageName, type Step } from "../plan/plan.ts";
import type { ScriptStep, Session, StepResult } from "../transport/transport.ts";
import { stopwatch } from "./clock.ts";
import type { Failure } from "./event.ts";
import { failureOfError } from "./failure.ts";
import type { RunContext } from "./run_context.ts";
import { StepWatcher } from "./step_watcher.ts";

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
  const last = results.findIndex(({ exitCode }) => exitCode !== 0);
  if (last >= 0 && !signal.aborted) watchers[last]!.checkKilled(results[last]!);
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
    if (!signal.aborted) watcher.checkKilled(result);
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
