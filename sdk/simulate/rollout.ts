/**
 * Canaries on a simulated host: a part of a route's visitors gets other containers.
 *
 * @module
 */

import type { EndSplit, SplitTraffic } from "../operations/rollout.ts";
import type { Outcome } from "../operations/definition.ts";
import type { SimulatedHost } from "./host.ts";
import { byEngine, done, failed, type Model } from "./model.ts";
import { answers, containerOf, forgetId, proxyIsOff, targetOf, untilHealthy } from "./proxy.ts";

/** How a part of the visitors gets other containers: once they are healthy. */
export const splitTraffic: Model<SplitTraffic> = {
  ...byEngine(0, split),
  seconds: ({ targets, port, deployTimeout }, host) => {
    const waits = targets.map(({ target }) => {
      const container = containerOf(targetOf(target, port, host), host);
      return container === undefined ? deployTimeout : untilHealthy(container, host);
    });
    return 0.1 + Math.min(Math.max(0, ...waits), deployTimeout);
  },
};

/** How everybody gets the containers that serve. */
export const endSplit: Model<EndSplit> = byEngine(0.1, (operation, host) => {
  const { service, drains, home, port, deployTimeout } = operation;
  const off = proxyIsOff(host);
  if (off !== undefined) return off;
  const route = host.routes.get(service);
  if (route === undefined) return failed(1, "Error: service not found");
  host.routes.set(service, { ...route, rollout: undefined });
  const isHome = !drains || home === undefined || answers(targetOf(home, port, host), host);
  return isHome ? done() : notHealthy(deployTimeout);
});

function split(operation: SplitTraffic, host: SimulatedHost): Outcome {
  const { service, targets, candidates, port, percent, allow } = operation;
  const off = proxyIsOff(host);
  if (off !== undefined) return off;
  const route = host.routes.get(service);
  if (route === undefined) return failed(1, "Error: service not found");
  const names = targets.length === 0
    ? route.rollout?.targets ?? []
    : targets.map(({ target }) => targetOf(target, port, host));
  if (names.length === 0) return failed(1, "Error: rollout target not set");
  if (targets.length > 0 && !names.every((name) => answers(name, host))) {
    return notHealthy(operation.deployTimeout);
  }
  host.routes.set(service, { ...route, rollout: { targets: names, percent, allow } });
  for (const candidate of candidates) host.routes.delete(candidate);
  for (const { target } of targets) forgetId(target, host);
  return done();
}

function notHealthy(seconds: number): Outcome {
  return failed(
    1,
    `Error: target failed to become healthy within configured timeout (${seconds}s)`,
  );
}
