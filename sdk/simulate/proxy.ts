/**
 * kamal-proxy's routes on a simulated host.
 *
 * @module
 */

import type { Outcome } from "../operations/definition.ts";
import type {
  BeginMaintenance,
  EndMaintenance,
  ProxyTarget,
  RemoveCandidate,
  RemoveRoute,
  RouteTraffic,
} from "../operations/proxy.ts";
import type { CheckProxyCall } from "../operations/proxy_call.ts";
import type { PauseRoute, ResumeRoute } from "../operations/route_pause.ts";
import { noSuch } from "./container.ts";
import {
  healthyIn,
  isHealthy,
  prefixesOf,
  type SimulatedContainer,
  type SimulatedRoute,
} from "./facts.ts";
import type { SimulatedHost } from "./host.ts";
import { byEngine, done, failed, type Model, refused } from "./model.ts";
import { PROXY_CONTAINER } from "./proxy_container.ts";
import { missingFile } from "./proxy_files.ts";

/** How traffic is sent to a container: once it is healthy, and its candidate goes. */
export const routeTraffic: Model<RouteTraffic> = {
  ...byEngine(0, (operation, host) => {
    const { service, targets, candidates, port, flags, takesOver } = operation;
    const off = proxyIsOff(host);
    if (off !== undefined) return off;
    const names = targets.map(({ target }) => targetOf(target, port, host));
    const readers = names.filter((_, index) => targets[index]!.isReader === true);
    const route = { ...routeOf(service, names, flags), readers };
    if (takesOver !== undefined) host.routes.delete(takesOver.service);
    const missing = missingFile(flags, host);
    if (missing !== undefined) return failed(1, `Error: unable to load ${missing}`);
    if (names.every((name) => readers.includes(name))) {
      return failed(1, 'Error: required flag(s) "target" not set');
    }
    const problem = deployProblem(route, host, secondsIn(flags, "--deploy-timeout"));
    if (problem !== undefined) return problem;
    // What was held off stays so.
    const { isStopped = false, isPaused = false, rollout } = host.routes.get(service) ?? {};
    const split = operation.forgetsCanary === true ? undefined : rollout;
    host.routes.set(service, { ...route, isStopped, isPaused, rollout: split });
    for (const candidate of candidates) host.routes.delete(candidate);
    for (const { target } of targets) forgetId(target, host);
    return done();
  }),
  seconds: ({ targets, port, flags }, host) => {
    const timeout = secondsIn(flags, "--deploy-timeout");
    const waits = targets.map(({ target }) => {
      const container = containerOf(targetOf(target, port, host), host);
      return container === undefined ? timeout : untilHealthy(container, host);
    });
    return 0.1 + Math.min(Math.max(...waits), timeout);
  },
};

/** How it is found out whether kamal-proxy can be called: every image has what that needs. */
export const checkProxyCall: Model<CheckProxyCall> = byEngine(
  0.1,
  (_, host) => proxyIsOff(host) ?? done(),
);

/** How a route is removed; one that is not there is as good as removed. */
export const removeRoute: Model<RemoveRoute> = byEngine(0.1, ({ service }, host) => {
  if (proxyIsOff(host) === undefined) host.routes.delete(service);
  return done();
});

/** How a candidate is removed; it never fails. */
export const removeCandidate: Model<RemoveCandidate> = byEngine(0.1, (operation, host) => {
  const { candidate, pending } = operation;
  if (proxyIsOff(host) !== undefined) return done();
  host.routes.delete(candidate);
  if (pending !== undefined) laterInProxy(host, pending, () => host.routes.delete(candidate));
  return done();
});

/** Does something later in the proxy's own container, if that still runs then. */
export function laterInProxy(host: SimulatedHost, seconds: number, work: () => void): void {
  const { startedAt } = host.containers.get(PROXY_CONTAINER)!;
  void host.clock.sleep(seconds).then(() => {
    const proxy = host.containers.get(PROXY_CONTAINER);
    if (proxy?.state === "started" && proxy.startedAt === startedAt) work();
  });
}

/** How a route's traffic is held off. */
export const beginMaintenance: Model<BeginMaintenance> = byEngine(
  0.1,
  ({ service }, host) => setRoute(service, host, { isStopped: true, isPaused: false }),
);

/** How a route gets its traffic back. */
export const endMaintenance: Model<EndMaintenance> = byEngine(
  0.1,
  ({ service }, host) => setRoute(service, host, { isStopped: false, isPaused: false }),
);

/** How a route's requests are held; the guard of the host is not played, for it acts only where nobody else does. */
export const pauseRoute: Model<PauseRoute> = byEngine(
  0.1,
  ({ service, holdFile, holder }, host) => {
    host.write(holdFile, `${holder}\n`);
    return setRoute(service, host, { isPaused: true, isStopped: false });
  },
);

/** How requests that wait go on. */
export const resumeRoute: Model<ResumeRoute> = byEngine(
  0.1,
  ({ service, holdFile, holder }, host) => {
    if (holder !== undefined && host.read(holdFile)?.trimEnd() !== holder) return done();
    const ended = setRoute(service, host, { isPaused: false, isStopped: false });
    if (ended.exitCode === 0) host.files.delete(holdFile);
    return ended;
  },
);

/** Why kamal-proxy cannot be told anything; `undefined` where it runs. */
export function proxyIsOff(host: SimulatedHost): Outcome | undefined {
  const proxy = host.containers.get(PROXY_CONTAINER);
  if (proxy === undefined) return noSuch(PROXY_CONTAINER);
  return proxy.state === "started" ? undefined : refused(`container ${proxy.id} is not running`);
}

/** A target as kamal-proxy is told it: what the shell makes of it on this host. */
export function targetOf(target: ProxyTarget, port: number, host: SimulatedHost): string {
  const id = "id" in target ? target.id : host.read(target.idFile) ?? "";
  return `${id.slice(0, 12)}:${port}`;
}

/** Removes the file with a container's id, once nobody needs it any more. */
export function forgetId(target: ProxyTarget, host: SimulatedHost): void {
  if ("idFile" in target) host.files.delete(target.idFile);
}

/** The container that a target means. */
export function containerOf(target: string, host: SimulatedHost): SimulatedContainer | undefined {
  return host.container(target.slice(0, target.lastIndexOf(":")));
}

/** Seconds until a container answers well; 0 where it does, `Infinity` for one that does not run. */
export function untilHealthy(container: SimulatedContainer, host: SimulatedHost): number {
  if (container.state !== "started") return Infinity;
  return Math.max(healthyIn(container, host.clock.now), 0);
}

/** Why `kamal-proxy deploy` fails; `undefined` where it takes the route. */
export function deployProblem(
  route: SimulatedRoute,
  host: SimulatedHost,
  timeout: number,
): Outcome | undefined {
  const rival = [...host.routes.values()].find((other) =>
    other.service !== route.service && shareHost(other, route) &&
    prefixesOf(other).some((prefix) => prefixesOf(route).includes(prefix))
  );
  if (rival !== undefined) {
    return failed(1, "Error: host settings conflict with another service");
  }
  if (route.targets.every((target) => answers(target, host))) return undefined;
  return failed(
    1,
    `Error: target failed to become healthy within configured timeout (${timeout}s)`,
  );
}

/** Whether the container that a target means answers well. */
export function answers(target: string, host: SimulatedHost): boolean {
  const container = containerOf(target, host);
  return container !== undefined && isHealthy(container, host.clock.now);
}

function setRoute(
  service: string,
  host: SimulatedHost,
  change: Pick<SimulatedRoute, "isStopped" | "isPaused">,
): Outcome {
  const off = proxyIsOff(host);
  if (off !== undefined) return off;
  const route = host.routes.get(service);
  if (route === undefined) return failed(1, "Error: service not found");
  host.routes.set(service, { ...route, ...change });
  return done();
}

function routeOf(
  service: string,
  targets: readonly string[],
  flags: readonly string[],
): SimulatedRoute {
  const all = (flag: string): readonly string[] =>
    flags.filter((one) => one.startsWith(`${flag}=`)).map((one) => one.slice(flag.length + 1));
  const tls = flags.includes("--tls") || flags.includes("--tls=true");
  const further = flags.filter((flag) => !/^--(host|path-prefix|tls)(=|$)/.test(flag));
  return {
    service,
    targets,
    tls,
    hosts: all("--host"),
    pathPrefixes: all("--path-prefix"),
    flags: further,
  };
}

function secondsIn(flags: readonly string[], flag: string): number {
  return Number.parseFloat(flags.find((one) => one.startsWith(`${flag}=`))?.split("=")[1] ?? "30");
}

function shareHost({ hosts: some }: SimulatedRoute, { hosts: others }: SimulatedRoute): boolean {
  if (some.length === 0 || others.length === 0) return some.length === others.length;
  return some.some((one) => others.includes(one));
}
