/**
 * Turns the text of a TypeScript module into JavaScript that can run elsewhere; lines stay where they are.
 *
 * @module
 */
import { init, parse } from "es-module-lexer";
import { extname } from "node:path";
import { pathToFileURL } from "node:url";
import { transform } from "sucrase";
import { ConfigError, messageOf } from "../errors.ts";
import { positionOf } from "./module_problem.ts";

/** Gives the specifier to write for one that stands on a line of a module. */
export type RewriteSpecifier = (specifier: string, line: number) => string;

/** Name of the function on `globalThis` that stands for `import()` of a computed specifier. */
export const COMPUTED_IMPORT = Symbol.for("sextant.computed-import");

const TYPESCRIPT_REGEXP = /\.[mc]?tsx?$/;
const JAVASCRIPT_REGEXP = /\.m?jsx?$/;

/** Whether a file is a module whose text must be translated, rather than data. */
export function isModule(path: string): boolean {
  return TYPESCRIPT_REGEXP.test(path) || JAVASCRIPT_REGEXP.test(path);
}

/**
 * Translates a module: types are stripped, specifiers rewritten, and `import.meta` speaks of the original file.
 *
 * @throws {ConfigError} If the text cannot be parsed.
 */
export async function translateModule(
  text: string,
  path: string,
  rewrite: RewriteSpecifier,
): Promise<string> {
  await init;
  const code = stripTypes(text.replace(/^#!/, "//"), path);
  let result = "";
  let written = 0;
  let usesMeta = false;
  const replace = (start: number, end: number, by: string): void => {
    result += code.slice(written, start) + by;
    written = end;
  };
  for (const found of findImports(code, path)) {
    const isComputed = found.type === "dynamic" && (found.specifier === undefined || found.glob);
    if (found.type === "import-meta") usesMeta = true;
    else if (isComputed) {
      const name = JSON.stringify(Symbol.keyFor(COMPUTED_IMPORT));
      const call = `globalThis[Symbol.for(${name})](${JSON.stringify(path)},`;
      replace(found.importStart, found.start, call);
    } else if (typeof found.specifier === "string") {
      const specifier = rewrite(found.specifier, lineAt(code, found.start));
      if (specifier === found.specifier) continue;
      // Only of a dynamic import does the range hold the quotes.
      const quotes = found.type === "dynamic" ? 0 : 1;
      replace(found.start - quotes, found.end + quotes, JSON.stringify(specifier));
    }
  }
  return (usesMeta ? ownMeta(path) : "") + result + code.slice(written);
}

function stripTypes(code: string, path: string): string {
  if (!TYPESCRIPT_REGEXP.test(path)) return code;
  try {
    return transform(code, {
      transforms: extname(path).endsWith("x") ? ["typescript", "jsx"] : ["typescript"],
      disableESTransforms: true,
      preserveDynamicImport: true,
      filePath: path,
    }).code;
  } catch (error) {
    throw syntaxError(error, path, /\((\d+):(\d+)\)$/);
  }
}

function findImports(code: string, path: string): ReturnType<typeof parse>[0] {
  try {
    return parse(code, path)[0];
  } catch (error) {
    throw syntaxError(error, path, /:(\d+):(\d+)$/);
  }
}

/** The place stands at the end of both parsers' messages, the path at their beginning. */
function syntaxError(error: unknown, path: string, place: RegExp): ConfigError {
  const text = messageOf(error);
  const [end = "", line, column] = place.exec(text) ?? [];
  const message = text.slice(0, text.length - end.length)
    .replace(`Error transforming ${path}: `, "").replace(`Parse error ${path}`, "cannot be parsed");
  const problem = { path: "", message: message.trim(), position: positionOf(path, line, column) };
  return new ConfigError([problem], { cause: error });
}

/** `import.meta` is an ordinary object; this stands on the first line, so that lines stay. */
function ownMeta(path: string): string {
  const url = JSON.stringify(pathToFileURL(path).href);
  const meta = [
    `import.meta.url=${url}`,
    `import.meta.filename=${JSON.stringify(path)}`,
    `import.meta.dirname=${JSON.stringify(path.replace(/[\\/][^\\/]*$/, ""))}`,
    `import.meta.resolve=(specifier)=>new URL(specifier,${url}).href`,
  ];
  return meta.join(";") + ";";
}

function lineAt(code: string, index: number): number {
  return code.slice(0, index).split("\n").length;
}
