/**
 * Applies the import map of the user's project.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { ConfigError, messageOf } from "../errors.ts";

/** What the nearest `deno.json` says about imports. */
export interface ImportMap {
  /** Where the map stands; its relative targets start there. */
  readonly base: URL;
  /** Targets by specifier, or by its beginning if that ends with `/`. */
  readonly imports: Readonly<Record<string, string>>;
  /** Targets for importers below a folder, by that folder. */
  readonly scopes: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const OWN_REGEXP = /^(?:(?:jsr|npm):\/?)?@sextant\/deploy(?:@[^/]*)?(?:\/(?<part>[^/]+))?$/;

/** The part of our own package that a specifier names, such as `recipes`; empty for the package itself. */
export function ownPart(specifier: string): string | undefined {
  const match = OWN_REGEXP.exec(specifier);
  return match ? match.groups?.["part"] ?? "" : undefined;
}

/**
 * Reads the import map of the project that a file belongs to: of the nearest `deno.json` or `deno.jsonc`.
 *
 * @throws {ConfigError} If that file cannot be read as JSON.
 */
export async function readImportMap(path: string): Promise<ImportMap> {
  let folder = dirname(path);
  while (true) {
    for (const name of ["deno.json", "deno.jsonc"]) {
      const file = join(folder, name);
      const text = await readIfThere(file);
      if (text !== undefined) return await importMapOf(file, text);
    }
    const above = dirname(folder);
    if (above === folder) return { base: pathToFileURL(path), imports: {}, scopes: {} };
    folder = above;
  }
}

/** The specifier that stands for another in modules of an importer; the same where the map does not name it. */
export function mapSpecifier(specifier: string, importer: URL, map: ImportMap): string {
  const scopes = Object.entries(map.scopes)
    .map(([folder, imports]) => ({ folder: new URL(folder, map.base).href, imports }))
    .filter(({ folder }) => importer.href.startsWith(folder))
    .sort((one, other) => other.folder.length - one.folder.length);
  for (const imports of [...scopes.map((scope) => scope.imports), map.imports]) {
    const target = targetIn(imports, specifier);
    if (target !== undefined) return absolute(target, map.base);
  }
  return specifier;
}

/** Whether a running Deno resolves names as the map says. */
export function isApplied(map: ImportMap, resolve: (name: string) => string): boolean {
  if (Object.keys(map.scopes).length > 0) return false;
  const others = Object.entries(map.imports).filter(([name]) => ownPart(name) === undefined);
  return others.every(([name, target]) => {
    try {
      return resolve(name) === resolve(absolute(target, map.base));
    } catch {
      return false;
    }
  });
}

async function importMapOf(file: string, text: string): Promise<ImportMap> {
  const base = pathToFileURL(file);
  const { imports = {}, scopes = {}, importMap } = parseJson(file, text);
  if (typeof importMap === "string" && Object.keys(imports).length === 0) {
    const other = new URL(importMap, base);
    const otherText = other.protocol === "file:" ? await readIfThere(other) : undefined;
    if (otherText !== undefined) {
      const { imports = {}, scopes = {} } = parseJson(other.pathname, otherText);
      return { base: other, imports, scopes };
    }
  }
  return { base, imports, scopes };
}

interface Configuration {
  imports?: Record<string, string>;
  scopes?: Record<string, Record<string, string>>;
  importMap?: unknown;
}

/** Comments, outside of strings, and commas before a closing bracket. */
const COMMENT_REGEXP = /("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[^]*?\*\//g;
const TRAILING_COMMA_REGEXP = /("(?:\\.|[^"\\])*")|,(?=\s*[}\]])/g;

function parseJson(file: string, text: string): Configuration {
  try {
    return JSON.parse(text.replace(COMMENT_REGEXP, "$1").replace(TRAILING_COMMA_REGEXP, "$1"));
  } catch (error) {
    throw new ConfigError([{ path: "", message: messageOf(error), position: file }], {
      cause: error,
    });
  }
}

async function readIfThere(file: string | URL): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function targetIn(
  imports: Readonly<Record<string, string>>,
  specifier: string,
): string | undefined {
  if (Object.hasOwn(imports, specifier)) return imports[specifier];
  const [longest] = Object.entries(imports)
    // As Deno does, an entry for a package also stands for what the package exports under paths.
    .map(([name, target]) =>
      /^(jsr|npm):/.test(target) ? [`${name}/`, `${target}/`] : [name, target]
    )
    .filter(([name = ""]) => name.endsWith("/") && specifier.startsWith(name))
    .sort(([one = ""], [other = ""]) => other.length - one.length);
  const [name = "", target] = longest ?? [];
  return target === undefined ? undefined : target + specifier.slice(name.length);
}

function absolute(target: string, base: URL): string {
  return /^(\.{0,2}\/)/.test(target) ? new URL(target, base).href : target;
}
