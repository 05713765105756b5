/**
 * Names of secrets in a password manager.
 *
 * @module
 */

import { SextantError } from "../../errors.ts";
import type { FetchRequest } from "./adapter.ts";

/** The names, each behind the folder they come from, as Kamal writes them; each once. */
export function fullNames({ names, from }: FetchRequest): readonly string[] {
  return [...new Set(names.map((name) => from === undefined ? name : `${from}/${name}`))];
}

/**
 * As {@linkcode fullNames}.
 *
 * @throws {SextantError} `USAGE` if there are none.
 */
export function neededNames(request: FetchRequest): readonly string[] {
  if (request.names.length > 0) return fullNames(request);
  throw new SextantError("USAGE", "no secret is named", {
    hint: "Name the secrets behind the flags: secrets fetch --adapter … NAME …",
  });
}

/** A name in two: what stands before the last slash, and what stands behind it. */
export function splitLast(name: string): readonly [before: string, last: string] {
  const slash = name.lastIndexOf("/");
  return slash < 0 ? ["", name] : [name.slice(0, slash), name.slice(slash + 1)];
}

/** The items that names are in, each with the names of its own. */
export function groupBy(
  names: readonly string[],
  itemOf: (name: string) => string,
): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const item = itemOf(name);
    groups.set(item, [...groups.get(item) ?? [], name]);
  }
  return groups;
}
