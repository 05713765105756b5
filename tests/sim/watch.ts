/**
 * What must hold after every single operation of a story, whatever goes wrong.
 *
 * @module
 */

import { changesAnything, type Operation } from "../../sdk/operations/operation.ts";
import type { RemoveContainer } from "../../sdk/operations/container.ts";
import type { StopContainer } from "../../sdk/operations/stop_container.ts";
import { isHealthy, type SimulatedRoute } from "../../sdk/simulate/facts.ts";
import type { SimulatedFleet } from "../../sdk/simulate/fleet.ts";
import type { SimulatedHost } from "../../sdk/simulate/host.ts";
import { containerOf, proxyIsOff } from "../../sdk/simulate/proxy.ts";
import { missingFile } from "../../sdk/simulate/proxy_files.ts";
import { frontOf, routesOf } from "../../sdk/simulate/traefik.ts";
import { PROXY_CONTAINER, TRAEFIK_CONTAINER } from "../../sdk/simulate/proxy_container.ts";
import type { Client } from "./client.ts";
import { fullService, lockHostOf, SERVICE } from "./deployment.ts";
import { isOurs } from "./furnish.ts";
import type { StoryDeployment } from "./story.ts";

/** What a fleet must not show. */
export interface Violation {
  /** Which rule is broken. */
  readonly rule: RuleName;
  /** Where and how. */
  readonly text: string;
}

/** The rules. */
export type RuleName =
  | "a route that served has a healthy target"
  | "nothing of others is touched"
  | "nothing is changed without the lock"
  | "a container is stopped only after its traffic left"
  | "a route leads to a container that exists"
  | "a route's certificate and error pages are there"
  | "the proxy stops by its own commands alone"
  | "a refusal changes nothing"
  | "no candidate is left"
  | "no event tells a secret"
  | "the ledger knows what serves"
  | "a version that was brought to all hosts serves on all"
  | "the report is true"
  | "the lock is given back"
  | "what was done needs not be done again"
  | "what moved is planned for anew"
  | "what nothing disturbs does not fail"
  | "what stopped for a moment serves again"
  | "a failure leaves all of the old or all of the new"
  | "the next run converges"
  | "a command ends";

/** Watches a fleet. */
export class Watch {
  /** What was broken, in order. */
  readonly violations: Violation[] = [];
  /** Candidates that could not be removed. */
  readonly stuck = new Set<string>();
  readonly #deployment: StoryDeployment;
  readonly #lockHost: SimulatedHost;
  readonly #strange = new Map<string, string>();
  readonly #hosts: readonly SimulatedHost[];
  #served: ReadonlySet<string> = new Set();
  #before: ReadonlyMap<string, string> = new Map();
  #danglingBefore: ReadonlySet<string> = new Set();
  #bareBefore: ReadonlySet<string> = new Set();
  #proxyRan = false;
  #clients: readonly Client[] = [];
  readonly #kept = new Set<string>();

  /** Begins to watch; what stands there now and is not the deployment's belongs to others. */
  constructor(fleet: SimulatedFleet, deployment: StoryDeployment, hosts: readonly string[]) {
    this.#deployment = deployment;
    this.#lockHost = fleet.host(lockHostOf(deployment));
    this.#hosts = hosts.map((name) => fleet.host(name));
    for (const name of hosts) this.#strange.set(name, this.#strangePicture(fleet.host(name)));
  }

  /** Commands begin; none where all have ended. */
  during(clients: readonly Client[]): void {
    this.#clients = clients;
    this.#served = new Set(
      this.#hosts.flatMap((host) => [...servedOn(host).keys()].map((name) => key(host, name))),
    );
  }

  /** Somebody else changed a host: what no longer serves because of that is not the command's doing. */
  changed(host: SimulatedHost): void {
    // Of Traefik's containers one after the other may be stopped by hand, and nobody asks before the last one goes.
    const served = frontOf(host) === "traefik" ? new Map() : servedOn(host);
    this.#served = new Set(
      [...this.#served].filter((one) =>
        !one.startsWith(`${host.name} `) || served.has(one.slice(host.name.length + 1))
      ),
    );
  }

  /** Notes that something is broken. */
  note(rule: RuleName, text: string): void {
    this.violations.push({ rule, text });
  }

  /** An operation is about to take effect. */
  before(host: SimulatedHost, operation: Operation): void {
    if (!isWatched(host, operation)) return;
    this.#before = servedOn(host);
    this.#danglingBefore = danglingOn(host);
    this.#bareBefore = bareOn(host);
    this.#proxyRan = frontOf(host) !== undefined;
    this.#checkLock(host, operation);
    if (operation.kind === "stop-container" || operation.kind === "remove-container") {
      this.#checkTraffic(host, operation);
    }
  }

  /** An operation has ended; without an exit status it was broken off. */
  after(host: SimulatedHost, operation: Operation, exitCode: number | undefined): void {
    if (!isWatched(host, operation)) return;
    if (operation.kind === "cut-cord" && exitCode !== 0) this.#kept.add(operation.container);
    if (operation.kind === "remove-candidate" && exitCode !== 0) {
      this.stuck.add(operation.candidate);
    }
    const now = servedOn(host);
    for (const [service, container] of this.#before) {
      if (now.has(service) || this.#clients.some(({ traits }) => traits.stops)) continue;
      // What a command brought itself it may take back.
      if (!this.#served.has(key(host, service))) continue;
      this.note(
        "a route that served has a healthy target",
        `${host.name}: ${service} led to ${container}, and leads nowhere after ${operation.kind}`,
      );
    }
    this.#checkProxy(host, operation);
    this.#checkFiles(host, operation);
    const picture = this.#strangePicture(host);
    if (picture === (this.#strange.get(host.name) ?? picture)) return;
    this.#strange.set(host.name, picture);
    this.note("nothing of others is touched", `${host.name}: ${operation.kind}`);
  }

  #checkLock(host: SimulatedHost, operation: Operation): void {
    if (UNLOCKED.has(operation.kind)) return;
    const client = this.#clientOf(operation);
    if (client === undefined || client.traits.unlocked === true) return;
    const details = this.#lockHost.lock(fullService(this.#deployment));
    if (details?.includes(client.holder)) return;
    this.note(
      "nothing is changed without the lock",
      `${host.name}: ${operation.kind} while ${details?.split("\n")[0] ?? "nobody has the lock"}`,
    );
  }

  #checkTraffic(host: SimulatedHost, operation: StopContainer | RemoveContainer): void {
    const container = host.container(operation.name);
    if (container === undefined || !isHealthy(container, host.clock.now)) return;
    // Who has no Traefik in the configuration knows of no cord, and can only stop what it serves.
    const isUnknown = frontOf(host) === "traefik" && this.#deployment.traefik !== true;
    if (isUnknown && this.#clientOf(operation)?.traits.stops !== undefined) return;
    // What Traefik cannot be made to leave is stopped all the same.
    if (this.#kept.has(operation.name)) return;
    const route = routesOf(host).find((one) =>
      !isCandidate(one) && targetsOf(one).some((target) => containerOf(target, host) === container)
    );
    if (route === undefined) return;
    this.note(
      "a container is stopped only after its traffic left",
      `${host.name}: ${container.name} still has the traffic of ${route.service}`,
    );
  }

  /** Who does something now; `undefined` for one that is dead or unknown. */
  #clientOf(operation: Operation): Client | undefined {
    return this.#clients.find((client) => client.owns(operation));
  }

  #checkProxy(host: SimulatedHost, operation: Operation): void {
    const { kind } = operation;
    const isOff = proxyIsOff(host) !== undefined;
    const isNobody = frontOf(host) === undefined;
    if (isNobody && this.#proxyRan && this.#clientOf(operation)?.traits.stopsProxy !== true) {
      this.note("the proxy stops by its own commands alone", `${host.name}: after ${kind}`);
    }
    // One that does not run can be told nothing.
    if (isOff) return;
    for (const service of danglingOn(host)) {
      // kamal-proxy may keep a candidate for a while that nobody wants any more.
      if (this.#danglingBefore.has(service) || service.endsWith(CANDIDATE)) continue;
      this.note("a route leads to a container that exists", `${host.name}: ${service}, ${kind}`);
    }
  }

  /** kamal-proxy drops all routes at its next start where it misses the files of one. */
  #checkFiles(host: SimulatedHost, { kind }: Operation): void {
    for (const service of bareOn(host)) {
      if (this.#bareBefore.has(service)) continue;
      const text = `${host.name}: ${service} after ${kind}`;
      this.note("a route's certificate and error pages are there", text);
    }
  }

  /** Everything on a host that is not the deployment's, as one text. */
  #strangePicture(host: SimulatedHost): string {
    const service = fullService(this.#deployment);
    const own = [
      `.kamal/apps/${service}/`,
      `.kamal/lock-${service}/`,
      `.kamal/${service}-audit`,
      // What all apps share.
      ".kamal/proxy/",
      ".kamal/env/traefik/",
      `.kamal/cords/${SERVICE}-`,
    ];
    const parts: unknown[] = [];
    for (const { name, id, state, labels } of host.containers.values()) {
      if (!PROXIES.has(name) && !isOurs(labels, this.#deployment)) parts.push(name, id, state);
    }
    for (const [name, { targets }] of host.routes) {
      if (!name.startsWith("shop-") || name.includes("-preview")) parts.push(name, ...targets);
    }
    for (const [path, { sha256 }] of host.files) {
      if (!own.some((start) => path.startsWith(start))) parts.push(path, sha256);
    }
    return parts.join(" ");
  }
}

/** What each route of a host leads to: a healthy container by its name; routes that lead nowhere are left out. */
export function servedOn(host: SimulatedHost): ReadonlyMap<string, string> {
  const served = new Map<string, string>();
  for (const route of routesOf(host)) {
    if (isCandidate(route)) continue;
    const container = route.targets.map((target) => containerOf(target, host)).find((one) =>
      one !== undefined && isHealthy(one, host.clock.now)
    );
    if (container !== undefined) served.set(route.service, container.name);
  }
  return served;
}

/** Names of the routes of a host that lead to a container that is gone. */
export function danglingOn(host: SimulatedHost): ReadonlySet<string> {
  return new Set(
    [...host.routes.values()].filter((route) =>
      targetsOf(route).some((target) => containerOf(target, host) === undefined)
    ).map(({ service }) => service),
  );
}

/** Names of a proxy's routes whose certificate or error pages are gone, where other routes would go with them. */
function bareOn(host: SimulatedHost): ReadonlySet<string> {
  const bare = [...host.routes.values()].filter(({ flags = [] }) =>
    missingFile(flags, host) !== undefined
  );
  const others = [...host.routes.values()].filter((route) =>
    !bare.includes(route) && route.targets.some((target) => containerOf(target, host))
  );
  const isAlone = others.length === 0 || !host.containers.has(PROXY_CONTAINER);
  return new Set(isAlone ? [] : bare.map(({ service }) => service));
}

/** Everything that a route leads anybody to. */
function targetsOf({ targets, rollout }: SimulatedRoute): readonly string[] {
  return rollout === undefined ? targets : [...targets, ...rollout.targets];
}

function key(host: SimulatedHost, service: string): string {
  return `${host.name} ${service}`;
}

const HERE = "here";
const PROXIES: ReadonlySet<string> = new Set([PROXY_CONTAINER, TRAEFIK_CONTAINER]);

/** Whether an operation may break a rule at all: most of the time goes into looking at hosts. */
function isWatched({ name }: SimulatedHost, operation: Operation): boolean {
  return name !== HERE && changesAnything(operation);
}

// Taking the lock is what makes the difference; Docker is there for all.
const UNLOCKED: ReadonlySet<Operation["kind"]> = new Set([
  "acquire-lock",
  "install-docker",
  "release-lock",
]);

function isCandidate({ service }: SimulatedRoute): boolean {
  return service.endsWith(CANDIDATE);
}

const CANDIDATE = "-candidate";
