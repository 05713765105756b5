/**
 * Finds the lines of a YAML text's keys, since the parser keeps none.
 *
 * What the parser has taken is not checked again here: where a text is written in a way that this does not follow,
 * the line is that of the nearest key above.
 *
 * @module
 */

import type { ConfigPath } from "../config/problems.ts";
import { readFlow } from "./yaml_flow.ts";
import { newPlace, unquote, type YamlPlace } from "./yaml_place.ts";

/** The places of a YAML text. */
export class YamlPlaces {
  readonly #root: YamlPlace;
  readonly #anchors: ReadonlyMap<string, YamlPlace>;

  /** Reads a text that the parser has taken. */
  constructor(text: string) {
    const reader = new BlockReader(text);
    this.#root = reader.read();
    this.#anchors = reader.anchors;
  }

  /** The line of a value, or of the nearest one around it. */
  lineOf(path: ConfigPath): number {
    return this.#walk(path).place.line;
  }

  /** The line on which a value ends, or the nearest one around it. */
  lastLineOf(path: ConfigPath): number {
    return this.#walk(path).place.last;
  }

  /** The text of a value without quotes; `undefined` for all other values. */
  plainAt(path: ConfigPath): string | undefined {
    const { place, isExact } = this.#walk(path);
    return isExact ? place.plain : undefined;
  }

  #walk(path: ConfigPath): { readonly place: YamlPlace; readonly isExact: boolean } {
    let place = this.#root;
    for (const key of path) {
      const next = this.#step(place, key, 0);
      if (!next) return { place, isExact: false };
      place = next;
    }
    return { place, isExact: true };
  }

  #step(place: YamlPlace, key: string | number, depth: number): YamlPlace | undefined {
    const own = place.within.get(key);
    if (own || depth > 20) return own;
    const merged = place.within.get("<<");
    for (const name of [...place.aliases, ...merged ? aliasesOf(merged) : []]) {
      const anchor = this.#anchors.get(name);
      const found = anchor && this.#step(anchor, key, depth + 1);
      if (found) return found;
    }
    return undefined;
  }
}

/** A merge names one anchor or a list of them. */
function aliasesOf(merged: YamlPlace): readonly string[] {
  return [...merged.aliases, ...[...merged.within.values()].flatMap(({ aliases }) => aliases)];
}

const KEY_REGEXP =
  /^(?:[&!]\S+[ \t]+)*("(?:\\.|[^"\\])*"[ \t]*|'(?:''|[^'])*'[ \t]*|[^\s#&*!|>'"%@`{}[\]](?:[^:#]|:(?=\S)|(?<=\S)#)*?):(?:[ \t]+|$)/;
const ITEM_REGEXP = /^-(?:[ \t]+|$)/;
const DEEPEST = 100;

/** Reads what is nested by indentation. */
class BlockReader {
  readonly anchors = new Map<string, YamlPlace>();
  readonly #lines: string[];
  #row = 0;

  constructor(text: string) {
    this.#lines = text.split(/\r?\n/);
  }

  read(): YamlPlace {
    const root = newPlace(1);
    while (this.#skipBlank() && /^(?:%|---)/.test(this.#line)) this.#row++;
    const flow = /^\s*[{[]/.test(this.#line);
    if (flow) this.#readValue(this.#line.trimStart(), -1, root, 0);
    else this.#readBlock(indentOf(this.#line), root, 0);
    return root;
  }

  get #line(): string {
    return this.#lines[this.#row] ?? "";
  }

  /** Goes to the next line with something on it; false at the end. */
  #skipBlank(): boolean {
    while (this.#row < this.#lines.length && /^\s*(?:#.*)?$/.test(this.#line)) this.#row++;
    return this.#row < this.#lines.length;
  }

  #readBlock(indent: number, parent: YamlPlace, depth: number): void {
    let index = 0;
    const isList = ITEM_REGEXP.test(this.#line.slice(indent));
    while (this.#skipBlank() && indentOf(this.#line) >= indent) {
      const row = this.#row;
      const content = this.#line.slice(indent);
      const item = ITEM_REGEXP.exec(content)?.[0];
      const isHere = indentOf(this.#line) === indent;
      const key = item === undefined ? KEY_REGEXP.exec(content) : null;
      // A list may stand as far left as the key that it belongs to.
      if (isHere && isList && item === undefined) return;
      if (!isHere || depth > DEEPEST || (item === undefined && !key)) {
        // A text goes on, or something that is not followed.
        this.#row++;
      } else if (item !== undefined) {
        const place = enter(parent, index++, row);
        this.#readItem(indent, item, place, depth);
        place.last = this.#row;
      } else if (key) {
        const place = enter(parent, unquote((key[1] ?? "").trim()), row);
        this.#readValue(content.slice(key[0].length), indent, place, depth);
        place.last = this.#row;
      }
    }
  }

  #readItem(indent: number, item: string, place: YamlPlace, depth: number): void {
    const column = indent + item.length;
    const rest = this.#line.slice(column);
    const isNested = !/^[{[|>#]/.test(rest) && (ITEM_REGEXP.test(rest) || KEY_REGEXP.test(rest));
    if (!isNested) return this.#readValue(rest, indent, place, depth);
    // Keys beside the dash are read as if they stood below it.
    this.#lines[this.#row] = " ".repeat(column) + rest;
    this.#readBlock(column, place, depth + 1);
  }

  #readValue(text: string, indent: number, place: YamlPlace, depth: number): void {
    const rest = this.#readProperties(text, place);
    this.#row++;
    if (/^[{[]/.test(rest)) {
      const following = [rest, ...this.#lines.slice(this.#row)].join("\n");
      this.#row += readFlow(following, place, this.#row, this.anchors) - 1;
    } else if (/^[|>]/.test(rest)) {
      this.#skipText(indent);
    } else if (rest.startsWith("*")) {
      place.aliases.push(/^\*([^\s,]+)/.exec(rest)?.[1] ?? "");
    } else if (/^["']/.test(rest)) {
      this.#skipQuoted(rest);
    } else if (/^(?:#|$)/.test(rest)) {
      if (!this.#skipBlank()) return;
      const below = indentOf(this.#line);
      const isList = ITEM_REGEXP.test(this.#line.trimStart());
      if (below > indent || (isList && below === indent)) this.#readBelow(below, place, depth);
    } else {
      place.plain = rest.replace(/\s+#.*$/, "").trim();
      const goesOn = this.#skipBlank() && indentOf(this.#line) > indent;
      if (goesOn) delete place.plain;
    }
  }

  #readBelow(indent: number, place: YamlPlace, depth: number): void {
    const content = this.#line.trimStart();
    const isFlow = /^[{[*"'|>]/.test(content) && !KEY_REGEXP.test(content);
    if (isFlow) this.#readValue(content, indent - 1, place, depth);
    else this.#readBlock(indent, place, depth + 1);
  }

  #readProperties(text: string, place: YamlPlace): string {
    let rest = text;
    for (let match; (match = /^(?:&(\S+)|!\S*)(?:\s+|$)/.exec(rest));) {
      if (match[1] !== undefined) this.anchors.set(match[1], place);
      rest = rest.slice(match[0].length);
    }
    return rest;
  }

  #skipText(indent: number): void {
    while (
      this.#row < this.#lines.length &&
      (this.#line.trim() === "" || indentOf(this.#line) > indent)
    ) this.#row++;
  }

  /** A text in quotes that does not end on its line goes on until it does. */
  #skipQuoted(first: string): void {
    const whole = first.startsWith('"') ? /^"(?:\\.|[^"\\])*"/s : /^'(?:''|[^'])*'/s;
    for (let text = first; !whole.test(text) && this.#row < this.#lines.length; this.#row++) {
      text += `\n${this.#line}`;
    }
  }
}

function enter(parent: YamlPlace, key: string | number, row: number): YamlPlace {
  const place = newPlace(row + 1);
  parent.within.set(key, place);
  return place;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
