/**
 * The resolved configuration: validated, defaults filled, frozen, serialisable. Nobody downstream fills a default again.
 *
 * @module
 */

import type { HookName } from "./hook.ts";
import type { SshLogLevel } from "./ssh.ts";
import type { Builder } from "./resolve_builder.ts";
import type { ErrorPage, Proxy } from "./resolve_proxy.ts";
import type { ProxyRun } from "./proxy_run.ts";
import type { RoleTraefik, Traefik } from "./traefik.ts";
import type { Accessory } from "./resolve_accessories.ts";
import type { SecretReference } from "../command.ts";

/** A whole deployment for one destination, ready to be planned. */
export interface Config {
  /** Unique name of the app on its hosts. */
  readonly service: string;
  /** Destination, such as `staging`; `undefined` without one. */
  readonly destination: string | undefined;
  /** Image without registry and tag, such as `acme/shop`. */
  readonly image: string;
  /** Image with registry, without tag, such as `registry.acme.dev/acme/shop`. */
  readonly repository: string;
  /** Where the image is pushed to and pulled from. */
  readonly registry: Registry;
  /** All roles, the primary one first, the others by name. */
  readonly roles: readonly Role[];
  /** Name of the role that boots first; `undefined` where only accessories are deployed. */
  readonly primaryRole: string | undefined;
  /** Every host of roles and accessories, once; the primary host first. */
  readonly hosts: readonly Host[];
  /** Long-lived containers beside the app, by name. */
  readonly accessories: readonly Accessory[];
  /** How the image is built. */
  readonly builder: Builder;
  /** How kamal-proxy itself runs, where a role's hosts do not say otherwise. */
  readonly proxyRun: ProxyRun;
  /** How Traefik runs, where it has kamal-proxy's place. */
  readonly traefik: Traefik | undefined;
  /** In which groups hosts switch versions. */
  readonly boot: Boot;
  /** Command that runs once before anything boots; `undefined` for none. */
  readonly release: ReleasePhase | undefined;
  /** Who gets a canary; `undefined` where nothing is said of that. */
  readonly canary: Canary | undefined;
  /** How hosts are reached. */
  readonly ssh: Ssh;
  /** How connections are made. */
  readonly sshkit: Sshkit;
  /** Labels of every app container, beside Kamal's own. */
  readonly labels: Readonly<Record<string, string>>;
  /** Volumes of every app container, as `docker run --volume` takes them. */
  readonly volumes: readonly string[];
  /** The user's own names for commands: what each stands for, with its flags. */
  readonly aliases: Readonly<Record<string, string>>;
  /** Folder of hook executables, relative to the project. */
  readonly hooksPath: string;
  /** Hooks whose output is shown only where everything is. */
  readonly quietHooks: readonly HookName[];
  /** Path of the secrets file, relative to the project. */
  readonly secretsPath: string;
  /** Old containers kept for rollback, per role. */
  readonly retainContainers: number;
  /** Error pages that kamal-proxy shows, by name; empty for its own. */
  readonly errorPages: readonly ErrorPage[];
  /** What a deploy does with containers of roles and accessories that left the configuration. */
  readonly orphans: "stop" | "report";
  /** Seconds a container without a proxy must run before it counts as ready. */
  readonly readinessDelay: number;
  /** Seconds until a container that is not healthy has failed. */
  readonly deployTimeout: number;
  /** Seconds that requests in flight have to end. */
  readonly drainTimeout: number;
  /** Every secret named anywhere, sorted. */
  readonly secretNames: readonly string[];
}

/** One machine reached by SSH. */
export interface Host {
  /** Unique name: the address, with its port where that is not the usual one. */
  readonly name: string;
  /** Address or DNS name. */
  readonly address: string;
  /** Port of its SSH server. */
  readonly port: number;
  /** Login name. */
  readonly user: string;
  /** Key files; empty for the usual ones. */
  readonly keys: readonly string[];
  /** Hosts to go through, the nearest first; `undefined` where nothing is said of that, so that SSH's files may. */
  readonly jumps: readonly Jump[] | undefined;
  /** Command whose standard input and output are the connection; `undefined` for none. */
  readonly proxyCommand: string | undefined;
  /** Tags that select environment variables. */
  readonly tags: readonly string[];
}

/** An SSH server on the way to a host. */
export interface Jump {
  /** Address or DNS name. */
  readonly address: string;
  /** Port of its SSH server. */
  readonly port: number;
  /** Login name. */
  readonly user: string;
}

/** An image registry and how to log in. */
export interface Registry {
  /** Address, such as `ghcr.io`; `undefined` for Docker Hub. */
  readonly server: string | undefined;
  /** Login name; `undefined` where no login is needed. */
  readonly username: string | SecretReference | undefined;
  /** Password or token, by its secret's name. */
  readonly password: SecretReference | undefined;
}

/** Hosts that run the same container with the same command. */
export interface Role {
  /** Name of the role. */
  readonly name: string;
  /** Whether it boots first and opens the barrier for the others. */
  readonly isPrimary: boolean;
  /** Names of its hosts, in order. */
  readonly hosts: readonly string[];
  /** Containers on each of its hosts, by host name; at least one. */
  readonly replicas: Readonly<Record<string, number>>;
  /** Container prefix and proxy service name: service, role and destination. */
  readonly containerPrefix: string;
  /** Command in place of the image's own. */
  readonly cmd: string | undefined;
  /** Environment on each of its hosts, by host name, tags merged in. */
  readonly env: Readonly<Record<string, Env>>;
  /** Traffic from kamal-proxy; `undefined` for a role without. */
  readonly proxy: Proxy | undefined;
  /** Traffic from Traefik; `undefined` for a role without, and where kamal-proxy serves. */
  readonly traefik: RoleTraefik | undefined;
  /** How kamal-proxy itself runs on its hosts. */
  readonly proxyRun: ProxyRun;
  /** Folders of assets that its versions share; empty for a role without a proxy. */
  readonly assets: readonly AssetPath[];
  /** Labels of its containers. */
  readonly labels: Readonly<Record<string, string>>;
  /** Further `docker run` options. */
  readonly options: RunOptions;
  /** Log driver and its options. */
  readonly logging: Logging;
  /** Restart policy. */
  readonly restart: string;
  /** Seconds between TERM and KILL; `undefined` for Docker's own 10. */
  readonly stopTimeout: number | undefined;
}

/** `docker run` options by name without dashes; `true` is a bare flag, a list repeats it. */
export type RunOptions = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** A folder of assets in the image. */
export interface AssetPath {
  /** Path in the image and in the container. */
  readonly path: string;
  /** Mount options, such as `ro`. */
  readonly options: string | undefined;
}

/** Environment of a container. */
export interface Env {
  /** Values that may be seen. */
  readonly clear: Readonly<Record<string, string>>;
  /** Values that may not: name in the container to name of the secret. */
  readonly secret: Readonly<Record<string, string>>;
}

/** Docker's log driver. */
export interface Logging {
  /** Name of the driver; `undefined` for Docker's own default. */
  readonly driver: string | undefined;
  /** Options of the driver. */
  readonly options: Readonly<Record<string, string>>;
}

/** How hosts switch, group by group. */
export interface Boot {
  /** Hosts per group: a number, or a percentage such as `25%`; `undefined` for all at once. */
  readonly limit: number | string | undefined;
  /** Seconds between groups. */
  readonly wait: number;
  /** Whether the roles of a host boot side by side once the primary one is healthy. */
  readonly parallelRoles: boolean;
  /** What goes back to the old version when a group fails: all, that group only, or nothing. */
  readonly onFailure: "rollback" | "rollback-group" | "halt";
}

/** A command that runs once, in the new image, before anything boots. */
export interface ReleasePhase {
  /** Command line. */
  readonly cmd: string;
  /** Seconds until it has failed. */
  readonly timeout: number;
  /** Seconds that requests wait at most while it runs; `undefined` where they do not. */
  readonly pause: number | undefined;
}

/** Who gets a canary, by the value of the cookie `kamal-rollout`. */
export interface Canary {
  /** How many of its values, in percent. */
  readonly percent: number;
  /** Values that get it in any case. */
  readonly allow: readonly string[];
}

/** How hosts are reached. */
export interface Ssh {
  /** Login name where a host names none. */
  readonly user: string;
  /** Port where a host names none. */
  readonly port: number;
  /** Key files; empty for the usual ones. */
  readonly keys: readonly string[];
  /** Secrets that hold private keys, by name. */
  readonly keyData: readonly string[];
  /** Whether only `keys` and `keyData` are tried, not the agent's. */
  readonly keysOnly: boolean;
  /** Jump hosts where a host names none; `undefined` where nothing is said of them. */
  readonly jumps: readonly Jump[] | undefined;
  /** Command that connects where there is no jump host; `undefined` for none. */
  readonly proxyCommand: string | undefined;
  /** Whether hosts may ask the ssh-agent of this machine. */
  readonly forwardAgent: boolean;
  /** Files of SSH that say what is not said here. */
  readonly config: readonly string[];
  /** What happens with a host key that was never seen. */
  readonly hostKeys: "accept-new" | "strict";
  /** How much is told of logins. */
  readonly logLevel: SshLogLevel;
  /** Seconds until a host counts as unreachable. */
  readonly connectTimeout: number;
}

/** How connections are made. */
export interface Sshkit {
  /** How many hosts are logged in to at the same time. */
  readonly maxConcurrentStarts: number;
  /** How often looking a name up is tried again. */
  readonly dnsRetries: number;
}

/** Service and destination together, as they stand in paths and labels on the hosts. */
export function serviceWithDestination(config: Pick<Config, "service" | "destination">): string {
  return [config.service, config.destination].filter((part) => part).join("-");
}

/** Looks a host up by its name. */
export function hostOf(config: Config, name: string): Host {
  const host = config.hosts.find((host) => host.name === name);
  if (!host) throw new RangeError(`No host is named "${name}"`);
  return host;
}

/** The roles of one host, the primary one first. */
export function rolesOn(config: Config, host: string): readonly Role[] {
  return config.roles.filter((role) => role.hosts.includes(host));
}

/** How kamal-proxy runs on one host. */
export function proxyRunOn(config: Config, host: string): ProxyRun {
  return rolesOn(config, host).find(({ proxy }) => proxy !== undefined)?.proxyRun ??
    config.proxyRun;
}

/** The accessories of one host. */
export function accessoriesOn(config: Config, host: string): readonly Accessory[] {
  return config.accessories.filter((accessory) => accessory.hosts.includes(host));
}
