/**
 * A simulated host's answer to a probe, in the lines of the real one.
 *
 * @module
 */

import type { ProbeScope } from "../observe/probe.ts";
import { DOCKER_STOPPED } from "./docker.ts";
import {
  healthOf,
  sha256,
  type SimulatedContainer,
  type SimulatedRoute,
  statusOf,
} from "./facts.ts";
import type { SimulatedHost } from "./host.ts";
import { PROXY_CONTAINER } from "./proxy.ts";

/** What the probe's script would print on a host. */
export function renderProbe(host: SimulatedHost, scope: ProbeScope): string {
  const { service } = scope;
  const lines = [...dockerLines(host, scope), ...fileLines(host, service)];
  const hashed = lines.filter((line) => !line.startsWith("~"));
  return [
    ...lines,
    ...portLines(host),
    ...ownLines(host, service),
    `~m /dev/vda1 104857600 0 ${host.freeKiB} 0% /`,
    `~h ${sha256(hashed.map((line) => `${line}\n`).join(""))}`,
    "",
  ].join("\n");
}

/** The time of a simulated second, ISO 8601. */
export function timeOf(seconds: number): string {
  return new Date(EPOCH + Math.round(seconds * 1000)).toISOString();
}

const EPOCH = Date.UTC(2026, 0, 1);

function dockerLines(host: SimulatedHost, { service, labels }: ProbeScope): readonly string[] {
  if (host.docker === "missing") return ["~e docker missing"];
  if (host.docker === "stopped") return [`~e docker stopped: ${DOCKER_STOPPED}`];
  const images = [...host.images].map(([name, { id, digest }]) =>
    `~i ${JSON.stringify({ name, id, digest: digest ?? "<none>" })}`
  );
  const networks = ["bridge", ...host.networks].toSorted()
    .map((name) => `${name === "kamal" ? "n" : "~n"} ${name}`);
  return [
    `d ${JSON.stringify({ version: "28.2.2", architecture: host.architecture })}`,
    ...[...host.containers.values()].flatMap((one) => containerLines(one, host, labels)).toSorted(),
    ...images.toSorted(),
    ...networks,
    ...routeLines([...host.routes.values()], service),
  ];
}

function containerLines(
  container: SimulatedContainer,
  { clock }: SimulatedHost,
  ours: readonly string[],
): readonly string[] {
  const { labels, name, startedAt } = container;
  const isOurs = ours.includes(labels["service"] ?? "") || name === PROXY_CONTAINER;
  const bindings = Object.entries(container.ports).map(([port, hostPorts]) =>
    [port, hostPorts.map((HostPort) => ({ HostIp: "", HostPort }))] as const
  );
  const facts = {
    name: `/${name}`,
    id: container.id,
    image: container.image,
    imageId: container.imageId,
    running: container.state === "started",
    labels: Object.fromEntries(Object.entries(labels).toSorted(([a], [b]) => a < b ? -1 : 1)),
    ports: Object.fromEntries(bindings),
  };
  const status = {
    name: `/${name}`,
    status: statusOf(container, clock.now),
    health: healthOf(container, clock.now) ?? null,
    exitCode: container.exitCode,
    startedAt: container.state === "created" ? "0001-01-01T00:00:00Z" : timeOf(startedAt),
  };
  return [`${isOurs ? "c" : "~c"} ${JSON.stringify(facts)}`, `~s ${JSON.stringify(status)}`];
}

function routeLines(routes: readonly SimulatedRoute[], service: string): readonly string[] {
  if (routes.length === 0) return [];
  const services = routes.map((route) =>
    JSON.stringify({
      name: route.service,
      options: {
        // kamal-proxy keeps "all" as an empty name and the root path.
        hosts: route.hosts.length === 0 ? [""] : route.hosts,
        path_prefixes: route.pathPrefixes.length === 0 ? ["/"] : route.pathPrefixes,
        tls_enabled: route.tls,
      },
      active_targets: [route.target],
    })
  );
  const ours = services.filter((text) => text.startsWith(`{"name":"${service}-`));
  return [`~p [${services.join(",")}]`, ...ours.toSorted().map((text) => `p ${text}`)];
}

function fileLines({ files }: SimulatedHost, service: string): readonly string[] {
  const folders = [`.kamal/apps/${service}/`, `.kamal/proxy/apps-config/${service}/`];
  return [...files.entries()].filter(([path]) =>
    folders.some((folder) => path.startsWith(folder)) && !/\/(assets|sextant)\//.test(path)
  ).toSorted(([a], [b]) => a < b ? -1 : 1).map(([path, file]) => `f ${file.sha256}  ${path}`);
}

function portLines({ containers, listening }: SimulatedHost): readonly string[] {
  const published = [...containers.values()].filter(({ state }) => state === "started")
    .flatMap(({ ports }) => Object.values(ports).flat())
    .map((port) => [port, "docker-proxy"] as const);
  return [...published, ...listening].map(([port, process]) =>
    `~t LISTEN 0 4096 0.0.0.0:${port} 0.0.0.0:* users:(("${process}",pid=1,fd=4))`
  );
}

function ownLines(host: SimulatedHost, service: string): readonly string[] {
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
    ...releases.slice(-50).map((line) => `~r ${line}`),
  ];
}
