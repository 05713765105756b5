/**
 * Says what a specifier in one of the user's modules leads to.
 *
 * @module
 */
import { fileURLToPath, pathToFileURL } from "node:url";
import { ConfigError } from "../errors.ts";
import { type ImportMap, mapSpecifier, ownPart } from "./module_imports.ts";
import { positionOf } from "./module_problem.ts";

/** What a specifier leads to: a file of the project, or something that is imported as it stands. */
export type Resolution = FileResolution | OtherResolution;

/** A specifier that leads to a file of the project. */
export interface FileResolution {
  /** Tells it from other specifiers. */
  readonly kind: "file";
  /** Path of the file. */
  readonly path: string;
  /** The specifier, if it is relative: such a one leads from copy to copy as it is. */
  readonly relative?: string;
  /** Query and fragment. */
  readonly suffix: string;
}

/** A specifier that needs no copy. */
export interface OtherResolution {
  /** Tells it from a file of the project. */
  readonly kind: "other";
  /** What to import. */
  readonly specifier: string;
}

/** The modules of our own package, by the part that a specifier names, seen from here. */
const OWN_MODULES: Readonly<Record<string, string>> = {
  "": "../../mod.ts",
  cli: "../../cli.ts",
  recipes: "../../recipes/mod.ts",
  testing: "../testing.ts",
};
const EMBEDDED_PARTS = ["", "recipes"];
const ZOD_REGEXP = /^(?:npm:\/?)?zod(?:@[^/]*)?$/;
const LOCAL_REGEXP = /^(?:\.{0,2}\/|file:)/;

/**
 * Resolves a specifier of a module.
 *
 * @throws {ConfigError} If it names a package that the compiled binary does not hold.
 */
export function resolveSpecifier(
  given: string,
  importer: string,
  map: ImportMap,
  line?: number,
): Resolution {
  const base = pathToFileURL(importer);
  const own = ownPart(given);
  const specifier = own === undefined ? mapSpecifier(given, base, map) : given;
  const part = own ?? ownPart(specifier);
  const ownModule = part === undefined ? undefined : resolveOwn(part);
  if (ownModule !== undefined) return { kind: "other", specifier: ownModule };
  if (LOCAL_REGEXP.test(specifier)) {
    const url = new URL(specifier, base);
    const relative = specifier.startsWith(".") ? { relative: specifier } : {};
    return { kind: "file", path: fileURLToPath(url), suffix: url.search + url.hash, ...relative };
  }
  // Deno itself fetches what is not there.
  if (/^(?:node|data):/.test(specifier) || !Deno.build.standalone) {
    return { kind: "other", specifier };
  }
  if (ZOD_REGEXP.test(specifier)) return { kind: "other", specifier: "zod" };
  throw notEmbedded(given, specifier, positionOf(importer, line));
}

/** The very modules that this program runs on, so that the user's deployment does not load a second copy. */
function resolveOwn(part: string): string | undefined {
  if (Deno.build.standalone) {
    if (!EMBEDDED_PARTS.includes(part)) return undefined;
    return part === "" ? "@sextant/deploy" : `@sextant/deploy/${part}`;
  }
  const module = OWN_MODULES[part];
  return module === undefined ? undefined : new URL(module, import.meta.url).href;
}

function notEmbedded(given: string, specifier: string, position: string): ConfigError {
  const mapped = given === specifier ? "" : ` (${specifier})`;
  const message = `imports "${given}"${mapped}, which is not part of this program; ` +
    "there are @sextant/deploy, zod, node: modules and local files";
  return new ConfigError([{ path: "", message, position }], {
    hint: "Run it with Deno, which fetches packages: deno run -A jsr:@sextant/deploy/cli",
  });
}
