/**
 * Routes that already have a role's public hosts.
 *
 * @module
 */

import type { Role } from "../config/config.ts";
import type { Proxy } from "../config/resolve_proxy.ts";
import { type RouteState, shortId } from "../observe/host_state.ts";
import { isCandidate, type TakenRoute } from "../operations/proxy.ts";
import { asRouted, timeoutFlags } from "./app_container.ts";
import { type PlanInput, stateOf } from "./input.ts";
import { orphanedRoutes } from "./orphans.ts";

/** The route of another proxy service that has a role's hosts and paths; `undefined` where there is none. */
export function rivalOf(input: PlanInput, host: string, role: Role): RouteState | undefined {
  const { proxy, containerPrefix } = role;
  if (proxy === undefined) return undefined;
  return stateOf(input, host).routes.find((route) =>
    route.service !== containerPrefix && !isCandidate(route.service) && hasSamePlace(route, proxy)
  );
}

/** Whether a rival is what a role of this deployment left that has another name today, or is gone. */
export function isOfFormerRole(input: PlanInput, host: string, rival: RouteState): boolean {
  return orphanedRoutes(input, host).includes(rival);
}

/** The route whose place a role's new one takes, where orphans may be stopped. */
export function takenRoute(input: PlanInput, host: string, role: Role): TakenRoute | undefined {
  const rival = rivalOf(input, host, role);
  if (rival === undefined || input.config.orphans !== "stop") return undefined;
  if (!isOfFormerRole(input, host, rival)) return undefined;
  const { containers } = stateOf(input, host);
  const led = rival.targets.flatMap((target) =>
    containers.filter(({ id }) => target.startsWith(shortId(id)))
  );
  return {
    service: rival.service,
    targets: led.map(({ name, id }) => asRouted(rival, { container: name, target: { id } })),
    version: led[0]?.image.split(":").at(-1) ?? "",
    port: Number(rival.targets[0]?.split(":").at(-1)),
    flags: [...rival.flags, ...timeoutFlags(input.config)],
    hosts: rival.hosts,
  };
}

function hasSamePlace(route: RouteState, proxy: Proxy): boolean {
  return overlaps(route.hosts, proxy.hosts) &&
    overlaps(prefixesOf(route.pathPrefixes), prefixesOf(proxy.pathPrefixes));
}

/** Path prefixes as kamal-proxy compares them: without a slash at their end, and `/` for all. */
function prefixesOf(prefixes: readonly string[]): readonly string[] {
  return prefixes.length === 0
    ? ["/"]
    : prefixes.map((prefix) => `/${prefix.replace(/^\/+|\/+$/g, "")}`);
}

function overlaps(some: readonly string[], others: readonly string[]): boolean {
  if (some.length === 0 || others.length === 0) return some.length === others.length;
  return some.some((one) => others.includes(one));
}
