/**
 * The values of YAML files, each with the place that it comes from.
 *
 * @module
 */

import type { ConfigPath } from "../config/problems.ts";
import { isPlainObject } from "../config/plain_data.ts";
import type { YamlDocument } from "./yaml_document.ts";

/** A value that holds no others. */
export type YamlScalar = string | number | boolean | null;

/** A value, and where it stands. */
export interface YamlNode {
  /** The file. */
  readonly document: YamlDocument;
  /** Where in the file. */
  readonly path: ConfigPath;
  /** What it is. */
  readonly content: YamlScalar | readonly YamlNode[] | ReadonlyMap<string, YamlNode>;
}

/** A value that cannot be taken as it is. */
export class YamlValueError extends Error {
  /** Where. */
  readonly path: ConfigPath;

  /** Makes an error about a place. */
  constructor(path: ConfigPath, message: string) {
    super(message);
    this.path = path;
  }
}

/**
 * Reads a whole document.
 *
 * @throws {YamlValueError} If an alias leads back to itself, or aliases multiply what is written beyond measure.
 */
export function nodesOf(document: YamlDocument): YamlNode {
  return new NodeReader(document).read(document.value, [], []);
}

/** Lays one value over another as Kamal does: maps are merged deeply, all else is replaced. */
export function mergeNodes(base: YamlNode, over: YamlNode): YamlNode {
  if (!isMapNode(base) || !isMapNode(over)) return over;
  const merged = new Map(base.content);
  for (const [key, node] of over.content) {
    const before = merged.get(key);
    merged.set(key, before ? mergeNodes(before, node) : node);
  }
  return { ...over, content: merged };
}

/** A value that holds others by name. */
export interface YamlMapNode extends YamlNode {
  /** The others. */
  readonly content: ReadonlyMap<string, YamlNode>;
}

/** A list of values. */
export interface YamlListNode extends YamlNode {
  /** The values. */
  readonly content: readonly YamlNode[];
}

/** Whether a value holds others by name. */
export function isMapNode(node: YamlNode | undefined): node is YamlMapNode {
  return node?.content instanceof Map;
}

/** Whether a value is a list. */
export function isListNode(node: YamlNode | undefined): node is YamlListNode {
  return Array.isArray(node?.content);
}

/** A scalar as Ruby writes it out as text; `undefined` for what is none. */
export function textOf(node: YamlNode): string | undefined {
  const { content } = node;
  if (typeof content === "number") {
    return numberText(content, node.document.plainAt(node.path) ?? "");
  }
  return typeof content === "string" || typeof content === "boolean" ? String(content) : undefined;
}

/** Ruby keeps apart what JavaScript has one number for, and knows integers of any length. */
function numberText(value: number, written: string): string {
  const digits = written.replaceAll("_", "");
  if (/^[-+]?[1-9]\d*$/.test(digits)) return digits.replace(/^\+/, "");
  const isFraction = /^[-+]?\d*\.?\d*(?:e[-+]?\d+)?$/i.test(digits) && /[.e]/i.test(digits);
  return isFraction && Number.isInteger(value) ? value.toFixed(1) : String(value);
}

const MOST_NODES = 50_000;
const DEEPEST = 100;
/** Words that are true or false for Ruby, and texts for parsers of later YAML. */
const BOOLEAN_REGEXP = /^(?:yes|no|on|off)$/i;

class NodeReader {
  readonly #document: YamlDocument;
  #count = 0;

  constructor(document: YamlDocument) {
    this.#document = document;
  }

  read(value: unknown, path: ConfigPath, around: readonly unknown[]): YamlNode {
    if (++this.#count > MOST_NODES) {
      throw new YamlValueError(path.slice(0, 1), "is too large, its aliases multiply it");
    }
    return { document: this.#document, path, content: this.#contentOf(value, path, around) };
  }

  #contentOf(value: unknown, path: ConfigPath, around: readonly unknown[]): YamlNode["content"] {
    if (typeof value !== "object" || value === null) return this.#scalarOf(value, path);
    if (value instanceof Date) {
      return this.#document.plainAt(path) ?? value.toISOString().replace("T00:00:00.000Z", "");
    }
    if (around.includes(value)) throw new YamlValueError(path, "is an alias of what it stands in");
    if (path.length > DEEPEST) throw new YamlValueError(path.slice(0, 1), "is nested too deeply");
    const within = [...around, value];
    if (Array.isArray(value)) {
      return value.map((item, index) => this.read(item, [...path, index], within));
    }
    if (!isPlainObject(value)) {
      throw new YamlValueError(path, "is of a kind that is not known here; write it without a tag");
    }
    return new Map(
      Object.entries(value).map(([key, item]) => [key, this.read(item, [...path, key], within)]),
    );
  }

  #scalarOf(value: unknown, path: ConfigPath): YamlScalar {
    if (typeof value === "string") {
      const isBoolean = BOOLEAN_REGEXP.test(value) && this.#document.plainAt(path) === value;
      return isBoolean ? /^(?:yes|on)$/i.test(value) : value;
    }
    if (typeof value === "number" || typeof value === "boolean") return value;
    if (value === null || value === undefined) return null;
    throw new YamlValueError(path, "is of a kind that is not known here; write it without a tag");
  }
}
