/**
 * Files that may be missing.
 *
 * @module
 */

import { basename, dirname, resolve } from "node:path";

/** Reads a file of the project, `undefined` if there is none. */
export async function readIfPresent(root: string, path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(resolve(root, path));
  } catch (error) {
    // Some name the folder of a virtual environment `.env`.
    const isMissing = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.IsADirectory;
    if (isMissing) return undefined;
    throw error;
  }
}

/** Whether there are any files whose path begins with this one. */
export async function hasFilesLike(root: string, path: string): Promise<boolean> {
  const start = resolve(root, path);
  try {
    for await (const { name, isDirectory } of Deno.readDir(dirname(start))) {
      if (!isDirectory && name.startsWith(basename(start))) return true;
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return false;
}
