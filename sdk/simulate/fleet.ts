/**
 * A fleet of hosts in memory, for tests of deployments: it understands operations and answers probes.
 *
 * @module
 */

import { HostError } from "../errors.ts";
import type { Operation } from "../operations/operation.ts";
import type { Connection, ConnectOptions, Target, Transport } from "../transport/transport.ts";
import { appOf, type Apps } from "./app.ts";
import { SimulatedClock } from "./clock.ts";
import { portsOf } from "./container.ts";
import type { Disturbance } from "./fault.ts";
import { type Gap, GapWatch, type Served, served } from "./gaps.ts";
import { SimulatedHost } from "./host.ts";
import type { HostOptions, InitialContainer, InitialRoute } from "./host_options.ts";
import { imageId, ImageStore, type RegistryImage } from "./image_store.ts";
import { PROXY_CONTAINER } from "./proxy_container.ts";
import { SimulatedSession } from "./session.ts";

/** A fleet at the beginning. */
export interface FleetOptions {
  /** Its hosts by name. */
  readonly hosts: Readonly<Record<string, HostOptions>>;
  /** How apps behave, by version or image; those that are not named are healthy. */
  readonly apps?: Apps;
  /** Images that the registry has; others must be pushed first. */
  readonly images?: readonly (string | RegistryImage)[];
  /** Real milliseconds that a simulated second takes. @default {0} */
  readonly pace?: number;
  /** Numbers as `Math.random` gives them, by which everything takes longer; without it, the same takes the same time. */
  readonly random?: () => number;
  /** Is told of every operation, and may disturb it. */
  readonly disturbance?: Disturbance;
}

/** One operation that ended on a host. */
export interface JournalEntry {
  /** The host, or `here`. */
  readonly host: string;
  /** What was done. */
  readonly operation: Operation;
  /** Exit status; `undefined` where it was broken off, and Docker went on with it. */
  readonly exitCode: number | undefined;
  /** Simulated seconds since the fleet was made. */
  readonly at: number;
}

/**
 * Hosts in memory, reached like real ones. No shell runs: each step's operations change the hosts, with the
 * outcomes, exit codes and words that a real host would have. Time is simulated, and takes none.
 * It knows nothing of requests in flight, of the values of secrets, and of what commands in containers say.
 *
 * @example A host on which Kamal deployed, and a pull that fails there
 * ```ts
 * import { SimulatedFleet } from "@sextant/deploy/testing";
 *
 * const fleet = new SimulatedFleet({
 *   hosts: {
 *     "10.0.0.1": {
 *       proxy: "basecamp/kamal-proxy:v0.9.2",
 *       containers: [{ name: "shop-web-v1", image: "acme/shop:v1", labels: { service: "shop", role: "web" } }],
 *       routes: [{ service: "shop-web", container: "shop-web-v1", hosts: ["shop.acme.dev"] }],
 *     },
 *   },
 * });
 * fleet.host("10.0.0.1").failAt("pull-image", { stderr: "no space left on device\n" });
 * console.assert(fleet.serve("10.0.0.1", "shop.acme.dev").version === "v1");
 * ```
 */
export class SimulatedFleet implements Transport {
  /** The registry that all hosts share. */
  readonly registry: ImageStore;
  /** The fleet's time. */
  readonly clock: SimulatedClock;
  readonly #hosts = new Map<string, SimulatedHost>();
  readonly #journal: JournalEntry[] = [];
  readonly #watch = new GapWatch();
  readonly #disturbance: Disturbance;

  /** Makes a fleet, and this machine beside it under the name `here`. */
  constructor(options: FleetOptions) {
    this.clock = new SimulatedClock(options.pace, options.random);
    this.#disturbance = options.disturbance ?? {};
    this.registry = new ImageStore(options.images ?? []);
    const hosts: Readonly<Record<string, HostOptions>> = { [HERE]: {}, ...options.hosts };
    for (const [name, hostOptions] of Object.entries(hosts)) {
      const apps = { ...options.apps, ...hostOptions.apps };
      const context = { clock: this.clock, registry: this.registry, apps, random: options.random };
      const host = new SimulatedHost(name, context);
      furnish(host, hostOptions);
      this.#hosts.set(name, host);
      this.#watch.look(host);
    }
  }

  /** Every operation that ended, in order. */
  get journal(): readonly JournalEntry[] {
    return this.#journal;
  }

  /** Every moment at which a route that had answered no longer did, in order. */
  get gaps(): readonly Gap[] {
    return this.#watch.gaps;
  }

  /** Looks a host up by its name. */
  host(name: string): SimulatedHost {
    const host = this.#hosts.get(name);
    if (host === undefined) throw new RangeError(`The fleet has no host "${name}"`);
    return host;
  }

  /** What somebody who asks a host's kamal-proxy gets, or its Traefik. */
  serve(host: string, hostname: string, path = "/"): Served {
    return served(this.host(host), hostname, path);
  }

  /**
   * Opens a session with a host, by its name or its address.
   *
   * @throws {HostError} `HOST_UNREACHABLE` if it is unreachable, or no host of the fleet.
   */
  async connect(target: Target, options: ConnectOptions = {}): Promise<Connection> {
    const { signal, first } = options;
    if (!await this.clock.sleep(CONNECT_SECONDS, signal)) throw signal?.reason;
    const host = this.#hosts.get(target.name) ?? this.#hosts.get(target.address);
    if (host === undefined || host.unreachable) {
      throw new HostError("HOST_UNREACHABLE", target.name, "no answer", {
        hint: "Check that the host is up and that its address is right.",
      });
    }
    const session = new SimulatedSession(target, host, {
      ...this.#disturbance,
      ended: (...end) => this.#ended(...end),
    });
    return { session, first: first === undefined ? [] : await session.run(first, { signal }) };
  }

  #ended(host: SimulatedHost, operation: Operation, exitCode: number | undefined): void {
    this.#journal.push({ host: host.name, operation, exitCode, at: this.clock.now });
    this.#watch.look(host, operation.kind);
    this.#disturbance.ended?.(host, operation, exitCode);
  }
}

/** Name of this machine among the hosts. */
const HERE = "here";

const CONNECT_SECONDS = 0.2;

// What is there at the beginning was started long ago.
const AGE_SECONDS = 86_400;

function furnish(host: SimulatedHost, options: HostOptions): void {
  const { containers = [], proxy, routes = [] } = options;
  host.docker = options.docker ?? host.docker;
  host.architecture = options.architecture ?? host.architecture;
  host.freeKiB = options.freeKiB ?? host.freeKiB;
  const networks = options.networks ??
    (containers.length > 0 || proxy !== undefined ? ["kamal"] : []);
  for (const network of networks) host.networks.add(network);
  for (const image of options.images ?? []) addImage(host, image, undefined);
  if (proxy !== undefined) {
    addContainer(host, { name: PROXY_CONTAINER, image: proxy, publish: ["80:80", "443:443"] });
  }
  for (const container of containers) addContainer(host, container);
  for (const route of routes) addRoute(host, route);
  for (const [path, text] of Object.entries(options.files ?? {})) host.write(path, text);
  for (const [port, process] of Object.entries(options.listening ?? {})) {
    host.listening.set(Number(port), process);
  }
}

function addImage(host: SimulatedHost, name: string, service: string | undefined): void {
  const image = { id: imageId(name), digest: undefined, service };
  if (!host.images.has(name)) host.images.set(name, host.registry.pull(name) ?? image);
}

function addContainer(host: SimulatedHost, initial: InitialContainer): void {
  const { name, image, labels = {}, publish = [], running = true, app, network = "kamal" } =
    initial;
  const cord = initial.cord === true ? "tied" : undefined;
  addImage(host, image, labels["service"]);
  const container = host.addContainer({
    name,
    image,
    labels,
    network,
    ports: portsOf(publish),
    cord,
    ...app === undefined ? {} : { app: appOf(app) },
  });
  container.state = running ? "started" : "stopped";
  container.startedAt = container.serial - AGE_SECONDS;
}

function addRoute(host: SimulatedHost, route: InitialRoute): void {
  const container = host.containers.get(route.container);
  if (container === undefined) {
    throw new RangeError(`The route of ${route.service} leads to no container of ${host.name}`);
  }
  host.routes.set(route.service, {
    service: route.service,
    hosts: route.hosts ?? [],
    pathPrefixes: route.pathPrefixes ?? [],
    targets: [`${container.id.slice(0, 12)}:${route.port ?? 80}`],
    tls: route.tls ?? false,
  });
}
