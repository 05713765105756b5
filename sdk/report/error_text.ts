/**
 * Errors as text: what, why, and what to do next.
 *
 * @module
 */

import { ConfigError, HostsError, messageOf, SextantError } from "../errors.ts";
import { pad, type RenderOptions, widest } from "./layout.ts";
import { type Paint, painter } from "./style.ts";

/** A failure to be told. */
export interface Trouble {
  /** Kind of failure. */
  readonly code: string;
  /** What went wrong, and where. */
  readonly message: string;
  /** What to do next. */
  readonly hint?: string | undefined;
  /** Lines that show it; an indented line belongs to the heading above it. */
  readonly details?: readonly string[] | undefined;
}

/** Renders whatever was thrown; what nobody expected is told as a bug. Ends with a newline. */
export function renderError(error: unknown, options: RenderOptions = {}): string {
  const paint = painter(options.color ?? false);
  if (!(error instanceof SextantError)) return renderBug(error, paint);
  const trouble = {
    code: error.code,
    message: error.message,
    hint: error.hint,
    details: detailsOf(error),
  };
  return `${troubleLines(trouble, paint).join("\n")}\n`;
}

/** Renders a failure that was not thrown. Ends with a newline. */
export function renderTrouble(trouble: Trouble, options: RenderOptions = {}): string {
  return `${troubleLines(trouble, painter(options.color ?? false)).join("\n")}\n`;
}

/** The lines of a failure: message and code, what explains it, what to do next, and longer evidence last. */
export function troubleLines(
  { code, message, hint, details = [] }: Trouble,
  paint: Paint,
): readonly string[] {
  const heading = details.findIndex((_, index) => details[index + 1]?.startsWith(" ") ?? false);
  const split = heading < 0 ? details.length : heading;
  const indented = (lines: readonly string[]): readonly string[] =>
    lines.map((line) => `  ${line}`.trimEnd());
  const evidence = indented(details.slice(split));
  return [
    `${paint("fail", "✖")} ${message} ${paint("faint", `· ${code}`)}`,
    ...indented(details.slice(0, split)),
    ...hint === undefined ? [] : indented(hint.split("\n")),
    ...evidence.length === 0 ? [] : ["", ...evidence],
  ];
}

function detailsOf(error: SextantError): readonly string[] {
  if (error instanceof ConfigError) return problemLines(error);
  if (error instanceof HostsError) {
    return error.errors.flatMap((
      { message, code, details },
    ) => [`${message} · ${code}`, ...details.map((detail) => `  ${detail}`)]);
  }
  return error.details;
}

/** The problems in columns: where in the file, where in the configuration, what. */
function problemLines({ problems }: ConfigError): readonly string[] {
  const positions = widest(problems.map(({ position = "" }) => position));
  const paths = widest(problems.map(({ path }) => path));
  return problems.map(({ position = "", path, message }) => {
    const where = positions === 0 ? "" : `${pad(position, positions)}  `;
    return `${where}${paths === 0 ? "" : `${pad(path, paths)}  `}${message}`;
  });
}

function renderBug(error: unknown, paint: Paint): string {
  const stack = error instanceof Error ? error.stack ?? messageOf(error) : messageOf(error);
  return [
    `${
      paint("fail", "✖")
    } this should not have happened: it is a bug in sextant, not in your deployment`,
    ...stack.split("\n").map((line) => `  ${line}`),
    "",
  ].join("\n");
}
