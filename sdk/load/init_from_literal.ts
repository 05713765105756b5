/**
 * Writes plain data as literals of TypeScript, broken into lines as a formatter would.
 *
 * @module
 */

import { isPlainObject } from "../config/plain_data.ts";

/** How the smallest parts of a literal are written. */
export interface LiteralWriter {
  /** Writes what is neither a list nor a plain object; names lead to it. */
  readonly scalar: (value: unknown, path: readonly string[]) => string;
  /** Writes a key with what follows it; `undefined` for one that is written as it is. */
  readonly key: (key: string) => string | undefined;
}

/** A literal to write. */
export interface Literal {
  /** What it is. */
  readonly value: unknown;
  /** Names that lead to it. */
  readonly path: readonly string[];
  /** Columns before the line that it begins on. */
  readonly indent: number;
  /** Columns that stand on its first line besides the indent and the literal. */
  readonly around: number;
}

/** Columns of a line, those of `deno fmt`. */
const COLUMNS = 80;

/** Writes a literal; one that does not fit on its line has a line for each of its parts. */
export function literalText(literal: Literal, writer: LiteralWriter): string {
  const { value, path, indent, around } = literal;
  const parts = partsOf(value, path, writer);
  const inline = inlineText(value, path, writer);
  if (parts.length === 0 || indent + around + inline.length <= COLUMNS) return inline;
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  const inner = " ".repeat(indent + 2);
  const lines = parts.map(({ name, item, at }) => {
    // The comma behind it takes a column too.
    const part = { value: item, path: at, indent: indent + 2, around: name.length + 1 };
    const text = literalText(part, writer);
    const isLong = !text.includes("\n") && part.indent + part.around + text.length > COLUMNS;
    const isBelow = isLong && name !== "" && partsOf(item, at, writer).length === 0;
    return isBelow ? `${inner}${name.trimEnd()}\n${inner}  ${text},` : `${inner}${name}${text},`;
  });
  return [open, ...lines, " ".repeat(indent) + close].join("\n");
}

/** A text as a literal, in the quotes that need less escaping. */
export function quotedText(text: string): string {
  const quoted = JSON.stringify(text);
  if (countOf(text, '"') <= countOf(text, "'")) return quoted;
  return `'${quoted.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

function countOf(text: string, letter: string): number {
  return text.split(letter).length - 1;
}

interface Part {
  readonly name: string;
  readonly item: unknown;
  readonly at: readonly string[];
}

function partsOf(value: unknown, path: readonly string[], writer: LiteralWriter): readonly Part[] {
  if (Array.isArray(value)) {
    return value.map((item, index) => ({ name: "", item, at: [...path, String(index)] }));
  }
  if (!isPlainObject(value)) return [];
  return Object.entries(value).map(([key, item]) => ({
    name: `${writer.key(key) ?? keyText(key)}: `,
    item,
    at: [...path, key],
  }));
}

/** A key; in quotes, `__proto__` would set the prototype. */
function keyText(key: string): string {
  if (key === "__proto__") return '["__proto__"]';
  return /^[a-z_$][\w$]*$/i.test(key) ? key : quotedText(key);
}

function inlineText(value: unknown, path: readonly string[], writer: LiteralWriter): string {
  const parts = partsOf(value, path, writer)
    .map(({ name, item, at }) => name + inlineText(item, at, writer));
  if (Array.isArray(value)) return `[${parts.join(", ")}]`;
  if (!isPlainObject(value)) return writer.scalar(value, path);
  return parts.length === 0 ? "{}" : `{ ${parts.join(", ")} }`;
}
