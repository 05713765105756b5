/**
 * Traefik on a simulated host: by labels it finds the containers that Docker calls healthy.
 *
 * @module
 */

import { healthOf, type SimulatedContainer, type SimulatedRoute, statusOf } from "./facts.ts";
import type { SimulatedHost } from "./host.ts";
import { proxyIsOff } from "./proxy.ts";
import { PROXY_CONTAINER, TRAEFIK_CONTAINER } from "./proxy_container.ts";

/** Who answers to a host's visitors; `undefined` for nobody. Beside Traefik, kamal-proxy may run without any ports. */
export function frontOf(host: SimulatedHost): "kamal-proxy" | "traefik" | undefined {
  const traefik = host.containers.get(TRAEFIK_CONTAINER);
  if (traefik?.state === "started") return "traefik";
  if (proxyIsOff(host) !== undefined) return undefined;
  const isHidden = Object.keys(host.containers.get(PROXY_CONTAINER)!.ports).length === 0;
  return traefik !== undefined && isHidden ? undefined : "kamal-proxy";
}

/** What visitors of a host are led to, by whoever answers to them. */
export function routesOf(host: SimulatedHost): readonly SimulatedRoute[] {
  const front = frontOf(host);
  if (front === undefined) return [];
  return front === "traefik" ? traefikRoutes(host) : [...host.routes.values()];
}

/** Traefik's routers as routes. */
function traefikRoutes(host: SimulatedHost): readonly SimulatedRoute[] {
  const routes = new Map<string, SimulatedContainer[]>();
  for (const container of host.containers.values()) {
    if (!isSeen(container, host.clock.now)) continue;
    for (const router of routersOf(container)) {
      routes.set(router, [...routes.get(router) ?? [], container]);
    }
  }
  return [...routes].map(([router, containers]) => routeOf(router, containers, host));
}

/** Whether Traefik takes a container into account. */
function isSeen(container: SimulatedContainer, now: number): boolean {
  const health = healthOf(container, now);
  return container.name !== TRAEFIK_CONTAINER && statusOf(container, now) === "running" &&
    (health === undefined || health === "healthy");
}

function routersOf({ labels }: SimulatedContainer): readonly string[] {
  return Object.keys(labels).flatMap((label) =>
    /^traefik\.http\.routers\.([^.]+)\.rule$/.exec(label)?.[1] ?? []
  );
}

function routeOf(
  service: string,
  containers: readonly SimulatedContainer[],
  host: SimulatedHost,
): SimulatedRoute {
  const rule = containers[0]!.labels[`traefik.http.routers.${service}.rule`] ?? "";
  // It drops what is told of differently, and waits long for those whose network it does not have.
  const isWhole = new Set(containers.map(wordsOf)).size === 1 &&
    containers.every((container) => reaches(host, container));
  return {
    service,
    hosts: valuesIn(rule, "Host"),
    pathPrefixes: valuesIn(rule, "PathPrefix"),
    targets: isWhole ? containers.map(({ id }) => `${id.slice(0, 12)}:80`) : [],
    tls: false,
  };
}

/** All that a container's labels tell Traefik. */
function wordsOf({ labels }: SimulatedContainer): string {
  const own = Object.entries(labels).filter(([label]) => label.startsWith("traefik."));
  return JSON.stringify(own.toSorted(([a], [b]) => a < b ? -1 : 1));
}

function reaches(host: SimulatedHost, container: SimulatedContainer): boolean {
  const traefik = networksOf(host.containers.get(TRAEFIK_CONTAINER)!);
  return networksOf(container).some((network) => traefik.includes(network));
}

function networksOf({ network, joined }: SimulatedContainer): readonly string[] {
  return [network, ...joined];
}

/** What a rule such as "Host(`a`) && PathPrefix(`/`)" names. */
function valuesIn(rule: string, matcher: "Host" | "PathPrefix"): readonly string[] {
  return [...rule.matchAll(new RegExp(`${matcher}\\(\`([^\`]*)\`\\)`, "g"))].map((match) =>
    match[1]!
  );
}
