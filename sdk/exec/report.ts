/**
 * What a run did: every step, its time, and why it ended.
 *
 * @module
 */

import type { Plan, StageName } from "../plan/plan.ts";
import type { Failure, HostWarning, RunOutcome, StepStatus } from "./event.ts";

/** The result of running a plan. */
export interface Report {
  /** The plan that was run. */
  readonly plan: Plan;
  /** How it ended. */
  readonly outcome: RunOutcome;
  /** Every step of the plan, in its order. */
  readonly steps: readonly StepReport[];
  /** Everything that failed; the first one is why the run ended. */
  readonly failures: readonly Failure[];
  /** What failed while cleaning up; never hides the first failure. */
  readonly cleanUpFailures: readonly Failure[];
  /** What went well and should go better, such as a container that had to be killed. */
  readonly warnings: readonly HostWarning[];
  /** Seconds of each stage that ran, in order. */
  readonly stages: readonly StageReport[];
  /** Exchanges with each host during the run. */
  readonly exchanges: Readonly<Record<string, number>>;
  /** Whether the lock was taken and given back; `undefined` where none was needed. */
  readonly lock: "released" | "kept" | undefined;
  /** Seconds from the first step to the last. */
  readonly seconds: number;
}

/** What became of one step. */
export interface StepReport {
  /** Id of the step in the plan. */
  readonly step: string;
  /** The host, or `here`. */
  readonly host: string;
  /** Its stage. */
  readonly stage: StageName;
  /** What became of it. */
  readonly status: StepStatus;
  /** Seconds that it took. */
  readonly seconds: number;
  /** What it wrote to standard output, secrets replaced by their names. */
  readonly stdout: string;
  /** What it wrote to standard error, secrets replaced by their names. */
  readonly stderr: string;
  /** Exit status; `undefined` for a step that did not end by itself. */
  readonly exitCode: number | undefined;
}

/** How long a stage took. */
export interface StageReport {
  /** Name of the stage. */
  readonly stage: StageName;
  /** Seconds. */
  readonly seconds: number;
}
