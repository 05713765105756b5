/**
 * Says where in the user's files an import failed.
 *
 * @module
 */
import { dirname, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { type ConfigProblem, messageOf } from "../errors.ts";

const PLACE_REGEXP = /(?<url>file:\/\/[^\s()'"]+?):(?<line>\d+):(?<column>\d+)/g;

/** What is wrong with a module, from whatever its import threw: the first place in the project that the error names. */
export function problemIn(error: unknown, path: string): ConfigProblem {
  // Deno colours the places in its messages.
  const text = stripVTControlCharacters(
    error instanceof Error ? `${error.message}\n${error.stack ?? ""}` : String(error),
  );
  const folder = pathToFileURL(dirname(path)).href;
  const places = [...text.matchAll(PLACE_REGEXP)].map(({ groups }) => groups ?? {});
  const place = places.find(({ url }) => url?.startsWith(folder));
  const position = place
    ? positionOf(fileURLToPath(place["url"] ?? ""), place["line"], place["column"])
    : positionOf(path);
  return { path: "", message: firstLine(stripVTControlCharacters(reasonOf(error))), position };
}

/** Whatever was thrown, in words: it need not be an error, nor an error that says something. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? messageOf(error) || error.name : error;
  if (typeof message === "string" && message.trim() !== "") return message;
  const isNamed = error === undefined || error === null;
  return `throws ${isNamed ? String(error) : `a value that is no error (${typeof error})`}`;
}

/** A place as the user would type it: relative to the working folder where it is below. */
export function positionOf(
  path: string,
  ...lineAndColumn: readonly (string | number | undefined)[]
): string {
  const near = relative(Deno.cwd(), path);
  return [near.startsWith("..") ? path : near, ...lineAndColumn.filter((part) => part)].join(":");
}

/** Deno adds the place and an excerpt to its messages. */
function firstLine(message: string): string {
  const [line = ""] = message.split("\n");
  return line.replace(/ at file:\/\/\S+:\d+:\d+$/, "").trim();
}
