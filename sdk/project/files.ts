/**
 * Files of the project that go to hosts.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { ERROR_PAGE_REGEXP, errorPagesPrefix } from "../config/error_pages.ts";
import { ConfigError } from "../errors.ts";

/**
 * Digests files: SHA-256 in hex, by path, in the order of the paths.
 *
 * @param paths Relative to the project.
 * @throws {ConfigError} If any of them is not a file; names every one.
 */
export async function digestFiles(
  root: string,
  paths: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const wanted = [...new Set(paths)].sort();
  const contents = await Promise.all(wanted.map((path) => readIfFile(root, path)));
  const missing = wanted.filter((_, index) => contents[index] === undefined);
  if (missing.length > 0) throw missingFiles(missing);
  return Object.fromEntries(
    wanted.map((path, index) => [
      path,
      createHash("sha256").update(contents[index]!).digest("hex"),
    ]),
  );
}

/**
 * Reads a file.
 *
 * @param path Relative to the project.
 * @throws {ConfigError} If it is not a file.
 */
export async function readProjectFile(root: string, path: string): Promise<Uint8Array> {
  const content = await readIfFile(root, path);
  if (content === undefined) throw missingFiles([path]);
  return content;
}

/**
 * Finds the error pages in a folder; gives their paths, relative to the project.
 *
 * @param folder Relative to the project; `undefined` for none.
 * @throws {ConfigError} If it is no folder, or has none.
 */
export async function findErrorPages(
  root: string,
  folder: string | undefined,
): Promise<readonly string[]> {
  if (folder === undefined) return [];
  const names = (await namesIn(resolve(root, folder))).filter((name) =>
    ERROR_PAGE_REGEXP.test(name)
  );
  if (names.length > 0) return names.map((name) => `${errorPagesPrefix(folder)}${name}`);
  throw new ConfigError(
    [{ path: folder, message: "is to have error pages, but there is none such as 503.html in it" }],
    { hint: "Put pages named by status into the folder, or leave error_pages_path out." },
  );
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return [];
    }
    throw error;
  }
}

async function readIfFile(root: string, path: string): Promise<Uint8Array | undefined> {
  try {
    return await Deno.readFile(resolve(root, path));
  } catch (error) {
    const isNoFile = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory || error instanceof Deno.errors.IsADirectory;
    if (isNoFile) return undefined;
    throw error;
  }
}

function missingFiles(paths: readonly string[]): ConfigError {
  return new ConfigError(
    paths.map((path) => ({ path, message: "is named in the deployment, but is no file" })),
    { hint: "Paths are relative to the project's folder." },
  );
}
