/**
 * Secrets from the env files of Kamal 1: `.kamal/.env`, or `.env` in the project's folder.
 *
 * @module
 */

import { parse } from "@std/dotenv";
import { ConfigError } from "../errors.ts";
import { readIfPresent } from "./read_file.ts";

/** Where env files are looked for; the first folder that has any is the one that counts. */
const FOLDERS = [".kamal/", ""];

/** The env files of a project. */
export interface EnvFiles {
  /** The files, the one that wins first. */
  readonly files: readonly EnvFile[];
  /** What to tell the user about their place; `undefined` where it is as it should be. */
  readonly warning: string | undefined;
}

/**
 * Reads `.env.<destination>`, which wins, and `.env`, from `.kamal`, or from the project's folder where that has none.
 */
export async function readEnvFiles(
  root: string,
  destination: string | undefined,
): Promise<EnvFiles> {
  const names = [...destination === undefined ? [] : [`.env.${destination}`], ".env"];
  for (const folder of FOLDERS) {
    const read = await Promise.all(names.map(async (name) => {
      const text = await readIfPresent(root, folder + name);
      return text === undefined ? [] : [new EnvFile(folder + name, text)];
    }));
    const files = read.flat();
    if (files.length > 0) {
      return { files, warning: folder === "" ? warningAbout(files) : undefined };
    }
  }
  return { files: [], warning: undefined };
}

/** One env file. */
export class EnvFile {
  /** Its path, relative to the project. */
  readonly path: string;
  readonly #text: string;
  readonly #values: Readonly<Record<string, string>>;

  /** Takes what was read. */
  constructor(path: string, text: string) {
    this.path = path;
    this.#text = text;
    this.#values = parse(text);
  }

  /** Names that it holds. */
  get names(): readonly string[] {
    return Object.keys(this.#values);
  }

  /**
   * Gives a secret's value, `undefined` if the file does not hold it.
   *
   * @throws {ConfigError} If the value would have to be run.
   */
  value(name: string): Promise<string | undefined> {
    const value = Object.hasOwn(this.#values, name) ? this.#values[name] : undefined;
    if (value?.includes("$(") !== true || this.#isLiteral(name)) return Promise.resolve(value);
    // As it stands it would reach the container as text, which nobody means.
    const problem = {
      path: name,
      message: "has a $(command), which is not run in an env file",
      position: this.path,
    };
    return Promise.reject(
      new ConfigError([problem], {
        hint: "Move the secrets to .kamal/secrets, where commands are run and their failures told.",
      }),
    );
  }

  #isLiteral(name: string): boolean {
    const last = this.#text.split("\n").findLast((line) =>
      /^\s*(?:export\s+)?([^\s=#]+)\s*=/.exec(line)?.[1] === name
    );
    return /=\s*'/.test(last ?? "");
  }
}

function warningAbout(files: readonly EnvFile[]): string {
  const paths = files.map(({ path }) => path);
  return `secrets come from ${paths.toReversed().join(" and ")} in the project's folder, ` +
    `which other programs read as well; keep them apart: mv ${
      paths.toReversed().join(" ")
    } .kamal/`;
}
