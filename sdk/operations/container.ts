/**
 * Containers: run, start, rename, remove.
 *
 * @module
 */

import {
  all,
  any,
  type Command,
  each,
  expandable,
  quiet,
  quote,
  raw,
  run,
  text,
  type Word,
} from "../command.ts";
import { type Definition, shownContainer } from "./definition.ts";
import { explainRun, lookAtRun } from "./run_explanation.ts";
import type { StopContainer } from "./stop_container.ts";

/** Runs a new container. */
export interface RunContainer {
  /** Which operation. */
  readonly kind: "run-container";
  /** Name of the container. */
  readonly name: string;
  /** Role or accessory that it belongs to. */
  readonly role: string;
  /** Image with tag. */
  readonly image: string;
  /** Docker network. */
  readonly network: string;
  /** Host name inside; `undefined` leaves Docker's own. */
  readonly hostname: string | undefined;
  /** Restart policy. */
  readonly restart: string;
  /** Environment that may be seen; `${NAME}` in a value is expanded by the host. */
  readonly env: Readonly<Record<string, string>>;
  /** Env file on the host, written by an operation before; `undefined` for none. */
  readonly envFile: string | undefined;
  /** Shell file on the host with the values that an env file cannot hold. */
  readonly envScript: string | undefined;
  /** Log driver. */
  readonly logDriver: string | undefined;
  /** Options of the log driver. */
  readonly logOptions: Readonly<Record<string, string>>;
  /** Ports to publish. */
  readonly publish: readonly string[];
  /** Volumes; a host path that begins with neither slash nor dollar stands below the login's home. */
  readonly volumes: readonly string[];
  /** Labels; an empty value makes a bare label. */
  readonly labels: Readonly<Record<string, string>>;
  /** Further options of `docker run`, by name without dashes. */
  readonly options: Readonly<Record<string, string | number | boolean | readonly string[]>>;
  /** Command line in place of the image's own, as the host's shell reads it. */
  readonly cmd: string | undefined;
  /** File on the host that receives the container's id, until it is routed or has failed. */
  readonly idFile: string;
  /** Seconds between TERM and KILL when it is taken back. */
  readonly stopTimeout: number | undefined;
  /** Where its settings come from, for the plan; absent where that is the configuration. */
  readonly origin?: string | undefined;
  /** Id of the container that makes room for its name; what is taken back is never that one. Absent for none. */
  readonly replaces?: string | undefined;
}

/** Starts a stopped container. */
export interface StartContainer {
  /** Which operation. */
  readonly kind: "start-container";
  /** Name of the container. */
  readonly name: string;
  /** Role or accessory that it belongs to. */
  readonly role: string;
}

/** Gives a container another name. */
export interface RenameContainer {
  /** Which operation. */
  readonly kind: "rename-container";
  /** Name so far. */
  readonly from: string;
  /** Name from now on. */
  readonly to: string;
  /** Whether it takes a rename back: whatever took the name makes room, and nothing happens where nothing was renamed. */
  readonly takesBack: boolean;
}

/** Removes a stopped container. */
export interface RemoveContainer {
  /** Which operation. */
  readonly kind: "remove-container";
  /** Name of the container. */
  readonly name: string;
  /** Role or accessory that it belongs to. */
  readonly role: string;
}

/** An operation on a container. */
export type ContainerOperation =
  | RunContainer
  | StartContainer
  | StopContainer
  | RenameContainer
  | RemoveContainer;

/** How containers are run. */
export const runContainer: Definition<RunContainer> = {
  changes: true,
  describe: ({ name, role, origin }) => ({ mark: "+", noun: role, subject: name, detail: origin }),
  render: renderRun,
  // A run may have failed just because somebody else has the name.
  inverse: ({ name, role, stopTimeout, replaces, idFile, labels: { service } }) => [
    {
      kind: "stop-container",
      name,
      role,
      timeout: stopTimeout,
      because: "it is taken back",
      service,
      idFile,
      ...replaces === undefined ? {} : { spares: replaces },
    },
  ],
  look: lookAtRun,
  explain: explainRun,
};

/** How containers are started again. */
export const startContainer: Definition<StartContainer> = {
  changes: true,
  describe: ({ name, role }) => ({
    mark: "+",
    noun: role,
    subject: shownContainer(name),
    detail: "start",
  }),
  render: ({ name }) => quiet(run("docker", "container", "start", name)),
  inverse: ({ name, role }) => [
    { kind: "stop-container", name, role, timeout: undefined, because: "it is taken back" },
  ],
};

/** How containers are renamed. */
export const renameContainer: Definition<RenameContainer> = {
  changes: true,
  describe: ({ from, to }) => ({ noun: "rename", subject: from, detail: `to ${to}`, minor: true }),
  render: ({ from, to, takesBack }) => {
    const rename = run("docker", "rename", from, to);
    if (!takesBack) return rename;
    // What serves may still have the name that is to be taken back: it must not make room for nothing.
    return any(
      text(`! docker container inspect ${quote(from)} >/dev/null 2>&1`),
      each(run("docker", "rm", "--force", to, raw(">/dev/null 2>&1")), rename),
    );
  },
  inverse: ({ from, to, takesBack }) =>
    takesBack ? [] : [{ kind: "rename-container", from: to, to: from, takesBack: true }],
};

/** How containers are removed. */
export const removeContainer: Definition<RemoveContainer> = {
  changes: true,
  describe: ({ name, role }) => ({
    mark: "-",
    noun: role,
    subject: shownContainer(name),
    detail: "remove",
  }),
  render: ({ name }) =>
    any(
      quiet(run("docker", "rm", "--force", name)),
      text(`! docker container inspect ${quote(name)} >/dev/null 2>&1`),
    ),
};

function renderRun(operation: RunContainer): Command {
  const { envScript, idFile } = operation;
  const words: Word[] = ["docker", "run", "--detach", "--restart", operation.restart];
  words.push("--name", operation.name, "--network", operation.network, "--cidfile", idFile);
  if (operation.hostname !== undefined) words.push("--hostname", operation.hostname);
  words.push(...envWords(operation), ...logWords(operation), ...publishWords(operation));
  words.push(...volumeWords(operation));
  for (const [name, value] of Object.entries(operation.labels)) {
    words.push("--label", value === "" ? name : `${name}=${value}`);
  }
  words.push(...optionWords(operation.options), operation.image);
  // Kamal: the command is the user's own shell words, appended as they are.
  if (operation.cmd !== undefined) words.push(raw(operation.cmd));
  const prepare = [run("rm", "-f", idFile)];
  // The dot command looks in PATH unless its file has a slash.
  if (envScript !== undefined) prepare.push(run(".", `./${envScript}`));
  return all(...prepare, run(...words));
}

/** What a container is given: environment, log driver, volumes, further options. */
export function runWords(
  given: EnvGiven & LogGiven & Pick<RunContainer, "volumes" | "options">,
): readonly Word[] {
  return [
    ...envWords(given),
    ...logWords(given),
    ...volumeWords(given),
    ...optionWords(given.options),
  ];
}

type EnvGiven = Pick<RunContainer, "env" | "envFile" | "envScript">;
type LogGiven = Pick<RunContainer, "logDriver" | "logOptions">;

function envWords({ env, envFile, envScript }: EnvGiven): readonly Word[] {
  return [
    ...Object.entries(env).flatMap((
      [name, value],
    ): readonly Word[] => ["--env", expandable(`${name}=${value}`)]),
    ...envFile === undefined ? [] : ["--env-file", envFile],
    ...envScript === undefined ? [] : [raw("$SEXTANT_ENV")],
  ];
}

function volumeWords({ volumes }: Pick<RunContainer, "volumes">): readonly Word[] {
  return volumes.flatMap((volume): readonly Word[] => ["--volume", volumeWord(volume)]);
}

function logWords({ logDriver, logOptions }: LogGiven): readonly Word[] {
  const driver = logDriver === undefined ? [] : ["--log-driver", logDriver];
  return [
    ...driver,
    ...Object.entries(logOptions).flatMap(([name, value]) => ["--log-opt", `${name}=${value}`]),
  ];
}

function publishWords({ publish }: RunContainer): readonly Word[] {
  return publish.flatMap((port) => ["--publish", port]);
}

/** Options by name as words: `true` is a bare flag, a list repeats the flag. */
export function optionWords(
  options: Readonly<Record<string, string | number | boolean | readonly string[]>>,
): readonly Word[] {
  return Object.entries(options).flatMap(([name, value]): Word[] => {
    if (value === true) return [`--${name}`];
    const values = Array.isArray(value) ? value : [value];
    return values.flatMap((one) => [`--${name}`, expandable(String(one))]);
  });
}

/** A volume whose relative host part stands below the login's home; a bare name is a Docker volume. */
function volumeWord(volume: string): Word {
  const [source = "", ...rest] = volume.split(":");
  if (!source.includes("/") || source.startsWith("/") || source.startsWith("$")) {
    return expandable(volume);
  }
  return raw(`"$PWD"/${quote(source)}:${quote(rest.join(":"))}`);
}
