/**
 * Watching what users of an app would see: is there a moment without an answer?
 *
 * @module
 */

import type { OperationKind } from "../operations/operation.ts";
import { isCandidate } from "../operations/proxy.ts";
import { tagOf } from "./app.ts";
import { prefixesOf, type SimulatedRoute } from "./facts.ts";
import type { SimulatedHost } from "./host.ts";
import { answers, containerOf } from "./proxy.ts";
import { frontOf, routesOf } from "./traefik.ts";

/** A moment at which a route that had answered no longer did. */
export interface Gap {
  /** The host. */
  readonly host: string;
  /** Name of the proxy service. */
  readonly service: string;
  /** Version that had answered. */
  readonly version: string;
  /** The operation after which it did not. */
  readonly after: OperationKind;
  /** Simulated seconds since the fleet was made. */
  readonly at: number;
}

/** What somebody who asks a host's kamal-proxy gets, or its Traefik. */
export interface Served {
  /**
   * Status: 200 from a healthy app, 404 where nothing answers to that name, 503 where the app is gone, unwell or stopped,
   * 0 where neither kamal-proxy nor Traefik runs.
   */
  readonly status: 200 | 404 | 503 | 0;
  /** Version that answered; `undefined` where none did. */
  readonly version: string | undefined;
  /** Name of the container that answered; `undefined` where none did. */
  readonly container: string | undefined;
}

/** A route that answers. */
interface Answering {
  readonly version: string;
  readonly place: string;
}

/** Which requests a route gets. */
function placeOf(route: SimulatedRoute): string {
  return JSON.stringify([route.hosts.toSorted(), prefixesOf(route).toSorted()]);
}

/** Notes every gap, operation by operation. */
export class GapWatch {
  /** All gaps, in order. */
  readonly gaps: Gap[] = [];
  readonly #answering = new Map<string, Map<string, Answering>>();

  /** Looks at a host after an operation; without one, only at what answers to begin with. */
  look(host: SimulatedHost, after?: OperationKind): void {
    const before = this.#answering.get(host.name) ?? new Map<string, Answering>();
    const now = new Map<string, Answering>();
    for (const route of routesOf(host)) {
      const { version } = servedBy(route, host);
      // kamal-proxy finds out only at its next check that one of several has gone, and never goes back from a canary.
      const isWhole = [...route.targets, ...route.rollout?.targets ?? []]
        .every((target) => answers(target, host));
      if (isWhole && version !== undefined) {
        now.set(route.service, { version, place: placeOf(route) });
      }
    }
    this.#answering.set(host.name, now);
    if (after === undefined) return;
    // Another service may have taken the place of one that went.
    const places = new Set([...now.values()].map(({ place }) => place));
    for (const [service, { version, place }] of before) {
      if (now.has(service) || places.has(place) || isCandidate(service)) continue;
      this.gaps.push({ host: host.name, service, version, after, at: host.clock.now });
    }
  }
}

/** What a host's kamal-proxy or Traefik answers to a request. */
export function served(host: SimulatedHost, hostname: string, path: string): Served {
  if (frontOf(host) === undefined) return { status: 0, ...NOBODY };
  const route = routesFor(routesOf(host), hostname)
    .flatMap((route) => prefixesOf(route).map((prefix) => ({ route, prefix })))
    .filter(({ prefix }) => withSlash(path).startsWith(withSlash(prefix)))
    .toSorted((a, b) => b.prefix.length - a.prefix.length)[0]?.route;
  return route === undefined ? { status: 404, ...NOBODY } : servedBy(route, host);
}

const NOBODY = { version: undefined, container: undefined };

function servedBy(route: SimulatedRoute, host: SimulatedHost): Served {
  const target = route.targets.find((target) => answers(target, host));
  const container = target === undefined ? undefined : containerOf(target, host);
  if (route.isStopped === true || container === undefined) return { status: 503, ...NOBODY };
  return { status: 200, version: tagOf(container.image), container: container.name };
}

/** The routes that a name leads to: its own, else those of its wildcard, else those of all hosts. */
function routesFor(
  routes: readonly SimulatedRoute[],
  hostname: string,
): readonly SimulatedRoute[] {
  const wildcard = `*${hostname.slice(hostname.indexOf("."))}`;
  for (const name of [hostname, wildcard]) {
    const own = routes.filter(({ hosts }) => hosts.includes(name));
    if (own.length > 0) return own;
  }
  return routes.filter(({ hosts }) => hosts.length === 0);
}

function withSlash(path: string): string {
  return path.endsWith("/") ? path : `${path}/`;
}
