/**
 * The end of a command as text: what serves, how long it took, what it cost, or why it failed.
 *
 * @module
 */

import type { Failure } from "../exec/event.ts";
import type { Report } from "../exec/report.ts";
import { describeOperation } from "../operations/operation.ts";
import { HERE, type Plan } from "../plan/plan.ts";
import { troubleLines } from "./error_text.ts";
import { hostOutcomes } from "./host_outcome.ts";
import {
  counted,
  exchangesText,
  pad,
  type RenderOptions,
  secondsText,
  shortVersion,
  widest,
} from "./layout.ts";
import { stepsById } from "./plan_rows.ts";
import { type Paint, painter } from "./style.ts";

/** Everything that is told of a command at its end. */
export interface RunSummary {
  /** What was done. */
  readonly report: Report;
  /** Version that serves on each host now; hosts without one are left out. */
  readonly serving: Readonly<Record<string, string>>;
  /** Hosts that were asked what serves now and did not answer; absent where there are none. */
  readonly silent?: readonly string[] | undefined;
  /** Seconds until all hosts were connected and had answered. */
  readonly connectSeconds: number;
  /** Seconds of that which the slowest host took for its answer. */
  readonly probeSeconds: number;
  /** Exchanges with each host, the probe among them. */
  readonly exchanges: Readonly<Record<string, number>>;
}

/** Commands that end with a version serving. */
const SERVING_VERBS: ReadonlySet<string> = new Set([
  "setup",
  "deploy",
  "redeploy",
  "rollback",
  "app boot",
  "canary promote",
  "upgrade",
]);

/** Renders the end of a run, good or bad. Ends with a newline. */
export function renderReport(summary: RunSummary, options: RenderOptions = {}): string {
  const paint = painter(options.color ?? false);
  const lines = summary.report.outcome === "done"
    ? doneLines(summary, paint)
    : failedLines(summary, paint);
  return `${lines.join("\n")}\n`;
}

function doneLines(summary: RunSummary, paint: Paint): readonly string[] {
  const { report } = summary;
  const build = sum(
    report.stages.filter(({ stage }) => stage === "build").map(({ seconds }) => seconds),
  );
  const time = secondsText(summary.connectSeconds + report.seconds - build);
  const times = build === 0 ? time : `${time}, after ${secondsText(build)} of build`;
  return [
    `${paint("ok", "✔")} ${achievement(report.plan, summary.serving)} · ${times}`,
    `  ${paint("faint", stagesText(summary))}`,
    ...cleanUpLines(report),
  ];
}

function achievement(plan: Plan, serving: Readonly<Record<string, string>>): string {
  const { service, version, hosts, verb } = plan;
  if (verb === "canary start") {
    return `${service} ${shortVersion(version)} is the canary on ${counted(hosts.length, "host")}`;
  }
  const current = Object.values(serving).filter((other) => other === version).length;
  if (!SERVING_VERBS.has(verb) || current === 0) {
    return `${verb} of ${service} done on ${counted(hosts.length, "host")}`;
  }
  const others = Object.values(serving).length - current;
  const where = others === 0
    ? counted(current, "host")
    : `${current} of ${counted(current + others, "host")}`;
  return `${service} ${shortVersion(version)} serves on ${where}`;
}

/** Seconds of each stage in order, the groups of one stage together, and the exchanges. */
function stagesText({ report, connectSeconds, probeSeconds, exchanges }: RunSummary): string {
  const seconds = new Map<string, number>([
    ["connect", Math.max(0, connectSeconds - probeSeconds)],
    ["probe", probeSeconds],
  ]);
  for (const stage of report.stages) {
    if (stage.stage !== "build") {
      seconds.set(stage.stage, (seconds.get(stage.stage) ?? 0) + stage.seconds);
    }
  }
  const parts = [...seconds].map(([name, value]) => `${name} ${value.toFixed(1)}`);
  return [...parts, exchangesText(exchanges)].filter((part) => part !== "").join(" · ");
}

function failedLines(summary: RunSummary, paint: Paint): readonly string[] {
  const { report, connectSeconds } = summary;
  const failures = report.failures.length > 0
    ? groupFailures(report.failures)
    : [withoutFailure(report)];
  const known = [...stepsById(report.plan).values()].flatMap((step) => step.operations);
  const isAboutContainers = known.some((operation) =>
    describeOperation(operation).mark !== undefined
  );
  const isQuestion = report.plan.stages.every((stage) => stage.name === "ask");
  const lock = { released: "lock released · ", kept: "lock kept: sextant lock release · " };
  const time = secondsText(connectSeconds + report.seconds);
  return [
    ...failures.flatMap((
      failure,
      index,
    ) => [...index === 0 ? [] : [""], ...troubleLines(failure, paint)]),
    ...cleanUpLines(report),
    ...isAboutContainers ? ["", ...outcomeLines(summary, paint)] : [],
    ...isQuestion ? [] : [`  ${report.lock === undefined ? "" : lock[report.lock]}${time}`],
  ];
}

/** Hosts that failed in the same way are told together, with what the first of them showed. */
function groupFailures(failures: readonly Failure[]): readonly Failure[] {
  const groups = Map.groupBy(failures, likeness);
  return [...groups.values()].map((group) => {
    const first = group[0]!;
    const hosts = [...new Set(group.map(({ host }) => host))].filter((host) => host !== HERE);
    const where = hosts.length === 0 ? "" : ` on ${hosts.join(", ")}`;
    const details = hosts.length > 1 ? withHost(first.details, first.host) : first.details;
    return { ...first, details, message: `${first.message}${where}` };
  });
}

/** What failures that are told together have in common: the cause, but for what differs from look to look. */
function likeness({ code, message, cause }: Failure): string {
  if (cause === undefined) return JSON.stringify([code, message]);
  const lasting = Object.entries(cause).filter(([name]) => !VOLATILE.has(name));
  return JSON.stringify([code, message.split(":")[0], lasting]);
}

const VOLATILE: ReadonlySet<string> = new Set(["restarts", "seconds", "freeKiB", "output"]);

/** Headings name the host whose lines stand below them. */
function withHost(details: readonly string[], host: string): readonly string[] {
  return details.map((line, index) =>
    details[index + 1]?.startsWith(" ") && !line.startsWith(" ") ? `${line} on ${host}` : line
  );
}

function withoutFailure({ outcome, plan }: Report): Failure {
  const none = { host: HERE, hint: undefined, details: [] };
  if (outcome === "cancelled") {
    return { ...none, code: "CANCELLED", message: `${plan.verb} was broken off` };
  }
  return {
    ...none,
    code: "COMMAND_FAILED",
    message: `the hosts kept changing while ${plan.verb} was planned`,
    hint: "Somebody else works on them; try again once they are done.",
  };
}

function outcomeLines(
  { report, serving, silent }: RunSummary,
  paint: Paint,
): readonly string[] {
  const outcomes = hostOutcomes(report, serving, silent);
  const hosts = widest(outcomes.map(({ host }) => host)) + 3;
  const now = widest(outcomes.map((outcome) => outcome.now)) + 3;
  return outcomes.map((outcome) =>
    `  ${paint("host", pad(outcome.host, hosts))}${pad(outcome.now, now)}${outcome.fate}`.trimEnd()
  );
}

function cleanUpLines({ cleanUpFailures }: Report): readonly string[] {
  return cleanUpFailures.flatMap(({ host, message, hint }) => [
    `  could not be cleaned up on ${host}: ${message}`,
    ...hint === undefined ? [] : [`    ${hint}`],
  ]);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
