/**
 * kamal-proxy's container on a simulated host.
 *
 * @module
 */

import type { GivePorts, TakePorts } from "../operations/proxy_handover.ts";
import type {
  MendProxy,
  RemoveProxy,
  ReplaceProxy,
  RunProxy,
  StartProxy,
  StopProxy,
} from "../operations/proxy_container.ts";
import { APPS_CONFIG } from "../operations/own_certificate.ts";
import { PROXY_NEXT, PROXY_OLD } from "../operations/proxy_swap.ts";
import type { Outcome } from "../operations/definition.ts";
import { noSuch, portsOf, started, stop } from "./container.ts";
import type { SimulatedContainer } from "./facts.ts";
import type { SimulatedHost } from "./host.ts";
import { byEngine, done, failed, type Model } from "./model.ts";
import { restoreRoutes } from "./proxy_files.ts";

/** Name of the proxy's container. */
export const PROXY_CONTAINER = "kamal-proxy";

/** Name of Traefik's container, where that has the proxy's place. */
export const TRAEFIK_CONTAINER = "traefik";

/** How the proxy is run; its image is always to be had. */
export const runProxy: Model<RunProxy> = byEngine(0.4, ({ image, publish, isHidden }, host) => {
  if (host.containers.has(PROXY_CONTAINER)) {
    return failed(
      125,
      `docker: Error response from daemon: Conflict. The container name "/${PROXY_CONTAINER}" is already in use`,
    );
  }
  host.makeDirectory(".kamal/proxy/apps-config");
  const ports = portsOf(isHidden === true ? [] : publish);
  return restored(host.addContainer({ name: PROXY_CONTAINER, image, ports }), host, 125);
});

/** How a stopped proxy is started. */
export const startProxy: Model<StartProxy> = byEngine(0.2, (_, host) => {
  const proxy = host.containers.get(PROXY_CONTAINER);
  return proxy === undefined ? noSuch(PROXY_CONTAINER) : restored(proxy, host, 1);
});

/** How the proxy is stopped. */
export const stopProxy: Model<StopProxy> = byEngine(0.2, (_, host) => {
  const proxy = host.containers.get(PROXY_CONTAINER);
  if (proxy === undefined) return noSuch(PROXY_CONTAINER);
  stop(proxy, host);
  return done();
});

/** How the proxy's container is removed; its routes stay. */
export const removeProxy: Model<RemoveProxy> = byEngine(0.3, ({ everything }, host) => {
  const proxy = host.containers.get(PROXY_CONTAINER);
  if (proxy !== undefined) {
    stop(proxy, host);
    host.containers.delete(PROXY_CONTAINER);
  }
  if (everything) removeFiles(host);
  return done();
});

/** What other apps have there stays. */
function removeFiles(host: SimulatedHost): void {
  const own = [...host.files.keys(), ...host.directories].filter((path) =>
    path.startsWith(".kamal/proxy/") && !`${path}/`.startsWith(`${APPS_CONFIG}/`)
  );
  for (const path of own) host.remove(path);
  for (const folder of [APPS_CONFIG, ".kamal/proxy"]) {
    const holds = [...host.files.keys(), ...host.directories].some((path) =>
      path.startsWith(`${folder}/`)
    );
    if (!holds) host.remove(folder);
  }
}

/** How the proxy's container is replaced: a second one answers meanwhile, so to its users it is one moment. */
export const replaceProxy: Model<ReplaceProxy> = {
  ...byEngine(
    1.5,
    ({ run }, host) =>
      host.containers.has(PROXY_CONTAINER) ? replaceBy(run, host) : noSuch(PROXY_CONTAINER),
  ),
  // Its shell takes everything back when it is ended.
  cancelled: undefined,
};

/** How Traefik's ports change hands: a second kamal-proxy answers meanwhile, so to its users it is one moment. */
export const takePorts: Model<TakePorts> = {
  ...byEngine(2, (operation, host) => {
    const traefik = host.containers.get(TRAEFIK_CONTAINER);
    if (traefik !== undefined) stop(traefik, host);
    const taken = replaceBy(operation.run, host);
    if (taken.exitCode === 0 || traefik === undefined) return taken;
    replaceBy({ ...operation.run, isHidden: true }, host);
    started(traefik, host, 1);
    return taken;
  }),
  cancelled: undefined,
};

/** How Traefik gets its ports back. */
export const givePorts: Model<GivePorts> = {
  ...byEngine(3, ({ run }, host) => {
    const traefik = host.containers.get(TRAEFIK_CONTAINER);
    if (traefik === undefined) return noSuch(TRAEFIK_CONTAINER);
    const hidden = replaceBy({ ...run, isHidden: true }, host);
    traefik.joined.add("kamal");
    return hidden.exitCode === 0 ? started(traefik, host, 1) : hidden;
  }),
  cancelled: undefined,
};

function replaceBy({ image, publish, isHidden }: RunProxy, host: SimulatedHost): Outcome {
  const old = host.containers.get(PROXY_CONTAINER);
  if (old !== undefined) stop(old, host);
  const ports = portsOf(isHidden === true ? [] : publish);
  return restored(host.addContainer({ name: PROXY_CONTAINER, image, ports }), host, 1);
}

/** Starts the proxy, with the routes that it finds. */
function restored(proxy: SimulatedContainer, host: SimulatedHost, exitCode: number): Outcome {
  const wasRunning = proxy.state === "started";
  const outcome = started(proxy, host, exitCode);
  if (outcome.exitCode === 0 && !wasRunning) restoreRoutes(host);
  return outcome;
}

/** How what is left of a broken off replacement is cleared away. */
export const mendProxy: Model<MendProxy> = byEngine(0.5, (_, host) => {
  const old = host.containers.get(PROXY_OLD);
  const proxy = host.containers.get(PROXY_CONTAINER);
  host.containers.delete(PROXY_NEXT);
  host.containers.delete(PROXY_OLD);
  if (old === undefined || proxy?.state === "started") return done();
  old.name = PROXY_CONTAINER;
  host.containers.set(PROXY_CONTAINER, old);
  return restored(old, host, 1);
});
