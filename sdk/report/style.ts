/**
 * The few named styles of terminal output.
 *
 * @module
 */

import * as util from "node:util";

/** What a piece of text means; colour only underlines what the words already say. */
export type Style = "ok" | "warn" | "fail" | "host" | "faint";

/** Gives a text its style; `undefined` leaves it as it is. */
export type Paint = (style: Style | undefined, text: string) => string;

type StyleText = (
  format: Format,
  text: string,
  options: { readonly validateStream: boolean },
) => string;

type Format = "green" | "yellow" | "red" | "cyan" | "dim";

// A dependency brings the types of an older Node, which do not know it.
const { styleText } = util as unknown as { readonly styleText: StyleText };

const FORMATS: Readonly<Record<Style, Format>> = Object.freeze({
  ok: "green",
  warn: "yellow",
  fail: "red",
  host: "cyan",
  faint: "dim",
});

/** The painter for an output with or without colour. */
export function painter(color: boolean): Paint {
  if (!color) return (_, text) => text;
  return (style, text) => {
    if (style === undefined || text === "") return text;
    // Whether colour is wanted was decided by the caller, not by what this process happens to write to.
    return styleText(FORMATS[style], text, { validateStream: false });
  };
}
