/**
 * Reads the text of a secrets file by Kamal's rules. Pure: nothing is looked up and nothing is run.
 *
 * @module
 */

import { ConfigError, type ConfigProblem } from "../errors.ts";

/** A piece of a secret's value. */
export type SecretPart =
  | {
    /** Stands for itself. */
    readonly kind: "text";
    /** The text. */
    readonly text: string;
  }
  | {
    /** `$NAME`, `${NAME}` or `${NAME:-fallback}`. */
    readonly kind: "variable";
    /** Name of an earlier secret of the file, or of an environment variable. */
    readonly name: string;
    /** What to take where the variable is unset or empty. */
    readonly fallback: readonly SecretPart[];
  }
  | {
    /** `$(command)`. */
    readonly kind: "command";
    /** What a shell runs; its own `$NAME`s are left to the shell. */
    readonly command: string;
  };

/** One assignment of a secrets file. */
export interface SecretEntry {
  /** Name of the secret. */
  readonly name: string;
  /** Line on which it begins, from 1. */
  readonly line: number;
  /** Its value, in order. */
  readonly parts: readonly SecretPart[];
}

type Quote = "'" | '"' | "";

interface RawValue {
  readonly text: string;
  readonly quote: Quote;
  readonly end: number;
}

const BLANK_REGEXP = /[ \t]*(?:#.*)?(?:\n|$)/y;
const ASSIGNMENT_REGEXP = /[ \t]*(?:export[ \t]+)?([\w.]+)(?:[ \t]*=|:(?=\s|$))[ \t]*/y;
const SINGLE_QUOTED_REGEXP = /'((?:\\'|[^'])*)'[ \t]*(?:#.*)?(?=\n|$)/y;
const DOUBLE_QUOTED_REGEXP = /"((?:\\"|[^"])*)"[ \t]*(?:#.*)?(?=\n|$)/y;
const PIECE_REGEXP = /\\\$|\$\(|\$\{(\w+)(?::-((?:\$\{[^}]*\}|[^}])*))?\}|\$(\w+)|[^$\\]+|[$\\]/y;

/**
 * Reads all assignments, in order; a name may come more than once, and then the last one counts.
 *
 * @param file How errors name the file.
 * @throws {ConfigError} If a line is no assignment, or a quote or `$(` is not closed; names every such line, and shows
 * none, since it may hold a secret.
 */
export function parseSecrets(text: string, file: string): readonly SecretEntry[] {
  const source = text.replace(/^\uFEFF/, "").replaceAll(/\r\n?/g, "\n");
  const entries: SecretEntry[] = [];
  const problems: ConfigProblem[] = [];
  let at = 0;
  while (at < source.length) {
    const blank = matchAt(BLANK_REGEXP, source, at);
    if (blank) {
      at += blank[0].length;
      continue;
    }
    const line = source.slice(0, at).split("\n").length;
    const assignment = matchAt(ASSIGNMENT_REGEXP, source, at);
    const name = assignment?.[1] ?? "";
    try {
      if (!assignment) throw new SyntaxError("should be NAME=value");
      const value = readValue(source, at + assignment[0].length);
      entries.push({ name, line, parts: readParts(value) });
      at = value.end;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      problems.push({ path: name, message: error.message, position: `${file}:${line}` });
    }
    at = lineEnd(source, at) + 1;
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return entries;
}

function readValue(source: string, start: number): RawValue {
  const single = matchAt(SINGLE_QUOTED_REGEXP, source, start);
  if (single) return { text: single[1]!, quote: "'", end: start + single[0].length };
  const double = matchAt(DOUBLE_QUOTED_REGEXP, source, start);
  if (double) return { text: double[1]!, quote: '"', end: start + double[0].length };

  const end = unquotedEnd(source, start);
  const text = source.slice(start, end).trim();
  const quote = text[0];
  if (quote !== "'" && quote !== '"') return { text, quote: "", end };
  // Kamal: quotes around the whole line count even where others stand inside, as in "$(op read "op://a/b")".
  if (text.length < 2 || text.at(-1) !== quote) throw new SyntaxError("the quote is not closed");
  return { text: text.slice(1, -1), quote, end };
}

/** A comment ends an unquoted value, but not inside `$(…)`, which may also go on over lines. */
function unquotedEnd(source: string, start: number): number {
  let at = start;
  while (at < source.length && source[at] !== "#" && source[at] !== "\n") {
    const opens = source.startsWith("$(", at) && (at === start || source[at - 1] !== "\\");
    at = opens ? closingParenthesis(source, at + 1) + 1 : at + 1;
  }
  return at;
}

function readParts({ text, quote }: RawValue): readonly SecretPart[] {
  if (quote === "'") return [{ kind: "text", text }];
  // Kamal: dotenv unescapes everything but \$ before it substitutes; \n in double quotes stays two characters.
  return substitutions(text.replaceAll(quote === '"' ? /\\([^$nr])/g : /\\([^$])/g, "$1"));
}

function substitutions(text: string): readonly SecretPart[] {
  const parts: SecretPart[] = [];
  let at = 0;
  for (
    let piece = matchAt(PIECE_REGEXP, text, at);
    piece;
    piece = matchAt(PIECE_REGEXP, text, at)
  ) {
    const [whole, braced, fallback = "", bare] = piece;
    const name = braced ?? bare;
    at += whole.length;
    if (whole === "$(") {
      const end = closingParenthesis(text, at - 1);
      parts.push({ kind: "command", command: text.slice(at, end).replaceAll("\\$", "$") });
      at = end + 1;
    } else if (name !== undefined) {
      parts.push({ kind: "variable", name, fallback: substitutions(fallback) });
    } else {
      parts.push({ kind: "text", text: whole === "\\$" ? "$" : whole });
    }
  }
  return parts;
}

/** The place of the parenthesis that closes the one at `open`; those in quotes or after a backslash do not count. */
function closingParenthesis(text: string, open: number): number {
  let depth = 0;
  let quote = "";
  for (let at = open; at < text.length; at++) {
    const char = text[at]!;
    if (char === "\\" && quote !== "'") at++;
    else if (quote) quote = char === quote ? "" : quote;
    else if (char === "'" || char === '"') quote = char;
    else if (char === "(") depth++;
    else if (char === ")" && --depth === 0) return at;
  }
  throw new SyntaxError("the $( is not closed");
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return at < text.length ? pattern.exec(text) : null;
}

function lineEnd(source: string, at: number): number {
  const end = source.indexOf("\n", at);
  return end < 0 ? source.length : end;
}
