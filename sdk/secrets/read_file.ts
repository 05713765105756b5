/**
 * Files that may be missing.
 *
 * @module
 */

import { resolve } from "node:path";

/** Reads a file of the project, `undefined` if there is none. */
export async function readIfPresent(root: string, path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(resolve(root, path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Whether the folder of a path has any file whose name begins as the path does. */
export async function hasFilesLike(root: string, path: string): Promise<boolean> {
  const at = resolve(root, path);
  const folder = at.slice(0, at.lastIndexOf("/")) || "/";
  try {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (!isDirectory && `${folder}/${name}`.startsWith(at)) return true;
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return false;
}
