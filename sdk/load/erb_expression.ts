/**
 * The few Ruby expressions that configurations have between `<%=` and `%>`, without Ruby.
 *
 * @module
 */

/** What an expression asks for. */
export type ErbExpression =
  /** A variable of the environment, and what stands for it where it is not set. */
  | {
    readonly kind: "variable";
    readonly name: string;
    /** What Ruby gives where it is not set: an empty text, an error, or the text of the second argument. */
    readonly otherwise: { readonly text: string } | "error";
  }
  /** The output of a shell command. */
  | { readonly kind: "command"; readonly command: string }
  /** A text as it stands. */
  | { readonly kind: "text"; readonly text: string };

/** Reads an expression; `undefined` for all other Ruby. */
export function parseExpression(ruby: string): ErbExpression | undefined {
  const source = ruby.trim();
  return parseVariable(source) ?? parseCommand(source) ?? parseText(source);
}

const TEXT = /"(?:\\["\\]|[^"\\#]|#(?!\{))*"|'(?:\\['\\]|[^'\\])*'/.source;
const INDEX_REGEXP = new RegExp(`^ENV\\[\\s*(${TEXT})\\s*\\](?:\\s*\\|\\|\\s*(${TEXT}))?$`);
const FETCH_REGEXP = new RegExp(
  `^ENV\\.fetch\\(\\s*(${TEXT})\\s*(?:,\\s*(${TEXT}|nil|\\d+)\\s*)?\\)$`,
);
const COMMAND_REGEXP = /^(?:`([^`]*)`|%x\(([^()]*(?:\([^()]*\)[^()]*)*)\))(?:\.(?:strip|chomp))?$/;
const TEXT_REGEXP = new RegExp(`^${TEXT}$`);

function parseVariable(source: string): ErbExpression | undefined {
  const index = INDEX_REGEXP.exec(source);
  if (index?.[1] !== undefined) {
    const otherwise = { text: index[2] === undefined ? "" : unquote(index[2]) };
    return { kind: "variable", name: unquote(index[1]), otherwise };
  }
  const fetch = FETCH_REGEXP.exec(source);
  if (fetch?.[1] === undefined) return undefined;
  const otherwise = fetch[2] === undefined ? "error" : { text: unquote(fetch[2]) };
  return { kind: "variable", name: unquote(fetch[1]), otherwise };
}

function parseCommand(source: string): ErbExpression | undefined {
  const match = COMMAND_REGEXP.exec(source);
  const command = match?.[1] ?? match?.[2];
  // Ruby would put values into the command, and read escapes in it.
  if (command === undefined || command.trim() === "" || /#\{|\\/.test(command)) return undefined;
  return { kind: "command", command };
}

function parseText(source: string): ErbExpression | undefined {
  return TEXT_REGEXP.test(source) ? { kind: "text", text: unquote(source) } : undefined;
}

function unquote(literal: string): string {
  if (literal === "nil") return "";
  if (/^\d/.test(literal)) return literal;
  return literal.slice(1, -1).replaceAll(/\\(["'\\])/g, "$1");
}
