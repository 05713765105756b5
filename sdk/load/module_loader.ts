/**
 * Imports the user's deployment: directly where Deno can, else through a translated copy.
 *
 * @module
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ConfigError, SextantError } from "../errors.ts";
import { type ImportMap, isApplied, readImportMap } from "./module_imports.ts";
import { problemIn } from "./module_problem.ts";

let restorePaths: ((error: unknown) => void) | undefined;

/**
 * Imports a module of the user's project and gives its exports. Within the compiled binary, and under a Deno that was
 * started with another project's import map, the module and what it imports are copied to a temporary folder first.
 *
 * @throws {ConfigError} If the module or one that it imports cannot be read, parsed or run; says where.
 */
export async function loadModule(file: string): Promise<Record<string, unknown>> {
  const path = resolve(file);
  const map = await readImportMap(path);
  try {
    return await (needsCopy(map) ? importCopy(path, map) : import(pathToFileURL(path).href));
  } catch (error) {
    if (error instanceof SextantError) throw error;
    throw new ConfigError([problemIn(error, path)], { cause: error });
  }
}

/** Puts the user's own paths into an error that one of the loaded modules threw later. */
export function showOwnPaths(error: unknown): void {
  restorePaths?.(error);
}

function needsCopy(map: ImportMap): boolean {
  return Deno.build.standalone || !isApplied(map, (name) => import.meta.resolve(name));
}

async function importCopy(path: string, map: ImportMap): Promise<Record<string, unknown>> {
  const { ModuleCopies } = await import("./module_copies.ts");
  const copies = await ModuleCopies.open();
  restorePaths = (error) => copies.restorePaths(error);
  return await copies.import(path, map);
}
