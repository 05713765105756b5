/**
 * What a host answered when it was probed: plain facts, nothing decided.
 *
 * @module
 */

import type { InspectedContainer } from "./inspect.ts";

/** Everything one probe tells about a host. */
export interface HostState {
  /** Name of the host. */
  readonly host: string;
  /** The Docker Engine, or why there is none. */
  readonly docker: DockerState;
  /** All containers, running or not, by name. */
  readonly containers: readonly ContainerState[];
  /** All images that have a tag. */
  readonly images: readonly ImageState[];
  /** Whether there are images that have lost their tag to newer ones. */
  readonly hasUntaggedImages: boolean;
  /** Names of the Docker networks that running containers are attached to. */
  readonly networks: readonly string[];
  /** What kamal-proxy routes. */
  readonly routes: readonly RouteState[];
  /** File on the host with the routes; `undefined` where the proxy does not say. */
  readonly routesFile: string | undefined;
  /** SHA-256 of the files of this service below `.kamal`, by path. */
  readonly files: Readonly<Record<string, string>>;
  /** The deploy lock of this service, where it is held. */
  readonly lock: LockState | undefined;
  /** Salt of the secret digests, once a deploy has made one. */
  readonly salt: string | undefined;
  /** The ledger of releases, oldest first. */
  readonly releases: readonly ReleaseState[];
  /** Whether the probe asked for all that is known of releases. */
  readonly isDetailed: boolean;
  /** Settings of this deployment's running containers at this moment; absent unless the probe was to ask for them. */
  readonly inspected?: readonly InspectedContainer[] | undefined;
  /** Free space in KiB where Docker keeps its data, or in the home folder if that is less. */
  readonly freeKiB: number;
  /** TCP ports that something on the host listens on; not asked where kamal-proxy has a container. */
  readonly listening: readonly ListeningPort[];
  /** Hash of this deployment's containers, routes and files, made by the host. */
  readonly hash: string;
}

/** The Docker Engine of a host. */
export type DockerState =
  | { readonly status: "running"; readonly version: string; readonly architecture: string }
  | { readonly status: "missing" | "stopped"; readonly message: string };

/** One container. */
export interface ContainerState {
  /** Name without the leading slash. */
  readonly name: string;
  /** Full id. */
  readonly id: string;
  /** Image as it was named at the start. */
  readonly image: string;
  /** Id of that image. */
  readonly imageId: string;
  /** Whether it runs or is about to be restarted. */
  readonly running: boolean;
  /** Labels. */
  readonly labels: Readonly<Record<string, string>>;
  /** Published ports: container port such as `80/tcp` to host ports. */
  readonly ports: Readonly<Record<string, readonly string[]>>;
  /** Names of the Docker networks that it is attached to. */
  readonly networks: readonly string[];
  /** Status, such as `running`, `exited` or `restarting`. */
  readonly status: string;
  /** Docker's own health check: `healthy`, `unhealthy`, `starting`; `undefined` without one. */
  readonly health: string | undefined;
  /** Last exit status. */
  readonly exitCode: number;
  /** Start time, or the time of its making where that is all the host tells, ISO 8601. */
  readonly startedAt: string;
}

/** One tag of an image. */
export interface ImageState {
  /** Repository and tag. */
  readonly name: string;
  /** Id of the image. */
  readonly id: string;
  /** Digest in the registry; `undefined` for an image that was never pushed or pulled. */
  readonly digest: string | undefined;
}

/** One service in kamal-proxy. */
export interface RouteState {
  /** Name of the proxy service. */
  readonly service: string;
  /** Public hosts; empty for all. */
  readonly hosts: readonly string[];
  /** Path prefixes. */
  readonly pathPrefixes: readonly string[];
  /** Targets as `<container id>:<port>`. */
  readonly targets: readonly string[];
  /** Those of them that get requests that only read, and no others. */
  readonly readers: readonly string[];
  /** Whether kamal-proxy serves HTTPS for it. */
  readonly tls: boolean;
  /** Flags of `kamal-proxy deploy` that make a route be like it, without those that change nothing. */
  readonly flags: readonly string[];
  /** Whether it hands requests on, lets them wait, or answers 503. */
  readonly state: "running" | "paused" | "stopped";
  /** Who gets other containers; absent where nobody does. */
  readonly rollout?: RolloutState | undefined;
}

/** A part of a route's visitors, and the containers that they get. */
export interface RolloutState {
  /** Targets as `<container id>:<port>`. */
  readonly targets: readonly string[];
  /** How many of the cookie's values, in percent. */
  readonly percent: number;
  /** Values of the cookie that get them in any case. */
  readonly allow: readonly string[];
}

/** A line of the ledger of releases. */
export interface ReleaseState {
  /** The version. */
  readonly version: string;
  /** What became of it: `succeeded`, `failed`, `undone` or `rolled back`. */
  readonly status: string;
  /** When, ISO 8601. */
  readonly at: string;
  /** Who. */
  readonly performer: string;
  /** Image with tag; `undefined` where the line does not say. */
  readonly image: string | undefined;
  /** Digest of the image in its registry; `undefined` where the line does not say. */
  readonly digest: string | undefined;
  /** Digest of the secrets' own salted digests; `undefined` where the line does not say. */
  readonly env: string | undefined;
  /** Names of the hosts that the configuration had for the app; empty where the line does not say. */
  readonly hosts: readonly string[];
  /** How each role was run, as it was written; empty unless the probe was to ask for it. */
  readonly roles: readonly Readonly<Record<string, unknown>>[];
}

/** Who holds the lock. */
export interface LockState {
  /** Directory of the lock. */
  readonly path: string;
  /** The holder's words, such as `Locked by: …`, decoded. */
  readonly details: string;
}

/** A port in use. */
export interface ListeningPort {
  /** The port. */
  readonly port: number;
  /** Name of the process, where the login may see it. */
  readonly process: string | undefined;
}

/** The container that kamal-proxy runs in. */
export function proxyContainer(state: HostState): ContainerState | undefined {
  return state.containers.find((container) => container.name === "kamal-proxy");
}

/** The short form of a container's id, as kamal-proxy's targets have it. */
export function shortId(id: string): string {
  return id.slice(0, 12);
}
