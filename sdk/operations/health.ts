/**
 * Waiting on the host until a new container is ready.
 *
 * @module
 */

import { quote, text } from "../command.ts";
import type { Definition } from "./definition.ts";
import { type HealthQuestion, lookScript, staysScript } from "./diagnosis_script.ts";
import { explainHealth } from "./health_explanation.ts";
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
  /** Id of the container that serves until now, whose env names are compared after a failure; `undefined` for none. */
  readonly previous: string | undefined;
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
    /** Port that is asked; `undefined` for `port`. */
    readonly checkPort: number | undefined;
    /** Host header of the checks; `undefined` for kamal-proxy's own. */
    readonly checkHost: string | undefined;
    /** Host name to ask for when a failure is looked into. */
    readonly host: string | undefined;
  }
  | {
    /** The container's own health check, or its staying up. */
    readonly by: "container";
    /** Seconds that a container without a health check must stay up. */
    readonly readinessDelay: number;
  };

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
  inverse: ({ readiness, timeout }) =>
    readiness.by === "proxy"
      ? [{ kind: "remove-candidate", candidate: readiness.candidate, pending: timeout }]
      : [],
  explain: explainHealth,
};

// Between two checks of a candidate, milliseconds: a quick app should not wait for the usual second.
const CANDIDATE_INTERVAL = 250;

// Seconds until a container is watched for its end: most are healthy sooner, and the watch costs a docker client's start.
// The sleep may outlive the gate for a moment, so it must not hold the script's streams.
const WATCH_AFTER = 0.2;

/**
 * First of two to end decides; the other is ended, and nothing is left behind: what a wait that was broken off left goes
 * at the beginning of the next run's. Waits of one run, side by side, share its process id.
 */
function gate(operation: AwaitHealthy, wait: string, ask: HealthQuestion | undefined): string {
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
[ "$what $code" = "health 0" ]${ask === undefined ? "" : " && sx_stays"} || {
${forget}
[ "$what" = health ] || echo "exited $exited"
${lookScript({ name: operation.name, previous: operation.previous, ask })}
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
    ...readiness.checkHost === undefined
      ? []
      : [`--health-check-host ${quote(readiness.checkHost)}`],
    ...readiness.checkPort === undefined ? [] : [`--health-check-port ${readiness.checkPort}`],
    `--deploy-timeout ${operation.timeout}s`,
  ].join(" ");
  const itself = targetText(operation.target, readiness.checkPort ?? readiness.port);
  return [
    staysScript(operation.name, itself, readiness),
    gate(operation, `race health ${deploy}`, readiness),
  ].join("\n");
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
  return [forgetId(target), poll, gate(operation, wait, undefined)].join("\n");
}
