/**
 * A place in a YAML text.
 *
 * @module
 */

/** Where a value stands. */
export interface YamlPlace {
  /** Line of its key, from 1. */
  line: number;
  /** Line on which its value ends. */
  last: number;
  /** The text of a value that stands on one line without quotes. */
  plain?: string;
  /** What is in it, by key or index. */
  readonly within: Map<string | number, YamlPlace>;
  /** Names of the anchors that it repeats or merges. */
  readonly aliases: string[];
}

/** An empty place. */
export function newPlace(line: number): YamlPlace {
  return { line, last: line, within: new Map(), aliases: [] };
}

/** A key without its quotes. */
export function unquote(key: string): string {
  if (key.startsWith("'")) return key.slice(1, -1).replaceAll("''", "'");
  if (!key.startsWith('"')) return key;
  try {
    // YAML has a few escapes that JSON has not.
    const json = key.replaceAll(/\\(\\|e|x(?=[\da-f]{2}))/gi, (escape, kind: string) => {
      return kind === "e" ? "\\u001b" : kind === "x" ? "\\u00" : escape;
    });
    return String(JSON.parse(json));
  } catch {
    return key.slice(1, -1);
  }
}
