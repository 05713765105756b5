/**
 * What has become of each step so far.
 *
 * @module
 */

import { type HostScript, type Plan, type StageName, type Step, stepsOf } from "../plan/plan.ts";
import type { StepStatus } from "./event.ts";
import type { StepReport } from "./report.ts";

/** Keeps the status of every step; all are skipped until something becomes of them. */
export class Ledger {
  readonly #reports = new Map<string, StepReport>();

  /** Enters all steps of a plan. */
  constructor(plan: Plan) {
    for (const stage of plan.stages) {
      for (const script of stage.scripts) this.#enter(stage.name, script);
    }
    if (plan.afterwards) this.#enter("hook", plan.afterwards);
  }

  /** Notes what became of a step. */
  note(step: string, change: Partial<StepReport>): void {
    const report = this.#reports.get(step);
    if (report) this.#reports.set(step, { ...report, ...change });
  }

  /** What became of a step. */
  statusOf(step: string): StepStatus | undefined {
    return this.#reports.get(step)?.status;
  }

  /** The stage that a step belongs to. */
  stageOf(step: string): StageName | undefined {
    return this.#reports.get(step)?.stage;
  }

  /** Exit status of a step that ended. */
  exitCodeOf(step: string): number | undefined {
    return this.#reports.get(step)?.exitCode;
  }

  /** Every step in the plan's order. */
  reports(): readonly StepReport[] {
    return [...this.#reports.values()];
  }

  /** The steps of a host that did something, or may have, in order. */
  touched(plan: Plan, host: string, group: number | undefined): readonly Step[] {
    const steps = new Set(
      plan.stages.filter((stage) => group === undefined || stage.group === group)
        .flatMap((stage) => stage.scripts.filter((script) => script.host === host))
        .flatMap((script) => script.steps.map((step) => step.id)),
    );
    return stepsOf(plan).filter(({ id }) => steps.has(id) && this.statusOf(id) !== "skipped");
  }

  #enter(stage: StageName, { host, steps }: HostScript): void {
    for (const { id } of steps) {
      if (this.#reports.has(id)) throw new RangeError(`Two steps of the plan are named "${id}"`);
      this.#reports.set(id, {
        step: id,
        host,
        stage,
        status: "skipped",
        seconds: 0,
        stdout: "",
        stderr: "",
        exitCode: undefined,
      });
    }
  }
}
