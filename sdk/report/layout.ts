/**
 * Putting words into columns and lines.
 *
 * @module
 */

/** How a renderer writes. */
export interface RenderOptions {
  /** Columns that a line may have; `undefined` where lines may be as long as they are. */
  readonly columns?: number | undefined;
  /** Whether styles show as colours. @default {false} */
  readonly color?: boolean | undefined;
  /** Whether housekeeping and whole version names show. @default {false} */
  readonly verbose?: boolean | undefined;
}

/** Columns that a text takes. */
export function widthOf(text: string): number {
  return [...text].length;
}

/** A text with spaces behind it, up to a width. */
export function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - widthOf(text)));
}

/** The width of the widest text; 0 for none. */
export function widest(texts: Iterable<string>): number {
  return Math.max(0, ...[...texts].map(widthOf));
}

/** A text cut to a width, with an ellipsis where something is missing. */
export function cut(text: string, width: number): string {
  return widthOf(text) <= width ? text : `${[...text].slice(0, Math.max(0, width - 1)).join("")}…`;
}

/** Pieces joined into as few lines as fit a width; a piece that is longer has a line of its own. */
export function fill(
  pieces: readonly string[],
  separator: string,
  width: number,
): readonly string[] {
  const lines: string[] = [];
  for (const piece of pieces) {
    const last = lines.at(-1);
    const joined = `${last}${separator}${piece}`;
    if (last !== undefined && widthOf(joined) <= width) lines[lines.length - 1] = joined;
    else lines.push(piece);
  }
  return lines.map((line, index) => index < lines.length - 1 ? line + separator.trimEnd() : line);
}

/** A count before its noun, which gets an `s` unless it is one. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Seconds with one decimal. */
export function secondsText(seconds: number): string {
  return `${seconds.toFixed(1)} s`;
}

/** A version as prose says it: a commit by its first seven digits, any other name whole. */
export function shortVersion(version: string): string {
  return version.replace(/^([0-9a-f]{7})[0-9a-f]{33}(_uncommitted)?(_[0-9a-f]+)?$/, "$1$2");
}

/** A sentence with its commits shortened, as versions and image tags; container names, which are there to be copied, stay whole. */
export function shortenVersions(text: string): string {
  return text.replaceAll(
    /(?<![-/\w])[0-9a-f]{40}(?:_uncommitted_[0-9a-f]+)?(?![-/\w])/g,
    shortVersion,
  );
}

/** A text with all commits shortened, for lines that pass by. */
export function shortenCommits(text: string): string {
  return text.replaceAll(
    /(?<![0-9a-f])[0-9a-f]{40}(?:_uncommitted_[0-9a-f]+)?(?!\w)/g,
    shortVersion,
  );
}

/** How many exchanges there were, or will be, with each host; empty for none. */
export function exchangesText(exchanges: Readonly<Record<string, number>>): string {
  const counts = Object.values(exchanges);
  if (counts.length === 0) return "";
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return least === most
    ? `${counted(most, "exchange")} per host`
    : `${least} to ${most} exchanges per host`;
}
