/**
 * Runs a plan: stage by stage, all hosts at once, back again if something fails, and the lock given back whatever happens.
 *
 * @module
 */

import { LOCK_HELD_STATUS } from "../operations/lock.ts";
import type { Operation } from "../operations/operation.ts";
import { type HostScript, isWork, type Plan, type Stage, type Step } from "../plan/plan.ts";
import type { Session } from "../transport/transport.ts";
import { stopwatch } from "./clock.ts";
import type { Effects } from "./effects.ts";
import type { Event, Failure, HostWarning, RunOutcome } from "./event.ts";
import { failureOfError, failuresOfStep, warningsOfStep } from "./failure.ts";
import { Latches } from "./latches.ts";
import { Ledger } from "./ledger.ts";
import type { Report, StageReport } from "./report.ts";
import { runScript, sessionOf, toScriptStep } from "./run.ts";
import type { RunContext } from "./run_context.ts";

/** What a run needs. */
export interface ExecuteOptions {
  /** Open hosts by name, this machine among them as `here`. */
  readonly sessions: ReadonlyMap<string, Session>;
  /** The user's functions, secrets and files. */
  readonly effects: Effects;
  /** Takes events as they happen. */
  readonly emit: (event: Event) => void;
  /** Breaks the run off: what runs is ended, what was done goes back. */
  readonly signal?: AbortSignal | undefined;
}

/** How a run ended. */
export interface Execution {
  /** What was done. */
  readonly report: Report;
  /** New answers of hosts that were not as planned, by host. */
  readonly moved: ReadonlyMap<string, string>;
}

/**
 * Runs a plan to its end. Never throws for a failed step: the report tells.
 * Every host finishes its script before a stage has failed, and all failures are reported.
 */
export async function execute(plan: Plan, options: ExecuteOptions): Promise<Execution> {
  return await new PlanRun(plan, options).run();
}

class PlanRun {
  readonly #plan: Plan;
  readonly #options: ExecuteOptions;
  readonly #context: RunContext;
  readonly #signal: AbortSignal;
  readonly #failures: Failure[] = [];
  readonly #cleanUpFailures: Failure[] = [];
  readonly #warnings: HostWarning[] = [];
  readonly #stages: StageReport[] = [];
  readonly #exchangesBefore: Readonly<Record<string, number>>;

  constructor(plan: Plan, options: ExecuteOptions) {
    this.#plan = plan;
    this.#options = options;
    this.#signal = options.signal ?? new AbortController().signal;
    this.#exchangesBefore = exchangesOf(options.sessions);
    this.#context = {
      sessions: options.sessions,
      effects: options.effects,
      layers: new Map(),
      emit: options.emit,
      latches: new Latches(),
      ledger: new Ledger(plan),
      fail: (failure) => this.#failures.push(failure),
      warn: (warning) => this.#warn(warning),
      moved: new Map(),
      elapsed: stopwatch(options.effects.clock),
    };
  }

  async run(): Promise<Execution> {
    const failed = await this.#runStages();
    const outcome = this.#outcome(failed);
    if (failed !== undefined && outcome !== "moved") await this.#takeBack(failed);
    const lock = await this.#unlock();
    const ended = outcome === "done" ? await this.#runAfterwards() : outcome;
    const seconds = this.#context.elapsed();
    this.#options.emit({ type: "end", outcome: ended, seconds });
    const before = this.#exchangesBefore;
    const after = exchangesOf(this.#options.sessions);
    return {
      moved: this.#context.moved,
      report: {
        plan: this.#plan,
        outcome: ended,
        steps: this.#context.ledger.reports(),
        failures: ended === "moved" ? [] : this.#failures,
        cleanUpFailures: this.#cleanUpFailures,
        warnings: this.#warnings,
        stages: this.#stages,
        exchanges: Object.fromEntries(
          Object.entries(after).map(([host, count]) => [host, count - (before[host] ?? 0)]),
        ),
        lock,
        seconds,
      },
    };
  }

  /** Runs the stages in order and gives the one that was not done. */
  async #runStages(): Promise<Stage | undefined> {
    const { stages } = this.#plan;
    for (const [index, stage] of stages.entries()) {
      // Once the last switch is over, ending well is the shorter way.
      const isOver = stage.name === "finish" &&
        stages.slice(0, index).some(({ name }) => name === "switch");
      if (this.#signal.aborted && !isOver) return stage;
      if (!await this.#runStage(stage)) return stage;
      if (stage.pauseSeconds > 0) {
        await this.#options.effects.clock.sleep(stage.pauseSeconds, this.#signal);
      }
    }
    return undefined;
  }

  async #runStage(stage: Stage): Promise<boolean> {
    const { emit } = this.#options;
    const seconds = stopwatch(this.#options.effects.clock);
    const named = { stage: stage.name, group: stage.group };
    emit({ type: "stage-begin", ...named, seconds: 0 });
    const signal = stage.interruptible ? this.#signal : new AbortController().signal;
    const results = await Promise.all(
      stage.scripts.map((script) => runScript(this.#context, stage.name, script, signal)),
    );
    this.#stages.push({ stage: stage.name, seconds: seconds() });
    emit({ type: "stage-end", ...named, seconds: seconds() });
    return results.every((done) => done);
  }

  #outcome(failed: Stage | undefined): RunOutcome {
    if (failed === undefined) return "done";
    if (this.#context.moved.size > 0 && this.#failures.length === this.#context.moved.size) {
      return "moved";
    }
    return this.#failures.length === 0 && this.#signal.aborted ? "cancelled" : "failed";
  }

  /** Takes back what was done, host by host, newest first, and notes it; nothing can break this off. */
  async #takeBack(failed: Stage): Promise<void> {
    // Once all have switched, the release serves.
    if (failed.name === "finish") return;
    const goings = [...this.#options.sessions.keys()].map((host) => ({
      host,
      steps: this.#stepsBack(host, failed),
      notes: this.#notesOn(host, failed),
    }));
    const names = goings.filter(({ steps }) => steps.length > 0).map(({ host }) => host);
    if (names.length > 0) this.#options.emit({ type: "undo-begin", hosts: names });
    await Promise.all(goings.map(async ({ host, steps, notes }) => {
      const isSwitch = ({ id }: Step): boolean => this.#context.ledger.stageOf(id) === "switch";
      const isBack = await this.#undo(host, steps.filter(isSwitch));
      // Where a switch cannot go back, what has the traffic now must go on.
      const rest = isBack ? steps.filter((step) => !isSwitch(step)) : [];
      await this.#undo(host, rest, notes);
    }));
    if (names.length > 0) this.#options.emit({ type: "undo-end", hosts: names });
  }

  /** Takes steps back, the last one first, and adds notes; gives whether all went well. */
  async #undo(
    host: string,
    steps: readonly Step[],
    notes: readonly Operation[] = [],
  ): Promise<boolean> {
    const { ledger } = this.#context;
    const operations = [...steps.toReversed().flatMap((step) => step.undo), ...notes];
    if (operations.length === 0) return true;
    // Traefik gets its ports back only once what it serves runs, and then alone kamal-proxy loses its routes.
    const keepGoing = !operations.some(({ kind }) => kind === "give-ports");
    if (!await this.#cleanUp(host, operations, keepGoing)) return false;
    for (const { id, undo } of steps) {
      if (undo.length > 0 && ledger.statusOf(id) === "done") ledger.note(id, { status: "undone" });
    }
    return true;
  }

  /** The steps of a host that are taken back; none where there is nothing to undo. */
  #stepsBack(host: string, failed: Stage): readonly Step[] {
    const { onFailure } = this.#plan;
    const touched = this.#touched(host, failed);
    const steps = onFailure === "halt" ? touched.filter(({ holdsUp }) => holdsUp) : touched;
    return steps.some(({ undo }) => undo.length > 0) ? steps : [];
  }

  /** What a host did of what goes back: groups before the one that failed may stay as they are. */
  #touched(host: string, failed: Stage): readonly Step[] {
    const group = this.#plan.onFailure === "rollback-group" ? failed.group : undefined;
    return this.#context.ledger.touched(this.#plan, host, group);
  }

  /** What is noted on a host that was touched. */
  #notesOn(host: string, failed: Stage): readonly Operation[] {
    const note = this.#plan.notes.find((note) => note.host === host);
    if (note === undefined || !this.#touched(host, failed).some(isWork)) return [];
    if (this.#failures.some((failure) => failure.host === host)) return note.failed;
    return this.#plan.onFailure === "halt" ? [] : note.undone;
  }

  /** Gives the lock back if it was taken, or may have been. */
  async #unlock(): Promise<Report["lock"]> {
    const { unlock } = this.#plan;
    const { ledger } = this.#context;
    if (unlock === undefined) return undefined;
    const status = ledger.statusOf("lock");
    const wasRefused = status === "failed" && ledger.exitCodeOf("lock") === LOCK_HELD_STATUS;
    if (status === "skipped" || wasRefused) return undefined;
    const released = await this.#cleanUp(
      unlock.host,
      unlock.steps.flatMap((step) => step.operations),
    );
    return released ? "released" : "kept";
  }

  /** Runs operations that must run whatever happened; gives whether all went well. */
  async #cleanUp(
    host: string,
    operations: readonly Operation[],
    keepGoing = true,
  ): Promise<boolean> {
    const { effects, sessions } = this.#options;
    try {
      const steps = operations.map((operation) => toScriptStep([operation], this.#context));
      const results = await sessionOf(sessions, host).run({ steps, keepGoing });
      const failures = results.flatMap((result, index) =>
        result.exitCode === 0 || (!keepGoing && result.exitCode === undefined)
          ? []
          : failuresOfStep(host, [operations[index]!], result, effects.redact)
      );
      this.#cleanUpFailures.push(...failures);
      results.flatMap((result, index) =>
        warningsOfStep(host, [operations[index]!], result, effects.redact)
      ).forEach((warning) => this.#warn(warning));
      return failures.length === 0;
    } catch (error) {
      this.#cleanUpFailures.push(failureOfError(host, error, effects.redact));
      return false;
    }
  }

  #warn(warning: HostWarning): void {
    this.#warnings.push(warning);
    this.#options.emit({ type: "notice", ...warning });
  }

  async #runAfterwards(): Promise<RunOutcome> {
    const { afterwards } = this.#plan;
    if (afterwards === undefined) return "done";
    return await runScript(this.#context, "hook", afterwards satisfies HostScript, this.#signal)
      ? "done"
      : "failed";
  }
}

function exchangesOf(sessions: ReadonlyMap<string, Session>): Readonly<Record<string, number>> {
  return Object.fromEntries([...sessions].map(([host, session]) => [host, session.exchanges]));
}
