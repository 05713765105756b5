/**
 * Why a container did not become ready, in words: the cause first, then the facts that show it.
 *
 * @module
 */

import { type Cause, causeOf } from "./cause.ts";
import { tellCause } from "./cause_text.ts";
import { type Explanation, lastLines, type Outcome } from "./definition.ts";
import { type Diagnosis, type HealthAnswer, parseDiagnosis } from "./diagnosis.ts";
import type { AwaitHealthy } from "./health.ts";

/** Reads what a wait that failed has found out. */
export function explainHealth(
  { name, role, readiness, timeout }: AwaitHealthy,
  { stdout, stderr }: Outcome,
): Explanation {
  const found = parseDiagnosis(stdout);
  const health = readiness.by === "proxy" ? readiness : undefined;
  const cause = causeOf(found, { timeout, health });
  const hasEnded = found.ended === "exited";
  const what = hasEnded ? `${role} did not stay up` : `${role} did not become healthy`;
  const text = cause && tellCause(cause, { role, name, path: health?.path });
  return {
    code: hasEnded ? "CONTAINER_EXITED" : "UNHEALTHY",
    message: `${what}${text === undefined ? ` within ${timeout} s` : `: ${text.told}`}`,
    hint: text?.hint,
    details: [
      ...factLines(found, cause, health),
      // kamal-proxy's own words only where nothing else was found.
      ...cause === undefined ? lastLines(stderr, 1) : [],
      ...logLines(name, found.log),
    ],
    cause,
  };
}

// More are kept in the step's output.
const SHOWN_LINES = 20;

/** The facts beside the cause, each on a line; none is told twice. */
function factLines(
  { answer, listens, healthcheck, missingEnv, restarts, status, exitCode }: Diagnosis,
  cause: Cause | undefined,
  health: { readonly port: number; readonly path: string } | undefined,
): readonly string[] {
  const isAboutPorts = cause?.kind === "listens-elsewhere" || cause?.kind === "listens-on-loopback";
  return [
    ...answer === undefined || health === undefined
      ? []
      : [`GET :${health.port}${health.path} ${answerText(answer)}`],
    ...listens === undefined || listens.length === 0 || isAboutPorts
      ? []
      : [`listens on ${listens.join(", ")}`],
    ...cause?.kind === "docker-healthcheck-failing"
      ? (healthcheck?.output ?? []).slice(-SHOWN_LINES, -1).map((line) => `  ${line}`)
      : [],
    ...exitCode !== undefined && cause?.kind === "missing-env" ? [`exited with ${exitCode}`] : [],
    ...missingEnv.length === 0 || cause?.kind === "missing-env"
      ? []
      : [`the last version had ${missingEnv.join(", ")} as well`],
    ...restarts === 0 || cause?.kind === "crash-loop" ? [] : [`restarted ${restarts} times`],
    ...status === undefined || status === "running" || status === "exited"
      ? []
      : [`is ${status}, says Docker`],
  ];
}

function answerText({ status, location, problem, seconds }: HealthAnswer): string {
  if (status !== undefined) {
    const where = location === undefined ? "" : ` ${location}`;
    return `answered ${status}${where} after ${seconds.toFixed(1)} s`;
  }
  if (problem === "refused") return "was refused: nobody listens there";
  return problem === "timeout"
    ? `had no answer within ${seconds.toFixed(1)} s`
    : "had no whole answer";
}

function logLines(name: string, log: readonly string[]): readonly string[] {
  if (log.length === 0) return [`${name} logged nothing`];
  return [
    `last lines of ${name}`,
    ...folded(log).slice(-SHOWN_LINES).map((line) => `  ${line}`),
  ];
}

/** Lines in which those that repeat stand once. */
function folded(lines: readonly string[]): readonly string[] {
  const runs: { readonly line: string; count: number }[] = [];
  for (const line of lines) {
    const last = runs.at(-1);
    if (last?.line === line) last.count++;
    else runs.push({ line, count: 1 });
  }
  return runs.map(({ line, count }) => count === 1 ? line : `${line}  (${count} times)`);
}
