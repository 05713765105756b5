/**
 * What the keys of a deployment mean, as text for a terminal or as Markdown.
 *
 * @module
 */

import { fill, pad, type RenderOptions, widest } from "./layout.ts";
import { painter } from "./style.ts";

/** A page about a part of a deployment, in the words that are shown. */
export interface DocsPage {
  /** What it is about. */
  readonly title: string;
  /** A sentence about it. */
  readonly summary: string;
  /** Files in which it may stand, each with how it is written there. */
  readonly places: readonly (readonly [file: string, written: string])[];
  /** What is explained, in order. */
  readonly rows: readonly DocsRow[];
  /** What to look at next. */
  readonly next: string;
}

/** A key or a section, and what it means. */
export interface DocsRow {
  /** Its name behind those of all that it stands in. */
  readonly path: readonly string[];
  /** What it means. */
  readonly description: string;
  /** What its value is, its default, and where there is more. */
  readonly facts: readonly string[];
  /** How it is written; `undefined` where there is no example. */
  readonly example: string | undefined;
}

/** Columns that are left for a meaning, however narrow the terminal is. */
const LEAST_COLUMNS = 20;

/** Renders a page for a terminal. */
export function renderDocs(page: DocsPage, { columns, color = false }: RenderOptions): string {
  const paint = painter(color);
  const width = widest(page.rows.map(nameOf)) + 3;
  const widestFile = widest(page.places.map(([file]) => file)) + 3;
  const places = page.places.map(([file, written]) => `  ${pad(file, widestFile)}${written}`);
  const wrap = (text: string, indent: number): readonly string[] =>
    columns === undefined
      ? [text]
      : fill(text.split(" "), " ", Math.max(LEAST_COLUMNS, columns - indent));
  const rows = page.rows.flatMap((row) => {
    const [first = "", ...rest] = wrap(row.description, width + 2);
    const faint = [...wrap(row.facts.join(", "), width + 2), row.example ?? ""];
    return [
      `  ${paint("host", nameOf(row))}${pad("", width - nameOf(row).length)}${first}`,
      ...rest.map((line) => pad("", width + 2) + line),
      ...faint.filter((line) => line !== "").map((line) =>
        pad("", width + 2) + paint("faint", line)
      ),
    ];
  });
  return [
    ...wrap(`${page.title}: ${page.summary}`, 0),
    ...places.length === 0 ? [] : ["", ...places],
    "",
    ...rows,
    "",
    ...wrap(page.next, 0),
  ].join("\n") + "\n";
}

/** Renders a page as Markdown. */
export function renderDocsMarkdown(page: DocsPage): string {
  const hasFacts = page.rows.some(({ facts }) => facts.length > 0);
  const head = hasFacts ? ["key", "meaning", "value", "example"] : ["section", "meaning"];
  const rows = page.rows.map(({ path, description, facts, example }) => {
    const row = [code(path.join(".")), cell(description)];
    return hasFacts ? [...row, cell(facts.join(", ")), example ? code(example) : ""] : row;
  });
  return [
    `# ${page.title}`,
    "",
    `${page.summary}.`,
    "",
    ...page.places.map(([file, written]) => `- ${code(file)}: ${code(written)}`),
    ...page.places.length === 0 ? [] : [""],
    line(head),
    line(head.map(() => "---")),
    ...rows.map(line),
    "",
    page.next,
  ].join("\n") + "\n";
}

function nameOf({ path }: DocsRow): string {
  return "  ".repeat(path.filter((name) => name !== "*").length - 1) + (path.at(-1) ?? "");
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

function code(text: string): string {
  return `\`${cell(text)}\``;
}
