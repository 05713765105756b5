/**
 * Any program that writes secrets as a JSON object.
 *
 * @module
 */

import { SextantError } from "../../errors.ts";
import { splitWords, type Word } from "../words.ts";
import type { Adapter } from "./adapter.ts";
import type { Words } from "./cli.ts";
import { isRecord, secretText } from "./json.ts";

/** Runs the command that `from` holds, with the names behind it; it writes an object from names to values. */
export const plainCommand: Adapter = {
  title: "the command's answer",
  install: "See whether it is on the PATH, or name it by its path in the project.",
  account: "none",
  fetch: async ({ names, from = "" }, cli) => {
    const words: Words = [...commandIn(from), ...names];
    const result = await cli.runIfInstalled(words, { asks: true });
    if (result === undefined) throw notInstalled(words[0]);
    if (result.exitCode !== 0) throw cli.failure(words, result);
    const answer = cli.parse(words, result.stdout);
    if (!isRecord(answer)) {
      throw new SextantError("SECRET_MISSING", `${words[0]} did not write a JSON object`, {
        hint: `It should write something like {"${names[0] ?? "NAME"}": "value"}.`,
      });
    }
    const missing = names.filter((name) => answer[name] === undefined);
    if (missing.length > 0) throw cli.notFound(missing);
    const wanted = names.length === 0 ? Object.keys(answer) : names;
    return new Map(wanted.map((name) => [name, secretText(answer[name])]));
  },
};

function notInstalled(program: string): SextantError {
  return new SextantError("SECRET_MISSING", `there is no program ${program}`, {
    hint: plainCommand.install,
  });
}

function commandIn(text: string): Words {
  const [program, ...args] = (splitWords(text) ?? []).map(plainText);
  if (program !== undefined && args.every((word) => word !== undefined)) {
    return [program, ...args];
  }
  throw new SextantError("USAGE", "no plain command is given", {
    hint:
      "Name a program and its arguments; for more than that use $(…): --from './bin/secrets --all'",
  });
}

function plainText(word: Word): string | undefined {
  return word.every((piece) => piece.kind === "text")
    ? word.map((piece) => piece.kind === "text" ? piece.text : "").join("")
    : undefined;
}
