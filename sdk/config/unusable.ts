/**
 * Values that no deployment can hold, wherever they stand.
 *
 * @module
 */

import { isPlainObject } from "./plain_data.ts";
import type { ConfigPath, FoundProblem } from "./problems.ts";

/** Complains of NUL characters, of names that objects keep for themselves, and of objects that are no plain data. */
export function unusableIn(value: unknown, path: ConfigPath = []): readonly FoundProblem[] {
  if (typeof value === "string" && value.includes("\0")) {
    return [{ path, message: "has a NUL character, which no command can be given" }];
  }
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => unusableIn(item, [...path, index]));
  }
  if (isPlainObject(value)) {
    return Object.entries(value).flatMap(([key, item]) => {
      if (key !== "__proto__") return unusableIn(item, [...path, key]);
      return [{ path: [...path, key], message: "is a name that cannot be used: take another" }];
    });
  }
  if (typeof value !== "object" || value === null) return [];
  const kind = value instanceof Promise ? "a promise: write await in front of it" : kindOf(value);
  return [{ path, message: `should be plain data, got ${kind}` }];
}

function kindOf(value: object): string {
  const { name = "" } = value.constructor ?? {};
  return `${/^[AEIOU]/.test(name) ? "an" : "a"} ${name || "class's object"}`;
}
