/**
 * Runs TypeScript where nothing translates it: a module and all that it imports are translated into a temporary
 * folder, under their own paths, so that relative imports, cycles and JSON keep working.
 *
 * @module
 */
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ConfigError, messageOf, SextantError } from "../errors.ts";
import type { ImportMap } from "./module_imports.ts";
import { positionOf } from "./module_problem.ts";
import { resolveSpecifier } from "./module_resolution.ts";
import { COMPUTED_IMPORT, isModule, translateModule } from "./module_text.ts";

/** Translated copies of the user's modules; gone when the program ends. */
export class ModuleCopies {
  static #opened: Promise<ModuleCopies> | undefined;
  readonly #folder: string;
  /** The import map that each copied module was copied with. */
  readonly #copied = new Map<string, ImportMap>();
  #copying: Promise<void> = Promise.resolve();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Makes the temporary folder; there is one per program.
   *
   * @throws {SextantError} `USAGE` if there is no place to write to.
   */
  static open(): Promise<ModuleCopies> {
    return this.#opened ??= ModuleCopies.#make();
  }

  static async #make(): Promise<ModuleCopies> {
    const copies = new ModuleCopies(await makeFolder());
    Object.assign(globalThis, { [COMPUTED_IMPORT]: copies.#importComputed.bind(copies) });
    return copies;
  }

  /**
   * Imports the copy of a module and gives its exports.
   *
   * @throws {ConfigError} If a module cannot be read or parsed, or imports what is not there.
   */
  async import(path: string, map: ImportMap): Promise<Record<string, unknown>> {
    await this.#copyWithImports({ path }, map);
    return await this.#importCopy(path);
  }

  async #importCopy(path: string, options?: ImportCallOptions): Promise<Record<string, unknown>> {
    try {
      return await import(this.#urlOf(path), options);
    } catch (error) {
      this.restorePaths(error);
      throw error;
    }
  }

  /** Puts the user's own paths in place of the copies' into an error and its causes. */
  restorePaths(error: unknown): void {
    if (!(error instanceof Error)) return;
    const restore = (text: string): string =>
      text.replaceAll(pathToFileURL(this.#folder).href, "file://").replaceAll(this.#folder, "");
    error.message = restore(error.message);
    if (error.stack !== undefined) error.stack = restore(error.stack);
    this.restorePaths(error.cause);
  }

  async #importComputed(
    importer: string,
    specifier: unknown,
    options?: ImportCallOptions,
  ): Promise<unknown> {
    const map = this.#copied.get(importer)!;
    const found = resolveSpecifier(String(specifier), importer, map);
    if (found.kind === "other") return await import(found.specifier, options);
    await this.#copyWithImports({ path: found.path, position: positionOf(importer) }, map);
    return await this.#importCopy(found.path, options);
  }

  /** Copies one graph after the other: a module that stands there may still lack what it imports. */
  #copyWithImports(entry: Waiting, map: ImportMap): Promise<void> {
    const copying = this.#copying.then(() => this.#copyGraph(entry, map));
    this.#copying = copying.catch(() => {});
    return copying;
  }

  async #copyGraph(entry: Waiting, map: ImportMap): Promise<void> {
    const waiting = [entry];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (this.#copied.has(next.path)) continue;
      const text = await this.#translate(next, map, waiting);
      const target = this.#pathOf(next.path);
      await Deno.mkdir(dirname(target), { recursive: true });
      await Deno.writeTextFile(target, text);
      this.#copied.set(next.path, map);
    }
  }

  /** The text of a copy; the files that it imports are added to those that wait. */
  async #translate(file: Waiting, map: ImportMap, waiting: Waiting[]): Promise<string> {
    const { path } = file;
    const text = await readFile(file);
    if (path.endsWith(".json")) checkJson(text, path);
    if (!isModule(path)) return text;
    return await translateModule(text, path, (specifier, line) => {
      const found = resolveSpecifier(specifier, path, map, line);
      if (found.kind === "other") return found.specifier;
      waiting.push({ path: found.path, position: positionOf(path, line) });
      return found.relative ?? this.#urlOf(found.path) + found.suffix;
    });
  }

  #pathOf(path: string): string {
    return join(this.#folder, resolve(path).replace(/^([A-Za-z]):/, "/$1"));
  }

  #urlOf(path: string): string {
    return pathToFileURL(this.#pathOf(path)).href;
  }
}

/** A file to copy. */
interface Waiting {
  readonly path: string;
  /** Where it is imported. */
  readonly position?: string;
}

async function readFile({ path, position }: Waiting): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    const reason = error instanceof Deno.errors.NotFound ? "does not exist" : messageOf(error);
    const problem = position === undefined
      ? { path: "", message: reason, position: positionOf(path) }
      : { path: "", message: `imports ${positionOf(path)}: ${reason}`, position };
    throw new ConfigError([problem], { cause: error });
  }
}

/** What the engine says about JSON does not name the file. */
function checkJson(text: string, path: string): void {
  try {
    JSON.parse(text);
  } catch (error) {
    const problem = { path: "", message: messageOf(error), position: positionOf(path) };
    throw new ConfigError([problem], { cause: error });
  }
}

async function makeFolder(): Promise<string> {
  try {
    const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "sextant-" }));
    addEventListener("unload", () => {
      try {
        Deno.removeSync(folder, { recursive: true });
      } catch {
        // What is left lies in the system's temporary folder, which it cleans.
      }
    });
    return folder;
  } catch (error) {
    throw new SextantError("USAGE", `cannot write a temporary folder: ${messageOf(error)}`, {
      hint: "Set TMPDIR to a folder that can be written to",
      cause: error,
    });
  }
}
