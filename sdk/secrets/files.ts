/**
 * Secrets from the project's own files, named as Kamal names them.
 *
 * @module
 */

import { resolve } from "node:path";
import { answerInline } from "./inline.ts";
import { parseSecrets } from "./parse.ts";
import { commandRunner, type RunCommand } from "./run_command.ts";
import { SecretFile } from "./secret_file.ts";
import type { SecretSource } from "./source.ts";

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
  /** Ends running commands. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Takes secrets from `<secretsPath>-common` and `<secretsPath>`, or `<secretsPath>.<destination>` in its place; the
 * second file wins. Nothing is read before the first value is asked for, and a missing file is an empty one.
 *
 * Asking for a value throws a {@linkcode ConfigError} if a file cannot be understood.
 */
export function secretsFromFiles(options: SecretFilesOptions): SecretSource {
  const { root, secretsPath, destination } = options;
  const env = destination ? { ...options.env, KAMAL_DESTINATION: destination } : options.env;
  const surroundings = { root, env, signal: options.signal };
  const runCommand = options.runCommand ?? answerInline(commandRunner(surroundings), surroundings);
  const own = destination ? `${secretsPath}.${destination}` : secretsPath;
  const paths = [own, `${secretsPath}-common`];

  let reading: Promise<readonly (SecretFile | undefined)[]> | undefined;
  const files = (): Promise<readonly (SecretFile | undefined)[]> =>
    reading ??= Promise.all(paths.map(async (file) => {
      const text = await readIfPresent(resolve(root, file));
      return text === undefined
        ? undefined
        : new SecretFile(parseSecrets(text, file), { file, env, runCommand });
    }));

  return {
    async value(name) {
      for (const file of await files()) {
        const value = await file?.value(name);
        if (value !== undefined) return value;
      }
      return undefined;
    },
    async places() {
      const found = await files();
      return paths.map((path, index) => found[index] ? path : `${path} (no such file)`);
    },
    hint: (missing) => hintFor(missing, own, env),
  };
}

function hintFor(
  missing: readonly string[],
  file: string,
  env: Readonly<Record<string, string>>,
): string {
  // Kamal: the environment counts only where the file says so.
  const present = missing.find((name) => env[name]);
  return present === undefined
    ? `Add ${missing[0]}=$(a command that prints it) to ${file}.`
    : `${present} is in the environment: pass it on by ${present}=$${present} in ${file}.`;
}

async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
