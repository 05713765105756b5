/**
 * Questions to a simulated host, and commands that the user wants run there.
 *
 * @module
 */

import type {
  ExecCommand,
  ListContainers,
  ListImages,
  RunCommand,
  RunOnHost,
  ShowLogs,
} from "../operations/question.ts";
import type { RunRelease } from "../operations/release_phase.ts";
import { noSuch } from "./container.ts";
import { type SimulatedContainer, statusOf } from "./facts.ts";
import { pullTo } from "./image.ts";
import { byClient, byShell, done, failed, type Model, refused } from "./model.ts";

/** How containers are listed. */
export const listContainers: Model<ListContainers> = byClient(0.05, ({ filters }, host) => {
  const now = host.clock.now;
  const rows = [...host.containers.values()]
    .filter((container) => filters.every((filter) => passes(container, filter, now)))
    .toSorted((a, b) => b.serial - a.serial)
    .map((container) =>
      [container.id.slice(0, 12), container.image, statusOf(container, now), container.name]
        .join("   ")
    );
  return done(["CONTAINER ID   IMAGE   STATUS   NAMES", ...rows, ""].join("\n"));
});

/** How images are listed. */
export const listImages: Model<ListImages> = byClient(0.05, ({ repository }, host) => {
  const rows = [...host.images].filter(([name]) => name.startsWith(`${repository}:`))
    .map(([name, { id }]) => `${name}   ${id.slice(7, 19)}`);
  return done(["REPOSITORY:TAG   IMAGE ID", ...rows, ""].join("\n"));
});

/** How a command is run on the host itself: it says nothing, and ends well. */
export const runOnHost: Model<RunOnHost> = byShell(() => done());

/** How logs are shown; they are as short as the app's beginning. */
export const showLogs: Model<ShowLogs> = byClient(0.05, ({ container, lines, grep }, host) => {
  const found = host.container(container);
  if (found === undefined) {
    return failed(1, `Error response from daemon: No such container: ${container}`);
  }
  const log = found.app.log.slice(lines === undefined ? 0 : -lines)
    .filter((line) => grep === undefined || line.includes(grep));
  if (grep !== undefined && log.length === 0) return failed(1, "");
  return done(log.map((line) => `${line}\n`).join(""));
});

/** How a command is run in a running container: it says nothing, and ends well. */
export const execCommand: Model<ExecCommand> = byClient(0.1, ({ container }, host) => {
  const found = host.container(container);
  if (found === undefined) return noSuch(container);
  return found.state === "started" ? done() : refused(`container ${found.id} is not running`);
});

/** How a command is run in a container of its own: it says nothing, and ends well. */
export const runCommand: Model<RunCommand> = byClient(0.3, ({ image, envFile }, host) => {
  if (envFile !== undefined && !host.files.has(envFile)) {
    return failed(125, `docker: open ${envFile}: no such file or directory`);
  }
  if (host.images.has(image) || pullTo(host, image)) return done();
  return failed(125, `docker: Error response from daemon: manifest for ${image} not found`);
});

/** How a release phase is run: it says nothing, and ends well. */
export const runRelease: Model<RunRelease> = byClient(1, ({ like: { image, envFile } }, host) => {
  if (envFile !== undefined && !host.files.has(envFile)) {
    return failed(125, `docker: open ${envFile}: no such file or directory`);
  }
  if (host.images.has(image) || pullTo(host, image)) return done();
  return failed(125, `docker: Error response from daemon: manifest for ${image} not found`);
});

function passes(container: SimulatedContainer, filter: string, now: number): boolean {
  const [kind = "", ...rest] = filter.split("=");
  const value = rest.join("=");
  if (kind === "name") return new RegExp(value).test(container.name);
  if (kind === "status") return statusOf(container, now) === value;
  if (kind !== "label") throw new RangeError(`The simulated docker ps has no filter "${filter}"`);
  const [label = "", wanted] = value.split("=");
  const found = container.labels[label];
  return found !== undefined && (wanted === undefined || found === wanted);
}
