/**
 * Finds the lines of what a YAML text holds between brackets and braces.
 *
 * @module
 */

import { newPlace, unquote, type YamlPlace } from "./yaml_place.ts";

/**
 * Reads a collection in brackets or braces from the beginning of a text, which is on a line of the whole.
 * Gives the number of lines that it covers.
 */
export function readFlow(
  text: string,
  place: YamlPlace,
  line: number,
  anchors: Map<string, YamlPlace>,
): number {
  const reader = new FlowReader(text, line, anchors);
  reader.readInto(place, 0);
  return reader.line - line + 1;
}

const QUOTED_REGEXP = /"(?:\\[^]|[^"\\])*"|'(?:''|[^'])*'/y;
const PLAIN_REGEXP = /(?:[^\s,[\]{}:#]|:(?![\s,[\]{}]|$)|[ \t]+(?![\s#,:[\]{}]|$)|#)+/y;
const DEEPEST = 100;

class FlowReader {
  line: number;
  readonly #text: string;
  readonly #anchors: Map<string, YamlPlace>;
  #at = 0;

  constructor(text: string, line: number, anchors: Map<string, YamlPlace>) {
    this.#text = text;
    this.line = line;
    this.#anchors = anchors;
  }

  /** Reads the collection that begins here; behind its end, or that of the text, afterwards. */
  readInto(place: YamlPlace, depth: number): void {
    const isMap = this.#text[this.#at++] === "{";
    for (let index = 0; this.#skipSpace(); index++) {
      const next = this.#text[this.#at];
      if (next === "}" || next === "]") {
        this.#at++;
        return;
      }
      if (next === ",") {
        this.#at++;
        index--;
        continue;
      }
      const entry = newPlace(this.line);
      const key = this.#readNode(entry, depth);
      this.#skipSpace();
      if (this.#text[this.#at] !== ":") {
        entry.last = this.line;
        place.within.set(isMap ? key : index, entry);
        continue;
      }
      this.#at++;
      this.#skipSpace();
      const value = newPlace(entry.line);
      if (!/[,\]}]/.test(this.#text[this.#at] ?? "")) this.#readNode(value, depth);
      value.last = this.line;
      if (isMap) place.within.set(key, value);
      else place.within.set(index, { ...newPlace(entry.line), within: new Map([[key, value]]) });
    }
  }

  /** Reads a value or a key into its place; gives what it is as a key. */
  #readNode(place: YamlPlace, depth: number): string {
    while (/[&!]/.test(this.#text[this.#at] ?? "")) {
      const property = this.#match(/[&!][^\s,[\]{}]*/y);
      if (property.startsWith("&")) this.#anchors.set(property.slice(1), place);
      this.#skipSpace();
    }
    const next = this.#text[this.#at] ?? "";
    if (/[{[]/.test(next)) {
      if (depth > DEEPEST) this.#at = this.#text.length;
      else this.readInto(place, depth + 1);
      return "";
    }
    if (/["']/.test(next)) {
      const quoted = this.#match(QUOTED_REGEXP);
      if (quoted === "") this.#at++;
      return unquote(quoted);
    }
    const plain = this.#match(PLAIN_REGEXP).trim();
    // Whatever it is that cannot be read must not be read for ever.
    if (plain === "") this.#at++;
    if (plain.startsWith("*")) place.aliases.push(plain.slice(1));
    else place.plain = plain;
    return plain;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += found.length;
    this.line += found.split("\n").length - 1;
    return found;
  }

  /** Goes to the next character of a value; false at the end. */
  #skipSpace(): boolean {
    this.#match(/(?:\s|(?<=\s)#[^\n]*)*/y);
    return this.#at < this.#text.length;
  }
}
