/**
 * Finds the ERB tags of a text.
 *
 * @module
 */

/** A tag, and where it stands. */
export interface ErbTag {
  /** `<%= … %>`, `<%# … %>`, the `<%%` that stands for `<%`, any other code, or a tag without an end. */
  readonly kind: "expression" | "comment" | "literal" | "code" | "open";
  /** What stands between the marks; for a literal, what it stands for. */
  readonly code: string;
  /** The whole tag. */
  readonly text: string;
  /** Its first character. */
  readonly start: number;
  /** The character behind it. */
  readonly end: number;
  /** Its line, from 1. */
  readonly line: number;
}

/** What a text is besides its tags: YAML, or anything, which has no comments. */
export type ErbSyntax = "yaml" | "text";

/** Finds all tags but those within a comment of YAML. */
export function findTags(source: string, syntax: ErbSyntax = "yaml"): readonly ErbTag[] {
  const tags: ErbTag[] = [];
  let block: number | undefined;
  let line = 1;
  for (let start = 0; start < source.length; line++) {
    const indent = /^[ ]*/.exec(source.slice(start, endOfLine(source, start)))?.[0].length ?? 0;
    const isBlank = /^\s*$/.test(source.slice(start, endOfLine(source, start)));
    if (block !== undefined && !isBlank && indent <= block) block = undefined;
    const isText = syntax === "text" || block !== undefined;
    const { end, opensBlock, found } = readLine(source, start, line, isText);
    tags.push(...found);
    if (opensBlock) block = indent;
    line += source.slice(start, end).split("\n").length - 1;
    start = end + 1;
  }
  return tags;
}

interface Line {
  /** The line break, or the end of the text. */
  readonly end: number;
  /** Whether a text of several lines begins here, in which `#` begins no comment. */
  readonly opensBlock: boolean;
  readonly found: readonly ErbTag[];
}

/** Reads a line to its end, which is further down where a tag goes over several lines. */
function readLine(source: string, start: number, first: number, isText: boolean): Line {
  const found: ErbTag[] = [];
  let quote = "";
  let isComment = false;
  let line = first;
  let at = start;
  for (; at < source.length && source[at] !== "\n"; at++) {
    const tag = source.startsWith("<%", at) ? tagAt(source, at, line) : undefined;
    const character = source[at] ?? "";
    if (tag) {
      // Ruby would run it, and YAML would not see the result.
      if (!isComment || tag.text.includes("\n")) found.push(tag);
      line += tag.text.split("\n").length - 1;
      at = tag.end - 1;
      if (source[at] === "\n") break;
    } else if (isComment || isText) {
      continue;
    } else if (quote !== "") {
      if (character === "\\" && quote === '"') at++;
      else if (character === quote) quote = "";
    } else if (/["']/.test(character) && beginsWord(source, at, /[\s[{,(:-]/)) {
      quote = character;
    } else if (character === "#" && beginsWord(source, at, /\s/)) {
      isComment = true;
    }
  }
  const text = source.slice(start, at);
  return { end: at, found, opensBlock: !isText && BLOCK_REGEXP.test(text) };
}

const BLOCK_REGEXP = /(?:^|[\s:-])[|>][-+\d]*\s*(?:#.*)?$/;

function beginsWord(source: string, at: number, before: RegExp): boolean {
  return at === 0 || before.test(source[at - 1] ?? "");
}

/** The tag that begins at a character; one without an end goes to the end of its line. */
function tagAt(source: string, start: number, line: number): ErbTag {
  if (source.startsWith("<%%", start)) {
    return { kind: "literal", code: "<%", text: "<%%", start, end: start + 3, line };
  }
  const close = source.indexOf("%>", start + 2);
  const inner = close < 0 ? endOfLine(source, start) : close;
  const trims = close >= 0 && source[close - 1] === "-";
  // Ruby's trim mode "-": a tag that ends so takes the line break with it.
  const breaks = trims ? /^\r?\n/.exec(source.slice(close + 2, close + 4))?.[0].length ?? 0 : 0;
  const end = close < 0 ? inner : close + 2 + breaks;
  const mark = source[start + 2];
  const kind = close < 0 ? "open" : mark === "=" ? "expression" : mark === "#" ? "comment" : "code";
  const code = source.slice(
    start + (kind === "code" || kind === "open" ? 2 : 3),
    trims ? inner - 1 : inner,
  );
  return { kind, code, text: source.slice(start, end), start, end, line };
}

function endOfLine(source: string, from: number): number {
  const end = source.indexOf("\n", from);
  return end < 0 ? source.length : end;
}
