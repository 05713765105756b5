/**
 * Files and folders on a host: folders, env files, uploads, removal.
 *
 * @module
 */

import { all, type Command, each, quote, replaceFiles, run, text, UNFINISHED } from "../command.ts";
import type { Definition, RenderContext } from "./definition.ts";

/** Makes folders. */
export interface MakeDirectories {
  /** Which operation. */
  readonly kind: "make-directories";
  /** Paths, absolute or below the login's home. */
  readonly paths: readonly string[];
  /** Octal mode; `undefined` leaves it. */
  readonly mode: string | undefined;
  /** Owner; `undefined` leaves it. */
  readonly owner: string | undefined;
}

/** Writes the secrets of a container into files that only the login can read. */
export interface WriteEnv {
  /** Which operation. */
  readonly kind: "write-env";
  /** Role or accessory that it is for. */
  readonly role: string;
  /** Env file as Docker reads it. */
  readonly envFile: string;
  /** Shell file with the values that an env file cannot hold. */
  readonly envScript: string;
  /** Name in the container to name of the secret. */
  readonly secrets: Readonly<Record<string, string>>;
  /** What changed, for the plan; `undefined` where nothing did. */
  readonly because: string | undefined;
}

/** Removes the files with the secrets of a container; one that runs keeps what it was started with. */
export interface RemoveEnv {
  /** Which operation. */
  readonly kind: "remove-env";
  /** Role or accessory that they are for. */
  readonly role: string;
  /** Env file as Docker reads it. */
  readonly envFile: string;
  /** Shell file with the values that an env file cannot hold. */
  readonly envScript: string;
}

/** Keeps the salt of the secret digests on the host. */
export interface WriteSalt {
  /** Which operation. */
  readonly kind: "write-salt";
  /** Path of the file. */
  readonly path: string;
}

/** Puts a file of the project on the host. */
export interface UploadFile {
  /** Which operation. */
  readonly kind: "upload-file";
  /** Path in the project. */
  readonly local: string;
  /** SHA-256 of its content. */
  readonly sha256: string;
  /** Path on the host. */
  readonly path: string;
  /** Octal mode. */
  readonly mode: string;
  /** Owner; `undefined` leaves it. */
  readonly owner: string | undefined;
}

/** Removes a file or folder with all it holds. */
export interface RemovePath {
  /** Which operation. */
  readonly kind: "remove-path";
  /** Path below the login's home. */
  readonly path: string;
}

/** An operation on files. */
export type FileOperation =
  | MakeDirectories
  | WriteEnv
  | RemoveEnv
  | WriteSalt
  | UploadFile
  | RemovePath;

/** Name under which the salt is asked for. */
export const SALT_SECRET = "sextant salt";

/** How folders are made. */
export const makeDirectories: Definition<MakeDirectories> = {
  changes: true,
  describe: ({ paths }) => ({ noun: "folders", subject: paths.join(", "), minor: true }),
  render: ({ paths, mode, owner }) => {
    const commands = [run("mkdir", "-p", ...paths)];
    if (mode !== undefined) commands.push(run("chmod", mode, ...paths));
    if (owner !== undefined) commands.push(run("chown", owner, ...paths));
    return all(...commands);
  },
};

/** How env files are written. */
export const writeEnv: Definition<WriteEnv> = {
  changes: true,
  describe: ({ role, envFile, because }) => ({
    mark: because === undefined ? undefined : "~",
    noun: "env",
    subject: because === undefined ? envFile : role,
    detail: because,
    minor: because === undefined,
  }),
  render: renderEnv,
};

/** How env files are removed. */
export const removeEnv: Definition<RemoveEnv> = {
  changes: true,
  describe: ({ role }) => ({ mark: "-", noun: "env", subject: role }),
  render: ({ envFile, envScript }) =>
    run("rm", "-f", ...[envFile, envScript].flatMap((path) => [path, `${path}${UNFINISHED}`])),
};

/** How the salt is written. */
export const writeSalt: Definition<WriteSalt> = {
  changes: true,
  describe: ({ path }) => ({ noun: "salt", subject: path, minor: true }),
  render: ({ path }) =>
    privately(replaceFiles([[run("printf", "%s\\n", { secret: SALT_SECRET }), path]])),
};

/** How files are uploaded. */
export const uploadFile: Definition<UploadFile> = {
  changes: true,
  describe: ({ local, path }) => ({
    mark: "~",
    noun: "file",
    subject: path,
    detail: `from ${local}`,
  }),
  render: ({ local, path, mode, owner }, { file }) => {
    const folder = path.split("/").slice(0, -1).join("/") || ".";
    const commands: Command[] = [
      run("mkdir", "-p", folder),
      text(`printf %s ${quote(file(local))} | base64 -d >${quote(path)}`),
      run("chmod", mode, path),
    ];
    if (owner !== undefined) commands.push(run("chown", owner, path));
    return all(...commands);
  },
};

/** How a path is removed. */
export const removePath: Definition<RemovePath> = {
  changes: true,
  describe: ({ path }) => ({ mark: "-", noun: "folder", subject: path }),
  render: ({ path }) => run("rm", "-rf", path),
};

// Longest line that Docker reads from an env file, in bytes.
const LONGEST_LINE = 60_000;

// Exported, these would steer the docker client itself.
const STEERING_REGEXP = /^(PATH|HOME|LD_.*|DOCKER_.*|.*_proxy|.*_PROXY|IFS|ENV|SHELL)$/;

/** Whether a value must go through the shell, because a line of an env file would change it. */
function escapesEnvFile(name: string, value: string): boolean {
  return /[\r\n]/.test(value) || byteLength(`${name}=${value}`) > LONGEST_LINE;
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** Whether a name can be exported by a shell without steering docker. */
function canBeExported(name: string): boolean {
  return /^[A-Za-z_]\w*$/.test(name) && !STEERING_REGEXP.test(name);
}

// The kernel's limit for one text that a program is started with, its end among them.
const LONGEST_VARIABLE = 128 * 1024 - 1;

/** Why a value cannot come to a container as the environment variable of a name; `undefined` where it can. */
export function obstacleTo(name: string, value: string): string | undefined {
  if (value.includes("\0")) return "it has a NUL character, where every program would cut it off";
  if (byteLength(`${name}=${value}`) > LONGEST_VARIABLE) {
    return "it is longer than 128 KiB, with which no program can be started";
  }
  if (escapesEnvFile(name, value) && !canBeExported(name)) {
    return "it has line breaks or is long, so docker itself would see it, which a variable of this name steers";
  }
  return undefined;
}

function renderEnv({ envFile, envScript, secrets }: WriteEnv, { secret }: RenderContext): Command {
  const values = Object.entries(secrets).map(([name, key]) => ({ name, value: secret(key) }));
  const exported = values.filter(({ name, value }) =>
    escapesEnvFile(name, value) && canBeExported(name)
  );
  // Kamal: an env file holds a newline as the two characters \n, and is never empty.
  const lines = values.map(({ name, value }) =>
    `${name}=${value.replaceAll("\r", "\\r").replaceAll("\n", "\\n")}`
  )
    .filter((line) => byteLength(line) <= LONGEST_LINE);
  const script = [
    ...exported.map(({ name, value }) => `export ${name}=${quote(value)}`),
    `SEXTANT_ENV='${exported.map(({ name }) => `--env ${name}`).join(" ")}'`,
  ];
  return privately(
    replaceFiles([
      [run("printf", "%s\\n", lines.join("\n")), envFile],
      [run("printf", "%s\\n", script.join("\n")), envScript],
    ]),
  );
}

function privately(command: Command): Command {
  return each(run("umask", "077"), command);
}
