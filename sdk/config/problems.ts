/**
 * Words what is wrong with a configuration, in the user's own spelling.
 *
 * @module
 */

import type * as z from "zod";
import type { ConfigProblem } from "../errors.ts";
import { unknownKey } from "./closest.ts";
import { isPlainObject, valueAt } from "./plain_data.ts";

/** Where in a configuration. */
export type ConfigPath = readonly (string | number)[];

/** Takes one thing that is wrong. */
export type ReportProblem = (path: ConfigPath, message: string) => void;

/** A problem whose path is not spelt out yet. */
export interface FoundProblem {
  /** Where. */
  readonly path: ConfigPath;
  /** What is wrong there. */
  readonly message: string;
}

/** Spells a path as a user would write it, such as `servers.web.hosts[1]`. */
export function spellPath(path: ConfigPath): string {
  return path.map((key, index) => {
    if (typeof key === "number") return `[${key}]`;
    if (!/^[\w-]+$/.test(key)) return `[${JSON.stringify(key)}]`;
    return index === 0 ? key : `.${key}`;
  }).join("");
}

/**
 * Spells a problem's path as it stands in the original.
 *
 * A list of hosts is short for `hosts`, a plain environment for `clear`, a host's address for `host`:
 * where the original has the short form, the long one's key is left out.
 */
export function spellProblem(problem: FoundProblem, original: unknown): ConfigProblem {
  const path: (string | number)[] = [];
  for (const [index, key] of problem.path.entries()) {
    const parent = valueAt(original, path);
    const isShort = typeof key === "string" && ["hosts", "clear", "host"].includes(key) &&
      index > 0 && parent !== undefined && !(isPlainObject(parent) && Object.hasOwn(parent, key));
    const isLast = index === problem.path.length - 1;
    if (!isShort || (isLast && isPlainObject(parent))) path.push(key);
  }
  return { path: spellPath(path), message: problem.message };
}

/** Words what a schema found in some data. */
export function problemsOf(
  issues: readonly z.core.$ZodIssue[],
  data: unknown,
  under: ConfigPath = [],
): readonly FoundProblem[] {
  return issues.flatMap((issue): readonly FoundProblem[] => {
    const path = [
      ...under,
      ...issue.path.map((key) => typeof key === "number" ? key : String(key)),
    ];
    if (issue.code === "unrecognized_keys") {
      const known = issue.message.split(" ");
      return issue.keys.map((key) => ({
        path: [...path, key],
        message: unknownKey(key, known),
      }));
    }
    if (issue.code === "invalid_union") {
      const meant = issue.errors.find((branch) => !branch.some(isWrongType));
      if (meant) return problemsOf(meant, data, path);
    }
    return [{ path, message: messageFor(issue, path, valueAt(data, path)) }];
  });
}

/** How a value is told back to its author, without what might be a secret. */
export function got(value: unknown, path: ConfigPath): string {
  if (path.some((key) => /secret|password|token|key_?data/i.test(String(key)))) return "";
  if (Array.isArray(value)) return ", got a list";
  if (typeof value === "object" && value !== null) return ", got an object";
  if (typeof value === "string") {
    return `, got ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`;
  }
  if (value === undefined) return ", got nothing";
  return ["number", "boolean"].includes(typeof value)
    ? `, got ${value}`
    : `, got ${typeof value === "object" ? "null" : `a ${typeof value}`}`;
}

function isWrongType(issue: z.core.$ZodIssue): boolean {
  return issue.path.length === 0 && issue.code === "invalid_type";
}

function messageFor(issue: z.core.$ZodIssue, path: ConfigPath, value: unknown): string {
  switch (issue.code) {
    case "invalid_type":
    case "invalid_union":
    case "invalid_value":
      if (value === undefined) return `is missing, should be ${expected(issue)}`;
      return `should be ${expected(issue)}${got(value, path)}`;
    case "too_small":
      if (issue.origin === "array") return "should not be empty";
      return `should be at least ${issue.minimum}${got(value, path)}`;
    case "too_big":
      return `should be at most ${issue.maximum}${got(value, path)}`;
    case "invalid_key":
      return issue.issues.map((inner) => inner.message).join(", ");
    default:
      return issue.message;
  }
}

function expected(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_value") {
    return oneOf(
      issue.values.map((value) => typeof value === "string" ? `"${value}"` : `${String(value)}`),
    );
  }
  if (issue.code === "invalid_union") {
    return oneOf([...new Set(issue.errors.flat().filter(isWrongType).map(expected))]);
  }
  if (issue.code !== "invalid_type") return "valid";
  return TYPE_NAMES[issue.expected] ?? issue.message;
}

function oneOf(choices: readonly string[]): string {
  const last = choices.at(-1) ?? "";
  return choices.length < 2 ? last : `${choices.slice(0, -1).join(", ")} or ${last}`;
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  record: "an object",
};
