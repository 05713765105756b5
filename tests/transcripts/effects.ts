/**
 * What a command does to hosts, in lines in which Kamal's transcripts can be told as well: what was done, and what has
 * changed by it.
 *
 * @module
 */

import { toText } from "../../sdk/command.ts";
import { type Operation, renderOperation } from "../../sdk/operations/operation.ts";
import type { JournalEntry, SimulatedFleet } from "../../sdk/simulate/fleet.ts";
import type { SimulatedHost } from "../../sdk/simulate/host.ts";

/** What stands on hosts: each line begins with its host. */
export type Picture = ReadonlySet<string>;

/** What stands on the hosts of a fleet. */
export function pictureOf(fleet: SimulatedFleet, hosts: readonly string[]): Picture {
  return new Set(
    hosts.flatMap((host) =>
      stateLines(fleet.host(host)).map((line) => `${shortHost(host)} ${line}`)
    ),
  );
}

/** What was done since a place in the journal, and what has changed; each line once, sorted. */
export function effectsSince(
  fleet: SimulatedFleet,
  since: number,
  before: Picture,
  after: Picture,
): readonly string[] {
  const done = fleet.journal.slice(since).flatMap((entry) => doneLines(entry, fleet, before));
  const containers = [...before].filter((line) => line.includes(" container "))
    .map((line) => line.split(" ").slice(0, 3).join(" "));
  const goneContainers = containers.filter((start) =>
    ![...after].some((line) => line.startsWith(`${start} `))
  ).map((start) => `${start} gone`);
  const files = [...after].map((line) => line.replace(/ \d+$/, ""));
  const goneFiles = [...before].filter((line) => line.includes(" file "))
    .map((line) => line.replace(/ \d+$/, "")).filter((line) => !files.includes(line))
    .map((line) => `${line} gone`);
  const changed = [...after].filter((line) => !before.has(line));
  return sorted([...done, ...changed, ...goneContainers, ...goneFiles]);
}

/** Lines in order, each once. */
export function sorted(lines: readonly string[]): readonly string[] {
  return [...new Set(lines)].toSorted();
}

/** The options of a command in order, then its other words; quotes go, and random parts have a star in their place. */
export function inOrder(command: string): string {
  const words = command.match(/(?:[^\s'"]|'[^']*'|"(?:\\.|[^"])*")+/g) ?? [];
  const options: string[] = [];
  let index = 0;
  while (index < words.length && /^(--|\$SEXTANT)/.test(words[index]!)) {
    const word = plain(words[index++]!);
    const isBare = word.includes("=") || FLAGS.has(word) || word.startsWith("$");
    options.push(isBare ? word : `${word}=${plain(words[index++]!)}`);
  }
  return [...options.toSorted(), ...words.slice(index).map(plain)].join(" ");
}

/** The last number of a host's address. */
export function shortHost(host: string): string {
  return host.replace(/^.*\./, "");
}

const FLAGS = new Set(["--detach", "--rm", "--interactive", "--tty", "--timestamps", "--follow"]);

function plain(word: string): string {
  return word.replaceAll(/["'\\]/g, "")
    .replace(/(\d+\.\d+\.\d+\.\d+)-[0-9a-f]{12}$/, "$1-*")
    .replace(/(-exec-[^-]+)-[0-9a-z]+$/, "$1-*");
}

function doneLines(
  { host, operation }: JournalEntry,
  fleet: SimulatedFleet,
  before: Picture,
): readonly string[] {
  const lines = linesOf(operation, fleet.host(host));
  return lines.map((line) => `${shortHost(host)} ${line}`).filter((line) => !before.has(line));
}

function linesOf(operation: Operation, host: SimulatedHost): readonly string[] {
  switch (operation.kind) {
    case "run-container":
    case "run-proxy":
    case "run-command":
    case "exec-command":
    case "show-logs":
    case "show-audit":
      return [dockerLine(textOf(operation))];
    case "show-lock":
      return [`reads ${operation.path}/details`];
    case "replace-proxy":
      return [dockerLine(textOf(operation.run))];
    case "take-ports":
      return [dockerLine(textOf(operation.run))];
    case "route-traffic": {
      const targets = operation.targets.map(({ container }) => `${container}:${operation.port}`);
      const flags = operation.flags.map((flag) => flag.replace(/=true$/, "")).toSorted();
      return [`route ${operation.service} to ${targets.join(" ")} ${flags.join(" ")}`];
    }
    case "remove-route":
      return [`unroute ${operation.service}`];
    case "tag-image":
      return [`tag ${operation.image} as ${operation.tag}`];
    case "record-audit":
      return operation.messages.map((message) =>
        `audit ${operation.tags.map((tag) => `[${tag}] `).join("")}${message}`
      );
    case "pull-image":
      return [
        `pull ${operation.image}`,
        ...operation.login === undefined ? [] : [`login ${operation.login.server}`],
      ];
    case "login-registry":
      return [`login ${operation.server}`];
    case "logout-registry":
      return [`logout ${operation.server}`];
    case "acquire-lock":
      return [`lock ${operation.path}: ${operation.message}`];
    case "push-image":
      return operation.tags.map((tag) => `push ${tag}`);
    case "install-docker":
      return host.docker === "running" ? ["install docker"] : [];
    case "remove-image":
      return [`remove image ${operation.image}`];
    default:
      return [];
  }
}

function dockerLine(text: string): string {
  const [, verb = "", words = ""] = /docker (run|exec|logs) (.*)/s.exec(text) ?? [];
  return verb === "" ? `ask ${text}` : `docker ${verb} ${inOrder(words)}`;
}

function stateLines(host: SimulatedHost): readonly string[] {
  return [
    ...[...host.containers.values()].map(({ name, state }) =>
      `container ${name.replace(/_replaced_[0-9a-f]+$/, "_replaced_*")} ${
        state === "started" ? "up" : "down"
      }`
    ),
    ...[...host.containers.values()].flatMap(({ name, joined }) =>
      [...joined].map((network) => `member ${name} of ${network}`)
    ),
    ...[...host.networks].map((name) => `network ${name}`),
    ...[...host.files].filter(([path]) => !path.endsWith("-audit.log"))
      .map(([path, { mode }]) => `file ${path} ${mode}`),
  ];
}

function textOf(operation: Operation): string {
  return toText(renderOperation(operation, { secret: (name) => `[${name}]`, file: () => "" }));
}
