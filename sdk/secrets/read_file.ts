/**
 * Files that may be missing.
 *
 * @module
 */

import { basename, dirname, resolve } from "node:path";
import { SextantError } from "../errors.ts";

/**
 * Reads a file of the project, `undefined` if there is none.
 *
 * @throws {SextantError} `SECRET_UNFIT` if it is no UTF-8, so that its values would not arrive as they are.
 */
export async function readIfPresent(root: string, path: string): Promise<string | undefined> {
  const bytes = await bytesIfPresent(resolve(root, path));
  if (bytes === undefined) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new SextantError("SECRET_UNFIT", `${path} is no UTF-8`, {
      hint: "Save it in that encoding; bytes of any other kind can stand in it as Base64 alone.",
    });
  }
}

async function bytesIfPresent(path: string): Promise<Uint8Array | undefined> {
  try {
    return await Deno.readFile(path);
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
