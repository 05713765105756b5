/**
 * kamal-proxy's container on a simulated host.
 *
 * @module
 */

import type {
  MendProxy,
  RemoveProxy,
  ReplaceProxy,
  RunProxy,
  StartProxy,
  StopProxy,
} from "../operations/proxy_container.ts";
import { PROXY_NEXT, PROXY_OLD } from "../operations/proxy_swap.ts";
import { noSuch, portsOf, started, stop } from "./container.ts";
import { byEngine, done, failed, type Model } from "./model.ts";

/** Name of the proxy's container. */
export const PROXY_CONTAINER = "kamal-proxy";

/** How the proxy is run; its image is always to be had. */
export const runProxy: Model<RunProxy> = byEngine(0.4, ({ image, publish }, host) => {
  if (host.containers.has(PROXY_CONTAINER)) {
    return failed(
      125,
      `docker: Error response from daemon: Conflict. The container name "/${PROXY_CONTAINER}" is already in use`,
    );
  }
  host.makeDirectory(".kamal/proxy/apps-config");
  const container = { name: PROXY_CONTAINER, image, ports: portsOf(publish) };
  return started(host.addContainer(container), host, 125);
});

/** How a stopped proxy is started. */
export const startProxy: Model<StartProxy> = byEngine(0.2, (_, host) => {
  const proxy = host.containers.get(PROXY_CONTAINER);
  return proxy === undefined ? noSuch(PROXY_CONTAINER) : started(proxy, host, 1);
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
  if (everything) host.remove(".kamal/proxy");
  return done();
});

/** How the proxy's container is replaced: a second one answers meanwhile, so to its users it is one moment. */
export const replaceProxy: Model<ReplaceProxy> = {
  ...byEngine(1.5, ({ run: { image, publish } }, host) => {
    const old = host.containers.get(PROXY_CONTAINER);
    if (old === undefined) return noSuch(PROXY_CONTAINER);
    stop(old, host);
    const container = { name: PROXY_CONTAINER, image, ports: portsOf(publish) };
    return started(host.addContainer(container), host, 1);
  }),
  // Its shell takes everything back when it is ended.
  cancelled: undefined,
};

/** How what is left of a broken off replacement is cleared away. */
export const mendProxy: Model<MendProxy> = byEngine(0.5, (_, host) => {
  const old = host.containers.get(PROXY_OLD);
  const proxy = host.containers.get(PROXY_CONTAINER);
  host.containers.delete(PROXY_NEXT);
  host.containers.delete(PROXY_OLD);
  if (old === undefined || proxy?.state === "started") return done();
  old.name = PROXY_CONTAINER;
  host.containers.set(PROXY_CONTAINER, old);
  return started(old, host, 1);
});
