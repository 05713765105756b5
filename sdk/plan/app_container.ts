/**
 * The container that a role should have on a host.
 *
 * @module
 */

import { type Config, hostOf, type Role } from "../config/config.ts";
import type { Proxy } from "../config/resolve_proxy.ts";
import { type ContainerState, type RouteState, shortId } from "../observe/host_state.ts";
import type { RunContainer } from "../operations/container.ts";
import type { WriteEnv } from "../operations/file.ts";
import type { AwaitHealthy } from "../operations/health.ts";
import type {
  PreviousRoute,
  ProxyTarget,
  RoutedContainer,
  RouteTraffic,
} from "../operations/proxy.ts";
import { assetVolumes } from "./assets.ts";
import { errorPagesFlag, type ProxyFiles, proxyFiles, tlsFlags } from "./proxy_files.ts";
import { type RoleOnHost, versionOf } from "./current.ts";
import { CANARY_LABEL, CONFIG_LABEL, digest, ENV_LABEL, REPLICA_LABEL } from "./digest.ts";
import type { PlanInput } from "./input.ts";
import {
  canaryName,
  candidateName,
  containerName,
  envScript,
  idFile,
  imageName,
  ownFolder,
  replicaOf,
  roleEnvFile,
} from "./names.ts";

/** The runs of all replicas of a role on a host. */
export function runReplicas(input: PlanInput, role: Role, host: string): readonly RunContainer[] {
  return Array.from(
    { length: role.replicas[host] ?? 1 },
    (_, index) => runRole(input, role, host, index + 1),
  );
}

/** The run of a replica of a role on a host. */
export function runRole(input: PlanInput, role: Role, host: string, replica = 1): RunContainer {
  const { config, version, run } = input;
  const name = containerName(role, version, replica);
  const { address } = hostOf(config, host);
  const env = role.env[host] ?? { clear: {}, secret: {} };
  const fixed = {
    image: imageName(config, version),
    network: "kamal",
    restart: role.restart,
    env: {
      KAMAL_CONTAINER_NAME: name,
      KAMAL_VERSION: version,
      KAMAL_HOST: address,
      ...config.destination === undefined ? {} : { KAMAL_DESTINATION: config.destination },
      ...env.clear,
      ...isReader(role, name) ? role.proxy?.readers?.env : {},
    },
    logDriver: role.logging.driver,
    logOptions: role.logging.options,
    publish: [],
    volumes: [...config.volumes, ...assetVolumes(config, role, version)],
    options: role.options,
    cmd: role.cmd,
  };
  const labels = {
    service: config.service,
    role: role.name,
    destination: config.destination ?? "",
    ...config.labels,
    ...role.labels,
    ...replica === 1 ? {} : { [REPLICA_LABEL]: String(replica) },
  };
  return {
    kind: "run-container",
    name,
    role: role.name,
    ...fixed,
    hostname: `${address.slice(0, 51).replace(/\.$/, "")}-${hostnameEnd(run.suffix, replica)}`,
    envFile: roleEnvFile(config, role.name),
    envScript: envScript(config, "roles", role.name),
    labels: {
      ...labels,
      [CONFIG_LABEL]: digest({ ...fixed, labels, secret: env.secret }),
      ...envLabel(input, env.secret),
    },
    idFile: idFile(config, name),
    stopTimeout: role.stopTimeout,
  };
}

/** A container's run as a canary's: what it is given is as it will be once it is promoted, but for its name. */
export function asCanary(
  { config, version }: PlanInput,
  role: Role,
  run: RunContainer,
): RunContainer {
  const name = canaryName(role, version, replicaOf(run.name));
  return {
    ...run,
    name,
    idFile: idFile(config, name),
    labels: { ...run.labels, [CANARY_LABEL]: "true" },
  };
}

/** Twelve characters that tell a container's host name from those of others. */
function hostnameEnd(suffix: string, replica: number): string {
  const end = replica === 1 ? "" : `-${replica}`;
  return suffix.slice(0, 12 - end.length) + end;
}

/** The label with the digest of secrets; none where they were not resolved. */
export function envLabel(
  input: PlanInput,
  secrets: Readonly<Record<string, string>>,
): Record<string, string> {
  const { secretDigests } = input;
  if (secretDigests === undefined) return {};
  return {
    [ENV_LABEL]: digest(
      Object.entries(secrets).map(([name, key]) => [name, secretDigests.get(key)]),
    ),
  };
}

/** What a container differs in from the one of its name that should run; empty where it is the same. */
export function differences(container: ContainerState, wanted: RunContainer): readonly string[] {
  const found: string[] = [];
  if (container.labels[CONFIG_LABEL] === undefined) found.push("unknown configuration");
  else if (container.labels[CONFIG_LABEL] !== wanted.labels[CONFIG_LABEL]) {
    found.push("configuration");
  }
  const env = wanted.labels[ENV_LABEL];
  if (
    env !== undefined && container.labels[ENV_LABEL] !== undefined &&
    container.labels[ENV_LABEL] !== env
  ) {
    found.push("secrets");
  }
  return found;
}

/** The files with a role's secrets. */
export function writeRoleEnv(
  config: Config,
  role: Role,
  host: string,
  because: string | undefined,
): WriteEnv {
  return {
    kind: "write-env",
    role: role.name,
    envFile: roleEnvFile(config, role.name),
    envScript: envScript(config, "roles", role.name),
    secrets: role.env[host]?.secret ?? {},
    because,
  };
}

/** The wait for a role's container; `previous` is the id of the one that serves until now. */
export function awaitRole(
  config: Config,
  role: Role,
  name: string,
  target: ProxyTarget,
  previous?: string,
): AwaitHealthy {
  return {
    kind: "await-healthy",
    name,
    role: role.name,
    target,
    folder: ownFolder(config),
    timeout: config.deployTimeout,
    previous,
    readiness: role.proxy === undefined
      ? { by: "container", readinessDelay: config.readinessDelay }
      : {
        by: "proxy",
        candidate: candidateName(role, replicaOf(name)),
        port: role.proxy.appPort,
        path: role.proxy.healthcheck.path,
        checkTimeout: role.proxy.healthcheck.timeout,
        checkPort: role.proxy.healthcheck.port,
        checkHost: role.proxy.healthcheck.host,
        host: role.proxy.healthcheck.host ?? role.proxy.hosts[0],
      },
  };
}

/** The route of a role to its containers. */
export function routeTo(
  input: PlanInput,
  host: string,
  role: Role,
  proxy: Proxy,
  to: Pick<RouteTraffic, "targets" | "version" | "previous" | "forgetsCanary" | "takesOver">,
): RouteTraffic {
  return {
    kind: "route-traffic",
    service: role.containerPrefix,
    candidates: to.targets.map(({ container }) => candidateName(role, replicaOf(container))),
    port: proxy.appPort,
    flags: routeFlags(input, host, role, proxy),
    hosts: proxy.hosts,
    ...to,
    targets: withWriters(to.targets),
  };
}

/** Where nothing but readers is left, they get all requests: kamal-proxy takes no route without a writer. */
function withWriters(targets: readonly RoutedContainer[]): readonly RoutedContainer[] {
  if (!targets.every(({ isReader }) => isReader === true)) return targets;
  return targets.map(({ isReader: _, ...writer }) => writer);
}

/** A role's container as one that gets traffic: all of it, or what only reads. */
export function routed(role: Role, container: string, target: ProxyTarget): RoutedContainer {
  return { container, target, ...isReader(role, container) ? { isReader: true } : {} };
}

/** Whether a role's container gets the requests that only read. */
export function isReader({ proxy }: Role, container: string): boolean {
  return proxy?.readers !== undefined && replicaOf(container) > proxy.readers.writers;
}

/** A container as one of a route that stands: with all of its traffic, or with what only reads. */
export function asRouted({ readers }: RouteState, container: RoutedContainer): RoutedContainer {
  const { target } = container;
  const isReading = "id" in target &&
    readers.some((reader) => reader.startsWith(shortId(target.id)));
  return isReading ? { ...container, isReader: true } : container;
}

/** How a role's route stands, where it leads to containers; what undoes its change sets it so again. */
export function previousRoute(
  config: Config,
  role: Role,
  { serving, route }: RoleOnHost,
  targets: readonly RoutedContainer[],
): PreviousRoute | undefined {
  if (route === undefined || serving[0] === undefined) return undefined;
  const port = Number(route.targets[0]?.split(":").at(-1) ?? role.proxy?.appPort);
  return {
    targets: targets.map((one) => asRouted(route, one)),
    version: versionOf(role, serving[0]),
    port,
    flags: [...route.flags, ...timeoutFlags(config)],
    hosts: route.hosts,
  };
}

/** What `kamal-proxy deploy` is told of a role on a host besides the target. */
export function routeFlags(
  input: PlanInput,
  host: string,
  role: Role,
  proxy: Proxy,
): readonly string[] {
  return proxyFlags(input.config, proxy, proxyFiles(input, host, role));
}

/** What `kamal-proxy deploy` is told besides the target, in Kamal's order. */
export function proxyFlags(
  config: Config,
  proxy: Proxy,
  files: ProxyFiles = {},
): readonly string[] {
  return [
    ...proxy.hosts.map((host) => `--host=${host}`),
    ...tlsFlags(proxy, files),
    ...optionalFlag("--canonical-host", proxy.canonicalHost),
    ...timeoutFlags(config),
    `--health-check-interval=${proxy.healthcheck.interval}s`,
    `--health-check-timeout=${proxy.healthcheck.timeout}s`,
    `--health-check-path=${proxy.healthcheck.path}`,
    ...optionalFlag("--health-check-host", proxy.healthcheck.host),
    ...optionalFlag("--health-check-port", proxy.healthcheck.port),
    ...proxy.responseTimeout === undefined ? [] : [`--target-timeout=${proxy.responseTimeout}s`],
    `--buffer-requests=${proxy.buffering.requests}`,
    `--buffer-responses=${proxy.buffering.responses}`,
    ...optionalFlag("--buffer-memory", proxy.buffering.memory),
    ...optionalFlag("--max-request-body", proxy.buffering.maxRequestBody),
    ...optionalFlag("--max-response-body", proxy.buffering.maxResponseBody),
    ...readerFlags(proxy),
    ...proxy.pathPrefixes.map((prefix) => `--path-prefix=${prefix}`),
    ...optionalFlag("--strip-path-prefix", proxy.stripPathPrefix),
    ...optionalFlag("--forward-headers", proxy.forwardHeaders),
    ...optionalFlag("--tls-redirect", proxy.sslRedirect),
    ...proxy.logging.requestHeaders.map((header) => `--log-request-header=${header}`),
    ...proxy.logging.responseHeaders.map((header) => `--log-response-header=${header}`),
    ...errorPagesFlag(files),
  ];
}

function readerFlags({ readers }: Proxy): readonly string[] {
  if (readers === undefined) return [];
  return [
    `--writer-affinity-timeout=${readers.writerAffinity}s`,
    `--read-target-websockets=${readers.websockets}`,
  ];
}

/** What belongs to one deploy alone: kamal-proxy does not remember it. */
export function timeoutFlags({ deployTimeout, drainTimeout }: Config): readonly string[] {
  return [`--deploy-timeout=${deployTimeout}s`, `--drain-timeout=${drainTimeout}s`];
}

function optionalFlag(
  flag: string,
  value: number | string | boolean | undefined,
): readonly string[] {
  return value === undefined ? [] : [`${flag}=${value}`];
}
