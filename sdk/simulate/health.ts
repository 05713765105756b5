/**
 * Waiting for a container on a simulated host, and what is found out where it does not get ready.
 *
 * @module
 */

import type { Outcome } from "../operations/definition.ts";
import type { AwaitHealthy, Readiness } from "../operations/health.ts";
import { crashStatus, stop } from "./container.ts";
import {
  crashesIn,
  gaveUpIn,
  hasCrashed,
  healthOf,
  isHealthy,
  type SimulatedContainer,
  type SimulatedRoute,
} from "./facts.ts";
import type { SimulatedHost } from "./host.ts";
import { byEngine, done, failed, type Model } from "./model.ts";
import {
  answers,
  containerOf,
  deployProblem,
  forgetId,
  laterInProxy,
  proxyIsOff,
  targetOf,
  untilHealthy,
} from "./proxy.ts";

/** How readiness is awaited: until it shows, the container ends, or time is up. */
export const awaitHealthy: Model<AwaitHealthy> = {
  ...byEngine(0, (operation, host) => {
    const { name, folder, target, readiness } = operation;
    if (!host.directories.has(folder)) {
      return failed(1, `mkfifo: cannot create fifo '${folder}/gate': No such file or directory`);
    }
    const container = host.container(name);
    if (container === undefined) return failed(1, `No such container: ${name}`, "exited \n");
    const now = host.clock.now;
    if (container.state !== "started" || hasCrashed(container, now)) {
      if (readiness.by === "proxy" && host.chance(REUSE_SHARE)) {
        waitForNext(operation, readiness, host);
      }
      forgetId(target, host);
      return notReady(container, host, [`exited ${exitStatus(container, now)}`], "");
    }
    if (readiness.by === "proxy") return byProxy(operation, readiness, container, host);
    forgetId(target, host);
    return byItself(container, host);
  }),
  // kamal-proxy goes on waiting, and keeps the candidate of an app that gets healthy.
  cancelled: ({ readiness, target, timeout }, host) => {
    if (readiness.by !== "proxy" || proxyIsOff(host) !== undefined) return;
    const name = targetOf(target, readiness.port, host);
    const container = containerOf(name, host);
    const seconds = container === undefined ? Infinity : untilHealthy(container, host);
    const until = host.clock.now + timeout;
    if (seconds === Infinity) return;
    const route = candidateOf(readiness, name);
    laterInProxy(host, seconds, () => {
      if (host.clock.now < until && answers(name, host)) host.routes.set(route.service, route);
    });
  },
  seconds: (operation, host) => {
    const container = host.container(operation.name);
    if (container === undefined || container.state !== "started") return 0.1;
    const ready = readyIn(operation, container, host);
    const ends = Math.min(ready, crashesIn(container, host.clock.now), operation.timeout);
    return Math.max(ends, 0) + 0.1;
  },
};

function readyIn(
  { readiness, target }: AwaitHealthy,
  container: SimulatedContainer,
  host: SimulatedHost,
): number {
  if (readiness.by === "proxy") {
    const targeted = containerOf(targetOf(target, readiness.port, host), host);
    return proxyIsOff(host) !== undefined || targeted === undefined
      ? 0
      : untilHealthy(targeted, host);
  }
  if (!container.app.healthcheck) return readiness.readinessDelay;
  return Math.min(untilHealthy(container, host), gaveUpIn(container, host.clock.now));
}

/** The candidate in kamal-proxy gets no traffic, and goes when traffic switches. */
function byProxy(
  { target, timeout }: AwaitHealthy,
  readiness: Readiness & { by: "proxy" },
  container: SimulatedContainer,
  host: SimulatedHost,
): Outcome {
  const route = candidateOf(readiness, targetOf(target, readiness.port, host));
  const problem = proxyIsOff(host) ?? deployProblem(route, host, timeout);
  if (problem === undefined) {
    host.routes.set(route.service, route);
    return done();
  }
  forgetId(target, host);
  const [status = "", location = ""] = isHealthy(container, host.clock.now)
    ? ["200"]
    : container.app.answers.split(" ");
  return notReady(
    container,
    host,
    [`answer 0 ${status} 0.1 ${location}`],
    problem.stderr.trimEnd(),
  );
}

/**
 * kamal-proxy goes on asking for a container that has ended. Should the next one get its address while a question is
 * under way, that one answers in its place.
 */
function waitForNext(
  { target, timeout }: AwaitHealthy,
  readiness: Readiness & { by: "proxy" },
  host: SimulatedHost,
): void {
  if (proxyIsOff(host) !== undefined) return;
  const route = candidateOf(readiness, targetOf(target, readiness.port, host));
  const began = host.clock.now;
  const look = (): void => {
    if (host.clock.now >= began + timeout) return;
    const isNext = (one: SimulatedContainer): boolean =>
      one.startedAt > began && one.network === NETWORK && isHealthy(one, host.clock.now);
    if ([...host.containers.values()].some(isNext)) host.routes.set(route.service, route);
    else laterInProxy(host, ASK_SECONDS, look);
  };
  look();
}

const NETWORK = "kamal";
const REUSE_SHARE = 0.5;
const ASK_SECONDS = 1;

function candidateOf(readiness: Readiness & { by: "proxy" }, target: string): SimulatedRoute {
  const service = readiness.candidate;
  return {
    service,
    targets: [target],
    hosts: [`${service}.invalid`],
    pathPrefixes: [],
    tls: false,
  };
}

function byItself(container: SimulatedContainer, host: SimulatedHost): Outcome {
  const { now } = host.clock;
  const health = healthOf(container, now);
  if (health === undefined || health === "healthy") return done();
  return notReady(container, host, [], "");
}

/** The container is stopped and kept, and tells what it can. */
function notReady(
  container: SimulatedContainer,
  host: SimulatedHost,
  found: readonly string[],
  stderr: string,
): Outcome {
  const { outOfMemory, log } = container.app;
  const restarts = hasCrashed(container, host.clock.now) ? 1 : 0;
  stop(container, host);
  const lines = [...found, `state ${outOfMemory} ${restarts}`, ...log.map((line) => `log ${line}`)];
  return failed(1, stderr, lines.map((line) => `${line}\n`).join(""));
}

function exitStatus(container: SimulatedContainer, now: number): number {
  return hasCrashed(container, now) ? crashStatus(container) : container.exitCode;
}
