/**
 * What became of each host in a run that did not end well.
 *
 * @module
 */

import type { StepStatus } from "../exec/event.ts";
import type { Report, StepReport } from "../exec/report.ts";
import { describeOperation, type Operation } from "../operations/operation.ts";
import { HERE, type Plan } from "../plan/plan.ts";
import { shortVersion } from "./layout.ts";
import { stepsById } from "./plan_rows.ts";

/** One host after a run. */
export interface HostOutcome {
  /** The host. */
  readonly host: string;
  /** What runs there now, such as `51d20ce serves`. */
  readonly now: string;
  /** What was done there and what was not. */
  readonly fate: string;
}

interface Ended {
  readonly status: StepStatus;
  readonly operations: readonly Operation[];
}

/** What runs on each host of a plan now, and why. */
export function hostOutcomes(
  report: Report,
  serving: Readonly<Record<string, string>>,
  silent: readonly string[] = [],
): readonly HostOutcome[] {
  const known = stepsById(report.plan);
  const hosts = report.plan.hosts.filter((host) => host !== HERE);
  return hosts.map((host) => {
    const steps = report.steps.filter((step) => step.host === host)
      .map((step: StepReport): Ended => ({
        status: step.status,
        operations: known.get(step.step)?.operations ?? [],
      }));
    const now = silent.includes(host) ? NOT_KNOWN : nowOf(report.plan, host, serving[host]);
    return { host, now, fate: fateOf(report.plan, steps) };
  });
}

const NOT_KNOWN = "does not answer: not known what serves";

function nowOf(plan: Plan, host: string, version: string | undefined): string {
  if (version === undefined) return "nothing serves";
  const routes = (name?: string): boolean =>
    plan.stages.some((stage) =>
      stage.scripts.some((script) =>
        (name === undefined || script.host === name) &&
        script.steps.some((step) => step.operations.some(({ kind }) => kind === "route-traffic"))
      )
    );
  // Beside hosts that get traffic, those of other roles only run.
  const word = routes() && !routes(host) ? "runs" : "serves";
  return `${shortVersion(version)} ${word}`;
}

function fateOf(plan: Plan, steps: readonly Ended[]): string {
  const version = shortVersion(plan.version);
  const is = (status: StepStatus, ...kinds: readonly Operation["kind"][]): boolean =>
    steps.some((step) =>
      step.status === status && step.operations.some(({ kind }) => kinds.includes(kind))
    );
  if (is("failed", "await-healthy")) {
    return `${version} stopped, kept for \`sextant app logs --version ${plan.version}\``;
  }
  if (steps.some(({ status }) => status === "failed")) return "failed here";
  if (steps.some(({ status }) => status === "cancelled")) return "broken off";
  if (is("undone", "route-traffic")) return `${version} served and was taken back`;
  if (is("undone", "run-container", "start-container")) {
    return is("undone", "await-healthy") || is("done", "await-healthy")
      ? `${version} was healthy and was not switched`
      : `${version} was started and is stopped again`;
  }
  const touched = steps.some(({ status, operations }) =>
    status === "done" &&
    operations.some((operation) => describeOperation(operation).mark !== undefined)
  );
  if (!touched) return "untouched";
  if (is("skipped", "run-container", "start-container")) return "prepared, and nothing was started";
  return steps.some(({ status }) => status === "skipped") ? "done in part" : "done";
}
