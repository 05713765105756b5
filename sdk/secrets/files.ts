/**
 * Secrets from the project's own files, named as Kamal names them.
 *
 * @module
 */

import { type EnvFile, readEnvFiles } from "./env_files.ts";
import { answerInline } from "./inline.ts";
import { parseSecrets } from "./parse.ts";
import { hasFilesLike, readIfPresent } from "./read_file.ts";
import { commandRunner, type RunCommand } from "./run_command.ts";
import { SecretFile } from "./secret_file.ts";
import type { ListingSource } from "./source.ts";

/** Where the files are and what their values are made with. */
export interface SecretFilesOptions {
  /** The project's folder; commands run in it. */
  readonly root: string;
  /** Path of the files without their endings, relative to the project, such as `.kamal/secrets`. */
  readonly secretsPath: string;
  /** The destination, if there is one. */
  readonly destination?: string | undefined;
  /** Environment for `$NAME` and for commands; `KAMAL_DESTINATION` is added. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs a file's commands. @default {this process for Sextant's and Kamal's own, `/bin/sh` for others} */
  readonly runCommand?: RunCommand | undefined;
  /** Takes what the user should know of where secrets come from. @default {nobody is told} */
  readonly onWarning?: ((message: string) => void) | undefined;
  /** Ends running commands. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Takes secrets from `<secretsPath>-common` and `<secretsPath>`, or `<secretsPath>.<destination>` in its place; the
 * second file wins. Where a project has no such file at all, from the env files that Kamal 1 read. Nothing is read
 * before the first value is asked for, and a missing file is an empty one.
 *
 * Asking for a value throws a {@linkcode ConfigError} if a file cannot be understood.
 */
export function secretsFromFiles(options: SecretFilesOptions): ListingSource {
  let reading: Promise<FoundFiles> | undefined;
  const found = (): Promise<FoundFiles> => reading ??= findFiles(options);
  return {
    async names() {
      return (await found()).files.flatMap(({ names }) => names);
    },
    async value(name) {
      for (const file of (await found()).files) {
        const value = await file.value(name);
        if (value !== undefined) return value;
      }
      return undefined;
    },
    async places() {
      return (await found()).places;
    },
    async hint(missing) {
      return (await found()).hint(missing);
    },
  };
}

interface FoundFiles {
  /** The files that there are, the one that wins first. */
  readonly files: readonly (SecretFile | EnvFile)[];
  readonly places: readonly string[];
  readonly hint: (missing: readonly string[]) => string | Promise<string>;
}

/** Whether secrets come from the env files of Kamal 1, which knew no secrets files, and so no other path of them. */
export async function readsEnvFiles(root: string, secretsPath: string): Promise<boolean> {
  return secretsPath === ".kamal/secrets" && !await hasFilesLike(root, secretsPath);
}

async function findFiles(options: SecretFilesOptions): Promise<FoundFiles> {
  const { root, secretsPath, destination } = options;
  const own = destination ? `${secretsPath}.${destination}` : secretsPath;
  const found = await findSecretFiles(options, own);
  const isOld = found.files.length === 0 && await readsEnvFiles(root, secretsPath);
  return isOld ? await findEnvFiles(options, own) ?? found : found;
}

async function findSecretFiles(options: SecretFilesOptions, own: string): Promise<FoundFiles> {
  const { root, secretsPath, destination, signal } = options;
  const env = destination ? { ...options.env, KAMAL_DESTINATION: destination } : options.env;
  const surroundings = { root, env, signal };
  const runCommand = options.runCommand ?? answerInline(commandRunner(surroundings), surroundings);
  const paths = [own, `${secretsPath}-common`];
  const read = await Promise.all(paths.map(async (file) => {
    const text = await readIfPresent(root, file);
    return text === undefined
      ? undefined
      : new SecretFile(parseSecrets(text, file), { file, env, runCommand });
  }));
  return {
    files: read.filter((file) => file !== undefined),
    places: paths.map((path, index) => read[index] ? path : `${path} (no such file)`),
    hint: async (missing) =>
      presentHint(missing, own, env) ?? await idleHint(missing, own, options) ??
        `Add ${missing[0]}=$(a command that prints it) to ${own}.`,
  };
}

async function findEnvFiles(
  { root, destination, env, onWarning }: SecretFilesOptions,
  own: string,
): Promise<FoundFiles | undefined> {
  const { files, warning } = await readEnvFiles(root, destination);
  const [first] = files;
  if (first === undefined) return undefined;
  if (warning !== undefined) onWarning?.(warning);
  return {
    files,
    places: [...files.map(({ path }) => path), `${own} (no such file)`],
    hint: (missing) =>
      presentHint(missing, first.path, env) ?? `Add ${missing[0]}=value to ${first.path}.`,
  };
}

/** Kamal: the environment counts only where the file says so. */
function presentHint(
  missing: readonly string[],
  file: string,
  env: Readonly<Record<string, string>>,
): string | undefined {
  const present = missing.find((name) => env[name]);
  if (present === undefined) return undefined;
  return `${present} is in the environment: pass it on by ${present}=$${present} in ${file}.`;
}

/** Who comes from Kamal 1 may wonder why an env file does not count. */
async function idleHint(
  missing: readonly string[],
  own: string,
  { root, destination }: SecretFilesOptions,
): Promise<string | undefined> {
  for (const { path, names } of (await readEnvFiles(root, destination)).files) {
    const idle = missing.find((name) => names.includes(name));
    if (idle !== undefined) {
      return `${idle} is in ${path}, which is not read where there are secrets files: move it to ${own}.`;
    }
  }
  return undefined;
}
