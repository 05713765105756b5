/**
 * Running a command: load, one call of the commander, one reporter, an exit code.
 *
 * @module
 */

import type { CommandOptions, Deployment } from "../commander.ts";
import type { Verb } from "../commander/verb.ts";
import type { Event } from "../exec/event.ts";
import { isEmpty, type Plan } from "../plan/plan.ts";
import { toJsonLine } from "../report/json.ts";
import { renderPlan } from "../report/plan_text.ts";
import { renderQuestion } from "../report/question_text.ts";
import type { CommandContext, FlagValues, Invocation } from "./command.ts";
import type { Dependencies } from "./dependencies.ts";
import { exitCodeOfReport } from "./exit_code.ts";
import { tellError, tellTrouble } from "./failure.ts";
import { withInterrupts } from "./interrupt.ts";
import type { Io } from "./io.ts";
import { makeReporter, renderOptions, type Reporter } from "./reporter.ts";

/** Exit code of `plan --exit-code` where something would change. */
const WOULD_CHANGE = 10;

/** Exit code of a run that was interrupted. */
const INTERRUPTED = 130;

/** Exit code of a plan that was not confirmed. */
const DECLINED = 1;

/** Runs a command that changes something: shows the plan, asks unless it need not, does it, tells the end. */
export async function runChange(
  verb: Verb,
  { command, flags }: Invocation,
  { io, dependencies }: CommandContext,
  { asks }: { readonly asks: boolean },
): Promise<number> {
  const json = flags.on.has("json");
  const isAsked = asks && !flags.on.has("yes");
  if (isAsked && !io.isInteractive) return refuse(command.path.join(" "), io, json);
  const reporter = makeReporter(io, flags, {
    isQuestion: false,
    isStreamed: false,
    isInteractive: false,
    onUnread: () => {},
  });
  return await withInterrupts(io, () => reporter.pause(), async ({ signal }) => {
    const run = new ChangeRun(io, reporter, signal, isAsked);
    try {
      const deployment = await load(dependencies, io, flags, signal);
      const result = await dependencies.runVerb(deployment, verb, {
        ...commandOptions(io, flags, signal),
        approve: asks ? (plan) => run.approve(plan) : undefined,
        onEvent: (event) => run.event(event),
      });
      reporter.result(result);
      return exitCodeOfReport(result.report);
    } catch (error) {
      reporter.pause();
      if (run.isDeclined) return decline(io);
      const closing = run.hasBegun ? undefined : "nothing was changed";
      const code = tellError(signal.aborted ? signal.reason : error, { io, json, closing });
      return signal.aborted ? INTERRUPTED : code;
    }
  });
}

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
    skipHooks: on.has("skip-hooks"),
    signal,
  };
}

/** One run of a command that changes something: what was asked, and whether anything was begun. */
class ChangeRun {
  /** Whether the answer was no. */
  isDeclined = false;
  /** Whether anything was begun. */
  hasBegun = false;
  readonly #io: Io;
  readonly #reporter: Reporter;
  readonly #signal: AbortSignal;
  readonly #isAsked: boolean;
  #hasMoved = false;

  constructor(io: Io, reporter: Reporter, signal: AbortSignal, isAsked: boolean) {
    this.#io = io;
    this.#reporter = reporter;
    this.#signal = signal;
    this.#isAsked = isAsked;
  }

  event(event: Event): void {
    if (event.type === "stage-begin") this.hasBegun = true;
    if (event.type === "end") this.#hasMoved = event.outcome === "moved";
    this.#reporter.event(event);
  }

  async approve(plan: Plan): Promise<boolean> {
    this.#reporter.pause();
    if (this.#hasMoved) this.#io.err.write("the hosts have changed since; this is the plan now\n");
    this.#reporter.plan(plan, this.#isAsked);
    if (!this.#isAsked) return true;
    this.#io.err.write(`${renderQuestion(plan)} [y/N] `);
    const answer = await this.#io.readLine(this.#signal);
    if (this.#signal.aborted) return false;
    if (answer === undefined) this.#io.err.write("\n");
    this.isDeclined = !/^y(es)?$/i.test(answer?.trim() ?? "");
    return !this.isDeclined;
  }
}

function refuse(command: string, io: Io, json: boolean): number {
  return tellTrouble({
    code: "NOT_CONFIRMED",
    message: `${command} asks before it changes anything, and nobody is there to ask`,
    hint: "Look at sextant plan, then say yes beforehand: --yes (-y)",
  }, { io, json });
}

function decline(io: Io): number {
  io.err.write("nothing was changed\n");
  return DECLINED;
}
