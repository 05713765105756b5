/**
 * A simulated host's answer to a probe, in the lines of the real one.
 *
 * @module
 */

import type { ProbeScope } from "../observe/probe.ts";
import { routeOfFlags } from "../observe/route_flags.ts";
import { DOCKER_STOPPED } from "./docker.ts";
import {
  healthOf,
  sha256,
  type SimulatedContainer,
  type SimulatedRoute,
  statusOf,
} from "./facts.ts";
import type { SimulatedHost } from "./host.ts";
import { PROXY_CONTAINER } from "./proxy_container.ts";

/** What the probe's script would print on a host. */
export function renderProbe(host: SimulatedHost, scope: ProbeScope): string {
  const { service } = scope;
  const files = fileLines(host, service);
  const routes = routeTexts(host);
  return [
    ...dockerLines(host),
    ...files,
    ...portLines(host),
    ...routes.length === 0 ? [] : [`~p [${routes.join(",")}]`],
    ...ownLines(host, scope),
    `~m /dev/vda1 104857600 0 ${host.freeKiB} 0% /`,
    `~h ${hashOf([...listLines(host, scope), ...ourRoutes(routes, service), ...files])}`,
    "",
  ].join("\n");
}

/** The time of a simulated second, ISO 8601. */
export function timeOf(seconds: number): string {
  return new Date(EPOCH + Math.round(seconds * 1000)).toISOString();
}

const EPOCH = Date.UTC(2026, 0, 1);

function hashOf(lines: readonly string[]): string {
  return sha256(lines.map((line) => `${line}\n`).join(""));
}

function dockerLines(host: SimulatedHost): readonly string[] {
  if (host.docker === "missing") return ["~e docker missing"];
  if (host.docker === "stopped") return [`~e docker stopped: ${DOCKER_STOPPED}`];
  const images = [...host.images].map(([name, { id, digest }]) =>
    `~i ${JSON.stringify({ name, id, digest: digest ?? "<none>" })}`
  );
  return [
    `d ${JSON.stringify({ version: "28.2.2", architecture: host.architecture })}`,
    ...[...host.containers.values()].flatMap((one) => containerLines(one, host)),
    ...images,
  ];
}

function containerLines(
  container: SimulatedContainer,
  { clock }: SimulatedHost,
): readonly string[] {
  const { name, startedAt } = container;
  const bindings = Object.entries(container.ports).map(([port, hostPorts]) =>
    [port, hostPorts.map((HostPort) => ({ HostIp: "", HostPort }))] as const
  );
  const facts = {
    name: `/${name}`,
    id: container.id,
    image: container.image,
    imageId: container.imageId,
    running: container.state === "started",
    labels: container.labels,
    ports: Object.fromEntries(bindings),
    networks: [container.network, ...container.joined, null],
  };
  const status = {
    name: `/${name}`,
    status: statusOf(container, clock.now),
    health: healthOf(container, clock.now) ?? null,
    exitCode: container.exitCode,
    startedAt: container.state === "created" ? "0001-01-01T00:00:00Z" : timeOf(startedAt),
  };
  return [
    `~c ${JSON.stringify(facts)}`,
    `~s ${JSON.stringify(status)}`,
    ...name === PROXY_CONTAINER ? [`~v ${ROUTES_FILE}`] : [],
  ];
}

const ROUTES_FILE = "/var/lib/docker/volumes/kamal-proxy-config/_data/kamal-proxy.state";

/** The deployment's containers and the proxy, as far as plans rest on them: who they are, and whether they run. */
function listLines(
  { docker, containers }: SimulatedHost,
  { labels }: ProbeScope,
): readonly string[] {
  if (docker !== "running") return [];
  return [...containers.values()]
    .filter((one) => labels.includes(one.labels["service"] ?? "") || one.name === PROXY_CONTAINER)
    .map(({ id, name, state }) => `${id} ${name} ${state === "started" ? "up" : "down"}`)
    .toSorted();
}

/** The services in the proxy's state file, a text each; it is asked only where the proxy has a container. */
function routeTexts({ docker, containers, routes }: SimulatedHost): readonly string[] {
  if (docker !== "running" || !containers.has(PROXY_CONTAINER)) return [];
  return [...routes.values()].map(routeText);
}

function routeText(route: SimulatedRoute): string {
  return JSON.stringify({
    name: route.service,
    ...routeOfFlags([
      ...route.hosts.map((host) => `--host=${host}`),
      ...route.pathPrefixes.map((prefix) => `--path-prefix=${prefix}`),
      `--tls=${route.tls}`,
      ...route.flags ?? [],
    ]),
    active_targets: route.targets.filter((target) => route.readers?.includes(target) !== true),
    active_readers: route.readers ?? [],
    rollout_targets: route.rollout?.targets ?? null,
    rollout_controller: route.rollout === undefined
      ? null
      : { percentage: route.rollout.percent, allowlist: route.rollout.allow },
    pause_controller: { state: route.isStopped ? 2 : route.isPaused ? 1 : 0 },
  });
}

function ourRoutes(routes: readonly string[], service: string): readonly string[] {
  return routes.filter((text) => text.startsWith(`{"name":"${service}-`)).toSorted();
}

function fileLines({ files }: SimulatedHost, service: string): readonly string[] {
  const folders = [`.kamal/apps/${service}/`, `.kamal/proxy/apps-config/${service}/`];
  return [...files.entries()].filter(([path]) =>
    folders.some((folder) => path.startsWith(folder)) && !/\/(assets|sextant)\//.test(path)
  ).toSorted(([a], [b]) => a < b ? -1 : 1).map(([path, file]) => `f ${file.sha256}  ${path}`);
}

/** Who listens; it is asked only where the proxy has no container. */
function portLines({ docker, containers, listening }: SimulatedHost): readonly string[] {
  if (docker !== "running" || containers.has(PROXY_CONTAINER)) return [];
  const published = [...containers.values()].filter(({ state }) => state === "started")
    .flatMap(({ ports }) => Object.values(ports).flat())
    .map((port) => [port, "docker-proxy"] as const);
  return [...published, ...listening].map(([port, process]) =>
    `~t LISTEN 0 4096 0.0.0.0:${port} 0.0.0.0:* users:(("${process}",pid=1,fd=4))`
  );
}

function ownLines(
  host: SimulatedHost,
  { service, isDetailed = false }: ProbeScope,
): readonly string[] {
  const lock = `.kamal/lock-${service}`;
  const folder = `.kamal/apps/${service}/sextant`;
  const details = (host.read(`${lock}/details`) ?? "").replaceAll("\n", "");
  const salt = host.read(`${folder}/salt`);
  const releases = (host.read(`${folder}/releases`) ?? "").split("\n").filter((line) =>
    line !== ""
  );
  return [
    ...host.directories.has(lock) ? [`~l ${lock} ${details}`] : [],
    ...salt === undefined ? [] : [`~k ${salt.trimEnd()}`],
    ...releases.slice(-50).map((line) =>
      `~r ${isDetailed ? line : line.replace(/,"roles":.*$/, "}")}`
    ),
    ...isDetailed ? ["~D yes"] : [],
  ];
}
