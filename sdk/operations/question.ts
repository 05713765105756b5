/**
 * Questions to a host whose answer is for the user, and commands that the user wants run.
 *
 * @module
 */

import { all, expandable, pipe, quote, raw, run, text, type Word } from "../command.ts";
import { type RunContainer, runWords } from "./container.ts";
import type { Definition } from "./definition.ts";

/** Lists containers. */
export interface ListContainers {
  /** Which operation. */
  readonly kind: "list-containers";
  /** What is listed, for the reader. */
  readonly title: string;
  /** Filters of `docker ps`. */
  readonly filters: readonly string[];
}

/** Lists the images of a repository. */
export interface ListImages {
  /** Which operation. */
  readonly kind: "list-images";
  /** The repository. */
  readonly repository: string;
}

/** Runs a command on the host itself. */
export interface RunOnHost {
  /** Which operation. */
  readonly kind: "run-on-host";
  /** Command line, as the host's shell reads it. */
  readonly cmd: string;
  /** Whether it gets a terminal. */
  readonly interactive: boolean;
}

/** Shows a container's log. */
export interface ShowLogs {
  /** Which operation. */
  readonly kind: "show-logs";
  /** Name of the container. */
  readonly container: string;
  /** How many lines from the end; `undefined` for all. */
  readonly lines: number | undefined;
  /** Only what is newer, as `docker logs --since` takes it. */
  readonly since: string | undefined;
  /** Only lines that match. */
  readonly grep: string | undefined;
  /** Options of grep. */
  readonly grepOptions: string | undefined;
  /** Whether to go on as lines come. */
  readonly follow: boolean;
  /** Whether lines begin with their time. */
  readonly timestamps: boolean;
}

/** Runs a command in a running container. */
export interface ExecCommand {
  /** Which operation. */
  readonly kind: "exec-command";
  /** Name of the container. */
  readonly container: string;
  /** Command line, as the host's shell reads it. */
  readonly cmd: string;
  /** Further environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Whether it gets a terminal. */
  readonly interactive: boolean;
}

/** Runs a command in a container of its own, which is removed afterwards. */
export interface RunCommand {
  /** Which operation. */
  readonly kind: "run-command";
  /** Name of the container. */
  readonly name: string;
  /** Image with tag. */
  readonly image: string;
  /** Command line, as the host's shell reads it. */
  readonly cmd: string;
  /** Docker network. */
  readonly network: string;
  /** Environment that may be seen. */
  readonly env: Readonly<Record<string, string>>;
  /** Env file on the host; `undefined` for none. */
  readonly envFile: string | undefined;
  /** Shell file on the host with the values that an env file cannot hold. */
  readonly envScript: string | undefined;
  /** Log driver. */
  readonly logDriver: string | undefined;
  /** Options of the log driver. */
  readonly logOptions: Readonly<Record<string, string>>;
  /** Volumes. */
  readonly volumes: readonly string[];
  /** Further options of `docker run`, by name without dashes. */
  readonly options: RunContainer["options"];
  /** Whether it gets a terminal. */
  readonly interactive: boolean;
  /** Whether it goes on by itself, and nobody waits for it. @default {false} */
  readonly detach?: boolean | undefined;
}

/** A question, or a command of the user's. */
export type QuestionOperation =
  | ListContainers
  | ListImages
  | ShowLogs
  | ExecCommand
  | RunCommand
  | RunOnHost;

/** How containers are listed. */
export const listContainers: Definition<ListContainers> = {
  changes: false,
  describe: ({ title }) => ({ noun: "list", subject: title }),
  render: ({ filters }) =>
    run("docker", "ps", "--all", ...filters.flatMap((filter) => ["--filter", filter])),
};

/** How images are listed. */
export const listImages: Definition<ListImages> = {
  changes: false,
  describe: ({ repository }) => ({ noun: "images", subject: repository }),
  render: ({ repository }) => run("docker", "image", "ls", repository),
};

/** How a command is run on the host itself. */
export const runOnHost: Definition<RunOnHost> = {
  changes: true,
  describe: ({ cmd }) => ({ noun: "exec", subject: cmd, detail: "on the host" }),
  // The words are the user's own, for the host's shell.
  render: ({ cmd }) => run(raw(cmd)),
};

/** How logs are shown. */
export const showLogs: Definition<ShowLogs> = {
  changes: false,
  describe: ({ container }) => ({ noun: "logs", subject: container }),
  render: ({ container, lines, since, grep, grepOptions, follow, timestamps }) => {
    const words: Word[] = ["docker", "logs"];
    if (timestamps) words.push("--timestamps");
    if (since !== undefined) words.push("--since", since);
    if (lines !== undefined) words.push("--tail", String(lines));
    if (follow) words.push("--follow");
    const logs = run(...words, container, raw("2>&1"));
    if (grep === undefined) return logs;
    // The options are the user's own words for grep, as Kamal takes them.
    const options = grepOptions === undefined ? [] : [raw(grepOptions)];
    return pipe(logs, run("grep", ...options, "-e", grep));
  },
};

/** How a command is run in a running container. */
export const execCommand: Definition<ExecCommand> = {
  changes: true,
  describe: ({ container, cmd }) => ({ noun: "exec", subject: cmd, detail: `in ${container}` }),
  render: ({ container, cmd, env, interactive }) =>
    run("docker", "exec", ...interactive ? ["-it"] : [], ...envWords(env), container, raw(cmd)),
};

/** How a command is run in a container of its own. */
export const runCommand: Definition<RunCommand> = {
  changes: true,
  describe: ({ image, cmd }) => ({
    noun: "exec",
    subject: cmd,
    detail: `in a new container of ${image}`,
  }),
  render: (operation) => {
    const { interactive, detach = false } = operation;
    const words: Word[] = ["docker", "run", ...detach ? ["--detach"] : [], "--rm"];
    if (interactive) words.push("-it");
    words.push("--name", operation.name, "--network", operation.network, ...runWords(operation));
    words.push(operation.image, raw(operation.cmd));
    const command = run(...words);
    if (operation.envScript === undefined) return command;
    const script = quote(`./${operation.envScript}`);
    return all(text(`{ [ ! -r ${script} ] || . ${script}; }`), command);
  },
};

function envWords(env: Readonly<Record<string, string>>): readonly Word[] {
  return Object.entries(env).flatMap((
    [name, value],
  ): Word[] => ["--env", expandable(`${name}=${value}`)]);
}
