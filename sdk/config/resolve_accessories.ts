/**
 * Resolves accessories: places looked up, mounts and defaults filled.
 *
 * @module
 */

import type { AccessoryFields } from "./accessory.ts";
import { resolveDirectories, resolveFiles } from "./accessory_mounts.ts";
import { didYouMean } from "./closest.ts";
import type { Env, Host, Logging, Registry, Role, RunOptions } from "./config.ts";
import { resolveEnv } from "./env.ts";
import { isImageReference } from "./image_name.ts";
import { resolveLogging } from "./logging.ts";
import type { ConfigPath } from "./problems.ts";
import { isPublishedPort, isSamePort } from "./published_port.ts";
import { resolveRegistry } from "./registry.ts";
import type { ResolveContext } from "./resolve_roles.ts";
import { resolveRunOptions } from "./run_options.ts";
import { isName, NAME_RULE } from "./service.ts";
import { resolveTextMap } from "./text_map.ts";

/** A supporting container that outlives deploys. */
export interface Accessory {
  /** Name in the configuration. */
  readonly name: string;
  /** Name of its container, its label and its folder on the host. */
  readonly service: string;
  /** Image with registry and tag. */
  readonly image: string;
  /** Registry to log in to for its image; `undefined` for the app's. */
  readonly registry: Registry | undefined;
  /** Names of its hosts. */
  readonly hosts: readonly string[];
  /** Command in place of the image's own. */
  readonly cmd: string | undefined;
  /** Port to publish, as `docker run --publish` takes it. */
  readonly publish: string | undefined;
  /** Environment. */
  readonly env: Env;
  /** Files that are uploaded and mounted. */
  readonly files: readonly AccessoryFile[];
  /** Folders that are made and mounted. */
  readonly directories: readonly AccessoryDirectory[];
  /** Volumes, as `docker run --volume` takes them. */
  readonly volumes: readonly string[];
  /** Docker network. */
  readonly network: string;
  /** Labels. */
  readonly labels: Readonly<Record<string, string>>;
  /** Further `docker run` options. */
  readonly options: RunOptions;
  /** Log driver and its options. */
  readonly logging: Logging;
  /** Restart policy. */
  readonly restart: string;
}

/** A file of the project that an accessory mounts. */
export interface AccessoryFile {
  /** Path in the project. */
  readonly local: string;
  /** Path on the host, relative to the login's home. */
  readonly hostPath: string;
  /** Path in the container. */
  readonly containerPath: string;
  /** Octal mode, such as `755`. */
  readonly mode: string;
  /** Owner, such as `1000:1000`; `undefined` leaves it to the login. */
  readonly owner: string | undefined;
  /** Mount options, such as `ro`. */
  readonly mountOptions: string | undefined;
  /** SHA-256 of the content, in hex. */
  readonly sha256: string;
}

/** A folder on the host that an accessory mounts. */
export interface AccessoryDirectory {
  /** Path on the host; relative to the login's home unless it begins with a slash. */
  readonly hostPath: string;
  /** Path in the container. */
  readonly containerPath: string;
  /** Octal mode; `undefined` leaves it as it is. */
  readonly mode: string | undefined;
  /** Owner; `undefined` leaves it as it is. */
  readonly owner: string | undefined;
  /** Mount options, such as `ro`. */
  readonly mountOptions: string | undefined;
}

/** Resolves all accessories, by name. */
export function resolveAccessories(
  context: ResolveContext,
  roles: readonly Role[],
  digests: Readonly<Record<string, string>>,
): readonly Accessory[] {
  // Only hosts of roles have tags that count, so they are read before accessories add theirs.
  const roleHosts = context.hosts.hosts();
  const accessories = Object.entries(context.spec.accessories ?? {})
    .toSorted(([a], [b]) => a < b ? -1 : 1)
    .map(([name, input]) => {
      const hosts = hostsOf(name, input, context, roles, roleHosts);
      return resolveAccessory(name, input, hosts, context, digests);
    });
  checkServices(accessories, context);
  checkPorts(accessories, context);
  return accessories;
}

function resolveAccessory(
  name: string,
  input: AccessoryFields,
  hosts: readonly string[],
  context: ResolveContext,
  digests: Readonly<Record<string, string>>,
): Accessory {
  const { report, spec } = context;
  const path = ["accessories", name];
  const service = input.service ?? `${context.service}-${name}`;
  const registry = input.registry === undefined
    ? undefined
    : resolveRegistry(input.registry, report, [...path, "registry"]);
  checkTexts(input, path, context);
  if (!isName(name)) report(path, NAME_RULE);
  else if (!isName(service)) report([...path, "service"], NAME_RULE);
  return {
    name,
    service,
    image: [registry?.server, input.image].filter((part) => part !== undefined).join("/"),
    registry,
    hosts,
    cmd: input.cmd,
    publish: publishOf(input.port),
    env: resolveEnv(input.env),
    files: resolveFiles(input.files, service, digests, [...path, "files"], report),
    directories: resolveDirectories(input.directories, service, [...path, "directories"], report),
    volumes: input.volumes ?? [],
    network: input.network ?? "kamal",
    labels: resolveTextMap(input.labels),
    ...resolveRunOptions(input.options, [...path, "options"], report),
    logging: resolveLogging(spec.logging),
  };
}

/** Texts that Docker would refuse, long after the deploy began. */
function checkTexts(
  { image, port, network }: AccessoryFields,
  path: ConfigPath,
  { report }: ResolveContext,
): void {
  if (!isImageReference(image)) {
    report([...path, "image"], 'should be an image with its tag, such as "postgres:17"');
  }
  if (port !== undefined && !isPublishedPort(String(port))) {
    report(
      [...path, "port"],
      'should be a port such as 5432, "8080:80" or "127.0.0.1:5432:5432"',
    );
  }
  if (network !== undefined && !/^\w[\w.:-]*$/.test(network)) {
    report([...path, "network"], 'should be the name of a network, such as "kamal"');
  }
}

function publishOf(port: string | number | undefined): string | undefined {
  if (port === undefined) return undefined;
  return String(port).includes(":") ? String(port) : `${port}:${port}`;
}

function hostsOf(
  name: string,
  input: AccessoryFields,
  context: ResolveContext,
  roles: readonly Role[],
  roleHosts: readonly Host[],
): readonly string[] {
  const { report } = context;
  const path = ["accessories", name];
  const places = PLACE_KEYS.filter((key) => input[key] !== undefined);
  if (places.length !== 1) {
    const found = places.length === 0 ? "none" : places.join(" and ");
    report(path, `should have one of role, roles, host, hosts, tag and tags, has ${found}`);
    return [];
  }
  const own = input.host ? [input.host] : input.hosts ?? [];
  const names = [
    ...own.map((host, index) => {
      const at = input.host ? [...path, "host"] : [...path, "hosts", index];
      if (host.replicas !== undefined) report([...at, "replicas"], "belongs to hosts of roles");
      return context.hosts.add(host, at);
    }),
    ...rolesOf(input).flatMap((role, index) => {
      const at = input.role === undefined ? [...path, "roles", index] : [...path, "role"];
      return hostsOfRole(role, at, context, roles);
    }),
    ...roleHosts.filter((host) => tagsOf(input).some((tag) => host.tags.includes(tag)))
      .map((host) => host.name),
  ];
  const isEmpty = own.length + rolesOf(input).length === 0;
  if (isEmpty && names.length === 0) report([...path, places[0]!], "names no host");
  return [...new Set(names)].filter((host) => host !== undefined);
}

function hostsOfRole(
  name: string,
  path: ConfigPath,
  { report }: ResolveContext,
  roles: readonly Role[],
): readonly string[] {
  const role = roles.find((role) => role.name === name);
  if (!role) {
    const known = roles.map((role) => role.name);
    report(path, `unknown role "${name}"${didYouMean(name, known)}`);
  }
  return role?.hosts ?? [];
}

function rolesOf({ role, roles }: AccessoryFields): readonly string[] {
  return role === undefined ? roles ?? [] : [role];
}

function tagsOf({ tag, tags }: AccessoryFields): readonly string[] {
  return tag === undefined ? tags ?? [] : [tag];
}

/** Two containers of one name, or of one label, would take each other's place. */
function checkServices(accessories: readonly Accessory[], context: ResolveContext): void {
  const { report } = context;
  const taken = new Map([[context.service, "the app"], ["kamal-proxy", "the proxy"]]);
  for (const [index, { name, service, hosts }] of accessories.entries()) {
    const other = accessories.slice(0, index).find((before) =>
      before.service === service && before.hosts.some((host) => hosts.includes(host))
    );
    const owner = other ? `"${other.name}"` : taken.get(service);
    if (owner) {
      report(["accessories", name], `is called ${service} on its hosts, as ${owner} is`);
    }
  }
}

/** Docker would refuse the second one to publish a port, when the first one is up already. */
function checkPorts(accessories: readonly Accessory[], { report }: ResolveContext): void {
  for (const [index, { name, publish, hosts }] of accessories.entries()) {
    if (publish === undefined) continue;
    const other = accessories.slice(0, index).find((before) =>
      before.publish !== undefined && isSamePort(before.publish, publish) &&
      before.hosts.some((host) => hosts.includes(host))
    );
    if (other) {
      report(["accessories", name, "port"], `is published on its hosts by "${other.name}" already`);
    }
  }
}

const PLACE_KEYS = ["role", "roles", "host", "hosts", "tag", "tags"] as const;
