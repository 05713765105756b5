/**
 * Stands in for `@std/yaml` where JSR cannot be reached: the same values, from `npm:js-yaml`.
 *
 * @module
 */

// @ts-types="npm:@types/js-yaml@4.0.9"
import { DEFAULT_SCHEMA, dump, load, type Schema, Type, YAMLException } from "npm:js-yaml@4.1.1";

/** Where in a YAML text something is. */
export interface YamlPosition {
  /** Line, from 1. */
  readonly line: number;
  /** Column, from 1. */
  readonly column: number;
  /** Character of the text, from 0. */
  readonly offset: number;
}

/** A text that is not YAML; the message ends with the position and the line in question. */
export class YamlSyntaxError extends SyntaxError {
  /** Line, from 1. */
  readonly line: number;
  /** Column, from 1. */
  readonly column: number;
  /** Character of the text, from 0. */
  readonly offset: number;
  /** The lines around the error; absent where the text is empty. */
  readonly snippet?: string;

  /** Makes an error about a position of a text. */
  constructor(message: string, position: YamlPosition, snippet?: string) {
    const place = `at line ${position.line}, column ${position.column}`;
    super(`${message} ${place}${snippet ? `:\n${snippet}` : ""}`);
    this.name = "YamlSyntaxError";
    this.line = position.line;
    this.column = position.column;
    this.offset = position.offset;
    if (snippet !== undefined) this.snippet = snippet;
  }
}

/** How {@linkcode parse} reads. */
export interface ParseOptions {
  /**
   * Lets a later key win over an earlier one of the same name.
   *
   * @default {false}
   */
  readonly allowDuplicateKeys?: boolean;
}

/** How {@linkcode stringify} writes. */
export interface StringifyOptions {
  /**
   * Spaces per level.
   *
   * @default {2}
   */
  readonly indent?: number;
  /**
   * Indents the entries of a list below its key.
   *
   * @default {true}
   */
  readonly arrayIndent?: boolean;
  /**
   * Leaves out what YAML cannot say, such as `undefined`, instead of throwing.
   *
   * @default {false}
   */
  readonly skipInvalid?: boolean;
  /**
   * Sorts the keys of maps.
   *
   * @default {false}
   */
  readonly sortKeys?: boolean;
  /**
   * Columns after which long texts are folded; -1 for never.
   *
   * @default {80}
   */
  readonly lineWidth?: number;
  /**
   * Writes an object that occurs again as a reference.
   *
   * @default {true}
   */
  readonly useAnchors?: boolean;
}

/**
 * Reads one YAML document; an empty text is `null`.
 *
 * @throws {YamlSyntaxError} If the text is not one YAML document.
 */
export function parse(content: string, options: ParseOptions = {}): unknown {
  try {
    return load(content, { schema: SCHEMA, json: options.allowDuplicateKeys ?? false }) ?? null;
  } catch (error) {
    if (error instanceof YAMLException) throw syntaxError(error);
    throw error;
  }
}

/**
 * Writes a value as a YAML document.
 *
 * @throws {TypeError} If YAML cannot say a part of it.
 */
export function stringify(data: unknown, options: StringifyOptions = {}): string {
  try {
    return dump(data, {
      indent: options.indent ?? 2,
      noArrayIndent: !(options.arrayIndent ?? true),
      skipInvalid: options.skipInvalid ?? false,
      sortKeys: options.sortKeys ?? false,
      lineWidth: options.lineWidth ?? 80,
      noRefs: !(options.useAnchors ?? true),
    });
  } catch (error) {
    if (error instanceof YAMLException) throw new TypeError(error.reason, { cause: error });
    throw error;
  }
}

function syntaxError(error: YAMLException): YamlSyntaxError {
  const { line = 0, column = 0, position = 0, snippet } = error.mark ?? {};
  return new YamlSyntaxError(
    error.reason,
    { line: line + 1, column: column + 1, offset: position },
    snippet || undefined,
  );
}

const INTEGER_REGEXP = /^[-+]?(?:0b[01_]*[01]|0x[\da-fA-F_]*[\da-fA-F]|0[0-7_]*|[1-9][\d_]*)$/;
const FLOAT_REGEXP =
  /^(?:[-+]?(?:0|[1-9][\d_]*)(?:\.[\d_]*)?(?:e[-+]?\d+)?|\.[\d_]+(?:e[-+]?\d+)?|[-+]?\.inf|\.nan)$/i;

// YAML 1.1 as `@std/yaml` and Kamal's Ruby read it: 017 is octal, 0o17 and 008 are text.
const SCHEMA: Schema = DEFAULT_SCHEMA.extend({
  implicit: [
    new Type("tag:yaml.org,2002:int", {
      kind: "scalar",
      resolve: (text) => isText(text) && INTEGER_REGEXP.test(text) && !text.endsWith("_"),
      construct: (text) => integer(String(text).replaceAll("_", "")),
    }),
    new Type("tag:yaml.org,2002:float", {
      kind: "scalar",
      resolve: (text) => isText(text) && FLOAT_REGEXP.test(text) && !text.endsWith("_"),
      construct: (text) => float(String(text).replaceAll("_", "").toLowerCase()),
    }),
  ],
});

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function integer(text: string): number {
  const negative = text.startsWith("-");
  const digits = text.replace(/^[-+]/, "");
  const value = /^0\d/.test(digits) ? parseInt(digits, 8) : Number(digits);
  return negative && value !== 0 ? -value : value;
}

function float(text: string): number {
  if (text === ".nan") return NaN;
  if (text.endsWith(".inf")) return text.startsWith("-") ? -Infinity : Infinity;
  return parseFloat(text);
}
