/**
 * Containers on a simulated host: run, start, stop, rename, remove.
 *
 * @module
 */

import type {
  RemoveContainer,
  RenameContainer,
  RunContainer,
  StartContainer,
} from "../operations/container.ts";
import type { Outcome } from "../operations/definition.ts";
import {
  DOCKER_STOP_TIMEOUT,
  KILLED_STATUS,
  slowFrom,
  type StopContainer,
} from "../operations/stop_container.ts";
import { hasCrashed, type SimulatedContainer } from "./facts.ts";
import { folderOf, type SimulatedHost } from "./host.ts";
import { pullTo } from "./image.ts";
import { byEngine, done, failed, type Model, refused } from "./model.ts";

/** How a container is run. */
export const runContainer: Model<RunContainer> = byEngine(0.3, (operation, host) => {
  const { name, image, network, envFile, envScript, idFile } = operation;
  host.files.delete(idFile);
  const missing = missingFile(operation, host);
  if (missing !== undefined) return missing;
  if (!host.images.has(image) && !pullTo(host, image)) {
    return failed(125, `docker: Error response from daemon: manifest for ${image} not found`);
  }
  if (host.containers.has(name)) {
    return failed(125, `docker: Error response from daemon: ${nameTaken(name, host)}`);
  }
  const app = host.appIn(image);
  const container = host.addContainer({
    name,
    image,
    network,
    labels: operation.labels,
    ports: portsOf(operation.publish),
    secrets: [envFile, envScript].flatMap((path) => path === undefined ? [] : namesIn(host, path)),
    app: { ...app, healthcheck: app.healthcheck || "health-cmd" in operation.options },
    cord: operation.volumes.some((volume) => host.files.has(`${volume.split(":")[0]}/cord`))
      ? "tied"
      : undefined,
  });
  host.write(idFile, container.id);
  return started(container, host, 125);
});

/** How a stopped container is started. */
export const startContainer: Model<StartContainer> = byEngine(0.2, ({ name }, host) => {
  const container = host.container(name);
  return container === undefined ? noSuch(name) : started(container, host, 1);
});

/** How a container is stopped; one that is not there is as good as stopped. */
export const stopContainer: Model<StopContainer> = {
  ...byEngine(0.1, (operation, host) => {
    if (operation.idFile !== undefined) host.files.delete(operation.idFile);
    const container = meant(operation, host);
    if (container === undefined) return done();
    const seconds = Math.floor(secondsToStop(operation, container, host));
    const isKilled = container.app.endsWithin > seconds && seconds >= timeoutOf(operation);
    stop(container, host);
    if (isKilled) container.exitCode = KILLED_STATUS;
    return done(seconds < slowFrom(operation) ? "" : `slow ${seconds} ${container.exitCode}\n`);
  }),
  seconds: (operation, host) => {
    const container = meant(operation, host);
    return 0.1 + (container === undefined ? 0 : secondsToStop(operation, container, host));
  },
};

/** How a container gets another name. */
export const renameContainer: Model<RenameContainer> = byEngine(
  0.05,
  ({ from, to, takesBack }, host) => {
    const container = host.container(from);
    if (container === undefined) return takesBack ? done() : noSuch(from);
    if (takesBack) host.containers.delete(to);
    if (host.containers.has(to)) return refused(nameTaken(to, host));
    host.containers.delete(container.name);
    container.name = to;
    host.containers.set(to, container);
    return done();
  },
);

/** How a container is removed, running or not. */
export const removeContainer: Model<RemoveContainer> = byEngine(0.1, ({ name }, host) => {
  const container = host.container(name);
  if (container !== undefined) host.containers.delete(container.name);
  return done();
});

/** The container that a stop is about, if it runs. */
function meant(
  { name, service, spares }: StopContainer,
  host: SimulatedHost,
): SimulatedContainer | undefined {
  const container = host.container(name);
  const isMeant = (service === undefined || container?.labels["service"] === service) &&
    (spares === undefined || container?.id.startsWith(spares) !== true);
  return isMeant && container?.state === "started" ? container : undefined;
}

/** Seconds until a container has ended, or is killed. */
function secondsToStop(
  operation: StopContainer,
  container: SimulatedContainer,
  host: SimulatedHost,
): number {
  if (hasCrashed(container, host.clock.now)) return 0;
  return Math.min(container.app.endsWithin, timeoutOf(operation));
}

function timeoutOf({ timeout = DOCKER_STOP_TIMEOUT }: StopContainer): number {
  return timeout;
}

/** Stops a container where it runs. */
export function stop(container: SimulatedContainer, host: SimulatedHost): void {
  if (container.state !== "started") return;
  container.exitCode = hasCrashed(container, host.clock.now) ? crashStatus(container) : 0;
  container.state = "stopped";
}

/** Exit status of an app that ended by itself. */
export function crashStatus({ app }: SimulatedContainer): number {
  return app.exitsWith ?? KILLED_STATUS;
}

/** Starts a container, where its network and ports allow. */
export function started(
  container: SimulatedContainer,
  host: SimulatedHost,
  exitCode: number,
): Outcome {
  const { network, id } = container;
  if (container.state === "started") return done(`${id}\n`);
  if (!host.networks.has(network) && network !== "bridge") {
    return refused(`network ${network} not found`, exitCode);
  }
  const port = host.portTaken(container);
  if (port !== undefined) {
    return refused(`Bind for 0.0.0.0:${port} failed: port is already allocated`, exitCode);
  }
  container.state = "started";
  container.startedAt = host.clock.now;
  return done(`${id}\n`);
}

/** Container port to host ports, from the words of `docker run --publish`. */
export function portsOf(publish: readonly string[]): SimulatedContainer["ports"] {
  const ports: Record<string, string[]> = {};
  for (const one of publish) {
    const [containerPort = "", hostPort = ""] = one.split(":").toReversed();
    const name = containerPort.includes("/") ? containerPort : `${containerPort}/tcp`;
    (ports[name] ??= []).push(hostPort);
  }
  return ports;
}

/** What Docker says of a container that is not there. */
export function noSuch(name: string): Outcome {
  return refused(`No such container: ${name}`);
}

function nameTaken(name: string, host: SimulatedHost): string {
  const id = host.containers.get(name)?.id ?? "";
  return `Conflict. The container name "/${name}" is already in use by container "${id}". You have to remove (or rename) that container to be able to reuse that name.`;
}

function missingFile(
  { envFile, envScript, idFile }: RunContainer,
  { files, directories }: SimulatedHost,
): Outcome | undefined {
  if (envScript !== undefined && !files.has(envScript)) {
    return failed(2, `sh: 1: .: cannot open ./${envScript}: No such file`);
  }
  if (envFile !== undefined && !files.has(envFile)) {
    return failed(125, `docker: open ${envFile}: no such file or directory`);
  }
  if (directories.has(folderOf(idFile))) return undefined;
  return failed(
    125,
    `docker: failed to create the container ID file: open ${idFile}: no such file or directory`,
  );
}

function namesIn(host: SimulatedHost, path: string): readonly string[] {
  return (host.read(path) ?? "").split("\n").filter((line) => line.includes("=["))
    .map((line) => line.slice(0, line.indexOf("=")));
}
