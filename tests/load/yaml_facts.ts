/**
 * What a configuration makes of hosts, in the words of Kamal's own commands.
 *
 * @module
 */

import { toText, type Word } from "../../sdk/command.ts";
import type { Config } from "../../sdk/config/config.ts";
import type { RunContainer } from "../../sdk/operations/container.ts";
import { type Operation, renderOperation } from "../../sdk/operations/operation.ts";
import { runAccessory } from "../../sdk/plan/accessory.ts";
import { proxyFlags, runRole } from "../../sdk/plan/app_container.ts";
import { buildStage } from "../../sdk/plan/build.ts";
import type { PlanInput } from "../../sdk/plan/input.ts";

/** Every container of a configuration with the command that runs it and, for one with a proxy, its route. */
export function factsOf(config: Config): readonly string[] {
  const input = inputOf(config);
  const roles = config.roles.flatMap((role) =>
    role.hosts.flatMap((host) => [
      `${host}$ ${dockerRun(runRole(input, role, host))}`,
      ...secretsOf(role.env[host]?.secret),
      ...role.proxy
        ? [`${host}$ kamal-proxy deploy ${role.containerPrefix} ${proxyWords(config, role.proxy)}`]
        : [],
    ])
  );
  const accessories = config.accessories.flatMap((accessory) =>
    accessory.hosts.flatMap((host) => [
      `${host}$ ${dockerRun(runAccessory(input, accessory, host))}`,
      ...secretsOf(accessory.env.secret),
    ])
  );
  return [...buildOf(input), ...roles, ...accessories];
}

/** The command that builds the image, where the engine's own builder alone would not do. */
function buildOf(input: PlanInput): readonly string[] {
  const { secrets, ssh, buildx, pack } = input.config.builder;
  const isPlain = secrets.length === 0 && ssh === undefined;
  if (isPlain && buildx === undefined && pack === undefined) return [];
  const [build] = buildStage(input, false).scripts.flatMap(({ steps }) =>
    steps.flatMap(({ operations }) => operations.filter(({ kind }) => kind === "build-image"))
  );
  const secret = (name: string): string => `[${name}]`;
  const command = renderOperation(build!, { secret, file: () => "" });
  return toText(command).split("\n").map((line) => `here$ ${line}`);
}

/** The `docker run` of a container as Kamal has it: without what is ours alone, random parts as `<random>`. */
function dockerRun(operation: RunContainer): string {
  const words = wordsOf(operation).flatMap((word, index, all) => {
    const before = all[index - 1];
    const isOurs = word === "--cidfile" || before === "--cidfile" || word === "$SEXTANT_ENV" ||
      (word === "--label" && all[index + 1]?.startsWith("sextant.")) ||
      (before === "--label" && word.startsWith("sextant."));
    return isOurs ? [] : [before === "--hostname" ? word.replace(SUFFIX, "<random>") : word];
  });
  return words.map((word) => /\s/.test(word) ? JSON.stringify(word) : word).join(" ");
}

function wordsOf(operation: Operation): readonly string[] {
  const command = renderOperation(operation, { secret: (name) => name, file: () => "" });
  const commands = command.kind === "all" ? command.commands : [command];
  const last = commands.at(-1);
  if (last?.kind !== "run") throw new TypeError("A container is run by a single command");
  return last.words.map(textOf);
}

function textOf(word: Word): string {
  if (typeof word === "string") return word;
  return "raw" in word ? word.raw : `[${word.secret}]`;
}

function secretsOf(secrets: Readonly<Record<string, string>> = {}): readonly string[] {
  const names = Object.entries(secrets).map(([name, source]) => `${name}=[${source}]`);
  return names.length > 0 ? [`  env file: ${names.join(" ")}`] : [];
}

/** Only what differs from kamal-proxy's own defaults, as Kamal gives it. */
function proxyWords(config: Config, proxy: NonNullable<Config["roles"][number]["proxy"]>): string {
  const defaults = [
    ...["--health-check-interval=1s", "--health-check-timeout=5s", "--health-check-path=/up"],
  ];
  const files = {
    certificate: proxy.certificate && `${PROXY_FILES}/tls/<role>/<digest>`,
    errorPages: config.errorPages[0] && `${PROXY_FILES}/error_pages/<digest>`,
  };
  return [`--target=<id>:${proxy.appPort}`, ...proxyFlags(config, proxy, files)]
    .filter((flag) => !defaults.includes(flag))
    .map((flag) => flag.replace(/^(--buffer-\w+)=true$/, "$1"))
    .join(" ");
}

const PROXY_FILES = ".kamal/proxy/apps-config/<service>";
const SUFFIX = "0123456789ab";

function inputOf(config: Config): PlanInput {
  return {
    config,
    version: "<version>",
    hosts: config.hosts.map(({ name }) => name),
    roles: config.roles.map(({ name }) => name),
    lockHost: config.hosts[0]?.name ?? "",
    states: new Map(),
    secretDigests: undefined,
    hooks: new Set(),
    run: { performer: "", holder: "", at: "", suffix: `${SUFFIX}cdef` },
  };
}
