/**
 * How a simulated host looks at the beginning.
 *
 * @module
 */

import type { AppBehaviour, Apps } from "./app.ts";

/** A host at the beginning; without options it has Docker and nothing else. */
export interface HostOptions {
  /** The Docker Engine. @default {"running"} */
  readonly docker?: "running" | "missing" | "stopped";
  /** Architecture as Docker names it. @default {"amd64"} */
  readonly architecture?: string;
  /** Containers, the oldest first. */
  readonly containers?: readonly InitialContainer[];
  /** Image of a kamal-proxy that runs; absent for a host without. */
  readonly proxy?: string;
  /** What kamal-proxy routes. */
  readonly routes?: readonly InitialRoute[];
  /** Images beside those of the containers. */
  readonly images?: readonly string[];
  /** Docker networks. @default {["kamal"]} where there are containers or a proxy */
  readonly networks?: readonly string[];
  /** Files by path below the login's home, such as `.kamal/apps/shop/sextant/salt`. */
  readonly files?: Readonly<Record<string, string>>;
  /** Free space in KiB. @default {50 GiB} */
  readonly freeKiB?: number;
  /** TCP ports that something else listens on, with its process's name. */
  readonly listening?: Readonly<Record<number, string>>;
  /** How apps behave on this host alone. */
  readonly apps?: Apps;
}

/** A container at the beginning. */
export interface InitialContainer {
  /** Name. */
  readonly name: string;
  /** Image with tag. */
  readonly image: string;
  /** Labels. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Published ports, as `docker run --publish` takes them. */
  readonly publish?: readonly string[];
  /** Docker network. @default {"kamal"} */
  readonly network?: string;
  /** Whether it runs. @default {true} */
  readonly running?: boolean;
  /** How its app behaves, where that is not told by its version. */
  readonly app?: AppBehaviour;
  /** Whether it has a cord, as Traefik's containers do: a file without which it calls itself unhealthy. @default {false} */
  readonly cord?: boolean;
}

/** A route at the beginning. */
export interface InitialRoute {
  /** Name of the proxy service. */
  readonly service: string;
  /** Name of the container that gets the traffic. */
  readonly container: string;
  /** Port that it listens on. @default {80} */
  readonly port?: number;
  /** Public hosts; empty for all. */
  readonly hosts?: readonly string[];
  /** Path prefixes; empty for all. */
  readonly pathPrefixes?: readonly string[];
  /** Whether kamal-proxy serves HTTPS for it. @default {false} */
  readonly tls?: boolean;
}
