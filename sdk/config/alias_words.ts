/**
 * Takes an alias apart into words as a shell does; nothing is put in for variables, patterns or commands.
 *
 * @module
 */

/** What an alias stands for, in words. */
export const ALIAS_RULE = "should be a command with its flags, and every quote in it closed";

/** The words of a command; `undefined` where a quote is not closed. */
export function splitCommand(command: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let at = 0; at < command.length; at++) {
    const char = command[at]!;
    if (quote === "" && /\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    word ??= "";
    if (char === quote) quote = "";
    else if (quote === "" && (char === "'" || char === '"')) quote = char;
    else if (char === "\\" && quote !== "'") {
      const next = command[++at] ?? "";
      // Between double quotes, a shell keeps the backslash before all other characters.
      word += quote === "" || /["\\$`]/.test(next) ? next : `\\${next}`;
    } else word += char;
  }
  if (word !== undefined) words.push(word);
  return quote === "" ? words : undefined;
}
