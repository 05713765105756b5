/**
 * Running a command that changes something: show, ask, do, tell.
 *
 * @module
 */

import type { Verb } from "../commander/verb.ts";
import type { Event } from "../exec/event.ts";
import type { Plan } from "../plan/plan.ts";
import { renderQuestion } from "../report/question_text.ts";
import type { CommandContext, Invocation } from "./command.ts";
import { exitCodeOfReport } from "./exit_code.ts";
import { tellError, tellTrouble } from "./failure.ts";
import { INTERRUPTED, withInterrupts } from "./interrupt.ts";
import type { Io } from "./io.ts";
import { makeReporter, type Reporter } from "./reporter.ts";
import { commandOptions, load } from "./run.ts";

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
      if (run.isUnasked) return refuseUnasked(command.path.join(" "), io, json);
      if (run.isDeclined) return decline(io, run.hasBegun);
      const closing = run.hasBegun ? undefined : "nothing was changed";
      const code = tellError(signal.aborted ? signal.reason : error, { io, json, closing });
      return signal.aborted ? INTERRUPTED : code;
    }
  });
}

/** One run of a command that changes something: what was asked, and whether anything was begun. */
class ChangeRun {
  /** Whether the answer was no. */
  isDeclined = false;
  /** Whether nobody was there to answer. */
  isUnasked = false;
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
    if (!this.#io.isInteractive) {
      this.isUnasked = true;
      return false;
    }
    this.#io.err.write(`${renderQuestion(plan)} [y/N] `);
    const answer = await this.#io.readLine(this.#signal);
    if (this.#signal.aborted) return false;
    if (answer === undefined) this.#io.err.write("\n");
    this.isDeclined = !/^y(es)?$/i.test(answer?.trim() ?? "");
    return !this.isDeclined;
  }
}

/** Tells that a command would have asked, and that nobody was there; gives the exit code. */
export function refuseUnasked(command: string, io: Io, json: boolean): number {
  return tellTrouble({
    code: "NOT_CONFIRMED",
    message: `${command} asks before it changes anything, and nobody is there to ask`,
    hint: "Nothing was changed. Say yes beforehand: --yes (-y)",
  }, { io, json });
}

function decline(io: Io, hasBegun: boolean): number {
  // Before a second plan is asked about, the image may have been built.
  io.err.write(hasBegun ? "the hosts were left as they are\n" : "nothing was changed\n");
  return DECLINED;
}
