/**
 * Adds one call of a builder's method to the calls before it.
 *
 * @module
 */

import { ConfigError, type ConfigProblem } from "../errors.ts";
import { longEnv } from "./long_form.ts";
import { isMap, mergeWith } from "./merge.ts";
import type { PlainObject } from "./plain_data.ts";
import { type ConfigPath, got, spellPath } from "./problems.ts";
import { isSecretReference } from "./secret.ts";

/**
 * Adds up two parts of a spec: lists append, objects merge deeply, roles and accessories stay whole.
 *
 * @throws {ConfigError} If something is set twice; names all of it, with both values.
 */
export function combine(before: PlainObject, added: PlainObject): PlainObject {
  const problems: ConfigProblem[] = [];
  const combined = combineAt(before, added, [], problems);
  if (problems.length === 0) return combined;
  throw new ConfigError(problems, {
    hint: "Say each thing once, or override it in .destination().",
  });
}

function combineAt(
  before: PlainObject,
  added: PlainObject,
  path: ConfigPath,
  problems: ConfigProblem[],
): PlainObject {
  const within = path[0] === "destinations" ? path.slice(2) : path;
  const isWhole = within.length === 1 && ["servers", "accessories"].includes(String(within[0]));
  return mergeWith(before, added, (first, second, key) => {
    const at = [...path, key];
    if (!isWhole && Array.isArray(first) && Array.isArray(second)) return [...first, ...second];
    if (!isWhole && isMap(first) && isMap(second)) {
      const [before, added] = key === "env" && within.length === 0
        ? [longEnv(first), longEnv(second)]
        : [first, second];
      if (isMap(before) && isMap(added)) return combineAt(before, added, at, problems);
    }
    problems.push({ path: spellPath(at), message: setTwice(first, second, at) });
    return first;
  });
}

function setTwice(first: unknown, second: unknown, path: ConfigPath): string {
  const [before, after] = [first, second].map((value) => {
    if (isSecretReference(value)) return `secret("${value.secret}")`;
    return isMap(value) || Array.isArray(value) ? "" : got(value, path).replace(", got ", "");
  });
  return before && after ? `is set twice, to ${before} and to ${after}` : "is declared twice";
}
