/**
 * The text of operations for a reader, and Kamal's own words to compare it with.
 *
 * @module
 */

import { toText } from "../../sdk/command.ts";
import { type Operation, renderOperation } from "../../sdk/operations/operation.ts";

/** The command that an operation becomes, secrets as their names. */
export function textOf(operation: Operation): string {
  return toText(renderOperation(operation, {
    secret: (name) => `[${name}]`,
    file: (path) => `[${path}]`,
  }));
}

/** The words of a command in which neither blanks nor quotes matter, as in Kamal's own. */
export function wordsOf(command: string): readonly string[] {
  return command.replaceAll('"', "").split(" ");
}

/** Words without those that only we add. */
export function withoutOurs(words: readonly string[]): readonly string[] {
  return words.filter((word, index) =>
    word !== "--cidfile" && words[index - 1] !== "--cidfile" && word !== "$SEXTANT_ENV" &&
    !word.startsWith("sextant.") && !words[index + 1]?.startsWith("sextant.")
  );
}
