/**
 * Waiting on the host until a new container is ready, and finding out why it is not.
 *
 * @module
 */

import { quote, text } from "../command.ts";
import { type Definition, type Explanation, lastLines, type Outcome } from "./definition.ts";
import { forgetId, PROXY, type ProxyTarget, targetText } from "./proxy.ts";

/** Waits until a container is ready; one that exits ends the wait at once. */
export interface AwaitHealthy {
  /** Which operation. */
  readonly kind: "await-healthy";
  /** Name of the container. */
  readonly name: string;
  /** Role or accessory that it belongs to. */
  readonly role: string;
  /** Its id, or the file on the host that holds it. */
  readonly target: ProxyTarget;
  /** Folder on the host for the wait's own files. */
  readonly folder: string;
  /** Seconds until it has failed. */
  readonly timeout: number;
  /** How readiness shows. */
  readonly readiness: Readiness;
}

/** How readiness shows: kamal-proxy gets an answer, or the container stays up or calls itself healthy. */
export type Readiness =
  | {
    /** kamal-proxy asks the health path, as a candidate that gets no traffic. */
    readonly by: "proxy";
    /** Name of the proxy service that gets no traffic, for this container alone. */
    readonly candidate: string;
    /** Port that the app listens on. */
    readonly port: number;
    /** Health path. */
    readonly path: string;
    /** Seconds that one check may take. */
    readonly checkTimeout: number;
    /** Host name to ask for when a failure is looked into. */
    readonly host: string | undefined;
  }
  | {
    /** The container's own health check, or its staying up. */
    readonly by: "container";
    /** Seconds that a container without a health check must stay up. */
    readonly readinessDelay: number;
  };

/** What was found out about a container that did not become ready. */
export interface Diagnosis {
  /** Whether it exited, or ran without becoming healthy. */
  readonly ended: "exited" | "unhealthy";
  /** Exit status of a container that exited. */
  readonly exitCode: number | undefined;
  /** Whether the kernel killed it for its memory. */
  readonly outOfMemory: boolean;
  /** How often Docker restarted it. */
  readonly restarts: number;
  /** What the health path answered, such as `301 https://…`; `undefined` where nobody asked. */
  readonly answer: string | undefined;
  /** Last lines of its log. */
  readonly log: readonly string[];
}

/** How readiness is awaited. */
export const awaitHealthy: Definition<AwaitHealthy> = {
  changes: false,
  describe: ({ name, role, readiness, timeout }) => ({
    noun: role,
    subject: name,
    detail: readiness.by === "proxy"
      ? `healthy at ${readiness.path} within ${timeout} s`
      : `healthy, or up for ${readiness.readinessDelay} s`,
  }),
  render: (operation) =>
    text(
      operation.readiness.by === "proxy"
        ? proxyGate(operation, operation.readiness)
        : ownGate(operation),
    ),
  inverse: ({ readiness }) =>
    readiness.by === "proxy" ? [{ kind: "remove-candidate", candidate: readiness.candidate }] : [],
  explain,
};

/** Reads what a failed wait printed. */
export function parseDiagnosis(stdout: string): Diagnosis {
  const lines = stdout.split("\n");
  const of = (word: string): readonly string[] =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
  const [oom = "", restarts = "0"] = of("state")[0]?.split(" ") ?? [];
  const exited = of("exited")[0];
  return {
    ended: exited === undefined ? "unhealthy" : "exited",
    exitCode: exited === undefined ? undefined : Number(exited),
    outOfMemory: oom === "true",
    restarts: Number(restarts),
    answer: of("answer")[0]?.trim() || undefined,
    log: of("log"),
  };
}

const LOG_LINES = 100;

// Between two checks of a candidate, milliseconds: a quick app should not wait for the usual second.
const CANDIDATE_INTERVAL = 250;

// Seconds until a container is watched for its end: most are healthy sooner, and the watch costs a docker client's start.
// The sleep may outlive the gate for a moment, so it must not hold the script's streams.
const WATCH_AFTER = 0.2;

/**
 * First of two to end decides; the other is ended, and nothing is left behind: what a wait that was broken off left goes
 * at the beginning of the next run's. Waits of one run, side by side, share its process id.
 */
function gate(operation: AwaitHealthy, wait: string, look: string): string {
  const name = quote(operation.name);
  const forget = forgetId(operation.target);
  return `race() { n=$1; shift; (trap 'kill $p 2>/dev/null; exit' TERM; "$@" >"$F.$n" & p=$!; wait $p; echo "$n $?" >"$F") & }
for f in ${quote(operation.folder)}/gate.*; do case $f in */gate.$$.*) ;; *) rm -f "$f";; esac; done
F=$(mktemp -u ${quote(operation.folder)}/gate.$$.XXXXXX); mkfifo -m 600 "$F" || exit 1
${wait}; g=$!
exited() { sleep ${WATCH_AFTER} >/dev/null 2>&1; exec docker wait ${name}; }
race exited exited; w=$!
read -r what code <"$F"; kill $g $w 2>/dev/null; wait $g $w 2>/dev/null
exited=$(cat "$F.exited"); rm -f "$F" "$F.health" "$F.exited"
[ "$what $code" = "health 0" ] || {
${forget}
[ "$what" = health ] || echo "exited $exited"
${look}
docker stop ${name} >/dev/null 2>&1
docker inspect -f 'state {{.State.OOMKilled}} {{.RestartCount}}' ${name}
docker logs --tail ${LOG_LINES} ${name} 2>&1 | sed 's/^/log /'
exit 1; }`;
}

function proxyGate(operation: AwaitHealthy, readiness: Readiness & { by: "proxy" }): string {
  const { candidate } = readiness;
  const deploy = [
    `${PROXY} deploy ${quote(candidate)}`,
    `--target ${targetText(operation.target, readiness.port)}`,
    `--host ${quote(`${candidate}.invalid`)}`,
    `--health-check-path ${quote(readiness.path)}`,
    `--health-check-interval ${CANDIDATE_INTERVAL}ms`,
    `--health-check-timeout ${readiness.checkTimeout}s`,
    `--deploy-timeout ${operation.timeout}s`,
  ].join(" ");
  return gate(operation, `race health ${deploy}`, askHealthPath(operation.name, readiness));
}

function askHealthPath(name: string, { port, path, host }: Readiness & { by: "proxy" }): string {
  const header = host === undefined ? "" : `-H ${quote(`Host: ${host}`)} `;
  return `if [ "$what" = health ]; then
u=http://$(docker inspect -f '{{with index .NetworkSettings.Networks "kamal"}}{{.IPAddress}}{{end}}' ${
    quote(name)
  }):${port}${quote(path)}
if command -v curl >/dev/null 2>&1; then echo "answer $(curl -sS -m 5 -o /dev/null -w '%{http_code} %{redirect_url}' ${header}"$u" 2>&1 | tail -n 1)"
else echo "answer $(wget -q -S -T 5 -O /dev/null "$u" 2>&1 | sed -n 's/^ *HTTP[^ ]* //p; s/^wget: //p' | head -n 1)"; fi
fi`;
}

function ownGate(operation: AwaitHealthy): string {
  const { timeout, readiness, target } = operation;
  const name = quote(operation.name);
  const delay = readiness.by === "container" ? readiness.readinessDelay : 0;
  const health = `docker inspect -f '{{.State.Health.Status}}' ${name}`;
  const poll = `health_poll() { end=$(($(date +%s) + ${timeout}))
while case $(${health}) in healthy) return 0;; unhealthy) return 1;; esac
do [ "$(date +%s)" -lt $end ] || return 1; sleep 0.3; done; }`;
  const wait = `if [ -n "$(docker inspect -f '{{if .State.Health}}yes{{end}}' ${name})" ]
then race health health_poll; else race health sleep ${delay}; fi`;
  return [forgetId(target), poll, gate(operation, wait, ":")].join("\n");
}

function explain({ name, role, readiness, timeout }: AwaitHealthy, outcome: Outcome): Explanation {
  const diagnosis = parseDiagnosis(outcome.stdout);
  const log = diagnosis.log.length === 0
    ? [`${name} logged nothing`]
    : [`last lines of ${name}`, ...folded(diagnosis.log).slice(-20).map((line) => `  ${line}`)];
  if (diagnosis.ended === "exited") {
    const why = diagnosis.outOfMemory
      ? "was killed for its memory"
      : `exited with ${diagnosis.exitCode}`;
    return {
      code: "CONTAINER_EXITED",
      message: `${role} did not stay up: ${name} ${why}`,
      details: log,
      hint: diagnosis.outOfMemory
        ? `Give ${role} more memory, or look for what takes it.`
        : "The log's last lines tell what ended it; the container is stopped and kept for reading.",
    };
  }
  if (readiness.by === "container") {
    const message =
      `${role} did not become healthy: ${name} is not healthy by its own check within ${timeout} s`;
    return { code: "UNHEALTHY", message, details: log };
  }
  const asked = `GET :${readiness.port}${readiness.path}`;
  const answered = diagnosis.answer === undefined
    ? lastLines(outcome.stderr, 1)
    : [`${asked} answered ${diagnosis.answer}`];
  return {
    code: "UNHEALTHY",
    message: `${role} did not become healthy within ${timeout} s`,
    details: [...answered, ...log],
    hint: hintFor(diagnosis.answer, readiness),
  };
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

function hintFor(answer: string | undefined, { path, port }: Readiness & { by: "proxy" }): string {
  if (answer?.startsWith("3")) {
    return `The app sends ${path} elsewhere. Let it answer 200 itself, or check another path: .proxy({ healthcheck: { path: "…" } })`;
  }
  if (answer === undefined || /refused|Failed to connect|couldn't connect|000/i.test(answer)) {
    return `Nothing answers on port ${port}. Name the app's own port: .proxy({ appPort: … })`;
  }
  return `${path} must answer 200. Name another path: .proxy({ healthcheck: { path: "…" } })`;
}
