/**
 * Running a command: load, one call of the commander, one reporter, an exit code.
 *
 * @module
 */

import type { CommandOptions, Deployment } from "../commander.ts";
import type { Verb } from "../commander/verb.ts";
import { isEmpty } from "../plan/plan.ts";
import { toJsonLine } from "../report/json.ts";
import { renderPlan } from "../report/plan_text.ts";
import type { CommandContext, FlagValues, Invocation } from "./command.ts";
import type { Dependencies } from "./dependencies.ts";
import { exitCodeOfReport } from "./exit_code.ts";
import { tellError, tellTrouble } from "./failure.ts";
import { INTERRUPTED, withInterrupts } from "./interrupt.ts";
import type { Io } from "./io.ts";
import { makeReporter, renderOptions } from "./reporter.ts";

/** Exit code of `plan --exit-code` where something would change, and of `drift` where hosts differ. */
const WOULD_CHANGE = 10;

/** Runs a question, or a command of the user's in a container; its answer is the output. */
export async function runQuestion(
  verb: Verb,
  { flags }: Invocation,
  { io, dependencies }: CommandContext,
): Promise<number> {
  const json = flags.on.has("json");
  const isInteractive = "interactive" in verb && verb.interactive === true;
  if (isInteractive && !io.isInteractive) {
    const hint = "Leave out --interactive to run the command without a terminal.";
    return tellTrouble({ code: "USAGE", message: "--interactive needs a terminal", hint }, {
      io,
      json,
    });
  }
  const isStreamed = "cmd" in verb || ("follow" in verb && verb.follow === true);
  return await withInterrupts(io, () => {}, async (controller) => {
    const { signal } = controller;
    let isUnread = false;
    const onUnread = (): void => {
      isUnread = true;
      controller.abort();
    };
    const reporter = makeReporter(io, flags, {
      isQuestion: true,
      isStreamed,
      isInteractive,
      onUnread,
    });
    try {
      const deployment = await load(dependencies, io, flags, signal);
      const result = await dependencies.runVerb(deployment, verb, {
        ...commandOptions(io, flags, signal),
        onEvent: (event) => reporter.event(event),
      });
      reporter.result(result);
      if (result.answer?.type === "drift" && result.answer.differences.length > 0) {
        return WOULD_CHANGE;
      }
      return isUnread ? 0 : exitCodeOfReport(result.report);
    } catch (error) {
      reporter.pause();
      if (isUnread) return 0;
      return signal.aborted ? INTERRUPTED : tellError(error, { io, json });
    }
  });
}

/** Prints what a command would do and does nothing of it. */
export async function runPlan(
  verb: Verb,
  { flags }: Invocation,
  { io, dependencies }: CommandContext,
): Promise<number> {
  const json = flags.on.has("json");
  const reporter = makeReporter(io, flags, {
    isQuestion: true,
    isStreamed: false,
    isInteractive: false,
    onUnread: () => {},
  });
  return await withInterrupts(io, () => reporter.pause(), async ({ signal }) => {
    try {
      const deployment = await load(dependencies, io, flags, signal);
      const plan = await dependencies.planVerb(deployment, verb, {
        ...commandOptions(io, flags, signal),
        onEvent: (event) => reporter.event(event),
      });
      reporter.pause();
      io.out.write(
        json
          ? toJsonLine({ type: "plan", plan })
          : renderPlan(plan, renderOptions(io, io.out, flags.on.has("verbose"))),
      );
      return flags.on.has("exit-code") && !isEmpty(plan) ? WOULD_CHANGE : 0;
    } catch (error) {
      reporter.pause();
      return signal.aborted ? INTERRUPTED : tellError(error, { io, json });
    }
  });
}

/** Reads the deployment that the flags name; what the user's file waits for ends with the signal. */
export async function load(
  dependencies: Dependencies,
  io: Io,
  { text }: FlagValues,
  signal?: AbortSignal,
): Promise<Deployment> {
  const loading = dependencies.loadDeployment({
    root: io.root,
    configFile: text["config-file"],
    destination: text["destination"],
    version: text["version"],
    env: io.environment(),
  });
  if (signal === undefined) return await loading;
  const aborted = new Promise<never>((_, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
  });
  return await Promise.race([loading, aborted]);
}

/** What the flags tell the commander. */
export function commandOptions(
  io: Io,
  { on, text, lists }: FlagValues,
  signal?: AbortSignal,
): CommandOptions {
  return {
    root: io.root,
    destination: text["destination"],
    version: text["version"],
    hosts: lists["hosts"],
    roles: lists["roles"],
    primary: on.has("primary"),
    lockWait: lockWait(text),
    skipHooks: on.has("skip-hooks"),
    signal,
  };
}

// Kamal's own time to wait.
const LOCK_WAIT_SECONDS = 900;

function lockWait(text: FlagValues["text"]): CommandOptions["lockWait"] {
  // Whoever says how to wait, waits.
  if (!Object.keys(text).some((name) => name.startsWith("lock-wait"))) return undefined;
  const timeout = text["lock-wait-timeout"] ?? (text["lock-wait"] || LOCK_WAIT_SECONDS);
  return { timeout: Number(timeout), interval: Number(text["lock-wait-interval"] ?? 5) };
}
