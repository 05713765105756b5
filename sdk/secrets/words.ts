/**
 * Takes a command apart into words as a shell would, as long as it is one plain command.
 *
 * @module
 */

/** A piece of a word. */
export type WordPiece =
  | {
    /** Stands for itself. */
    readonly kind: "text";
    /** The text. */
    readonly text: string;
  }
  | {
    /** `$NAME` or `${NAME}`. */
    readonly kind: "variable";
    /** Its name. */
    readonly name: string;
  }
  | {
    /** `$(command)`. */
    readonly kind: "command";
    /** What stands in the parentheses. */
    readonly command: string;
  };

/** A word: its pieces, in order. */
export type Word = readonly WordPiece[];

// What only a shell can do: pipes, lists, redirections, patterns, groups, comments, line ends, `~` and "`".
const SPECIAL_REGEXP = /[|&;<>()`*?[\]{}!~#\n]/;
const VARIABLE_REGEXP = /\$(?:(\w+)|\{(\w+)\})/y;

/**
 * Splits a command into words; `undefined` if it needs a shell. A variable's value is one word, whatever is in it,
 * as Kamal has it.
 */
export function splitWords(command: string): readonly Word[] | undefined {
  const words: WordPiece[][] = [];
  let word: WordPiece[] | undefined;
  let quote = "";
  const text = command.replaceAll("\\\n", " ").trim();
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (quote === "" && /[ \t]/.test(char)) {
      word = undefined;
      continue;
    }
    if (word === undefined) words.push(word = []);
    if (char === quote) quote = "";
    else if (quote === "" && (char === "'" || char === '"')) {
      quote = char;
      word.push({ kind: "text", text: "" });
    } else if (char === "$" && quote !== "'") {
      const [piece, end] = substitutionAt(text, at) ?? [];
      if (piece === undefined || end === undefined) return undefined;
      word.push(piece);
      at = end - 1;
    } else if (char === "\\" && quote !== "'") {
      const next = text[++at];
      if (next === undefined) return undefined;
      const isKept = quote === '"' && !/["\\$`]/.test(next);
      word.push({ kind: "text", text: isKept ? `\\${next}` : next });
    } else if (quote === "" ? isSpecial(char, word) : quote === '"' && char === "`") {
      return undefined;
    } else word.push({ kind: "text", text: char });
  }
  return quote === "" ? words : undefined;
}

/** `#` begins a comment, and `~` a home folder, at the start of a word only. */
function isSpecial(char: string, word: Word): boolean {
  return SPECIAL_REGEXP.test(char) && (word.length === 0 || !/[#~]/.test(char));
}

function substitutionAt(
  text: string,
  at: number,
): readonly [piece: WordPiece, end: number] | undefined {
  if (text[at + 1] === "(") {
    const end = closingParenthesis(text, at + 1);
    const command = end === undefined ? "" : text.slice(at + 2, end);
    // `$((…))` is a sum.
    return end === undefined || command.startsWith("(")
      ? undefined
      : [{ kind: "command", command }, end + 1];
  }
  VARIABLE_REGEXP.lastIndex = at;
  const match = VARIABLE_REGEXP.exec(text);
  const name = match?.[1] ?? match?.[2];
  return match === null || name === undefined || /^\d/.test(name)
    ? undefined
    : [{ kind: "variable", name }, at + match[0].length];
}

function closingParenthesis(text: string, open: number): number | undefined {
  let depth = 0;
  let quote = "";
  for (let at = open; at < text.length; at++) {
    const char = text[at]!;
    if (char === "\\" && quote !== "'") at++;
    else if (quote !== "") quote = char === quote ? "" : quote;
    else if (char === "'" || char === '"') quote = char;
    else if (char === "(") depth++;
    else if (char === ")" && --depth === 0) return at;
  }
  return undefined;
}
