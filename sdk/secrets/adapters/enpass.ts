/**
 * Enpass, by the program `enpass-cli`.
 *
 * @module
 */

import { SextantError } from "../../errors.ts";
import type { Adapter } from "./adapter.ts";
import type { Words } from "./cli.ts";
import { recordsOf, textOf } from "./json.ts";
import { splitLast } from "./names.ts";

/** Names are `Title` or `Title/label`, from the folder of a vault; a title alone gives all of its labels. */
export const enpass: Adapter = {
  title: "Enpass",
  install: "Install it (https://github.com/hazcod/enpass-cli) so that enpass-cli is on the PATH.",
  account: "none",
  fetch: async ({ names, from }, cli) => {
    if (from === undefined || names.length === 0) {
      throw new SextantError("USAGE", "Enpass needs a vault, and the names of secrets", {
        hint: "Name both: --from PATH_OF_THE_VAULT TITLE/LABEL …",
      });
    }
    const titles = new Set(names.map(titleOf));
    // It asks for the master password, unless MASTERPW or a PIN is set.
    const words: Words = ["enpass-cli", "-json", "-vault", from, "show", ...titles];
    const secrets = new Map<string, string>();
    for (const item of recordsOf(await cli.json(words, { asks: true }))) {
      const [title, label, password] = [item["title"], item["label"], item["password"]].map(textOf);
      if (title === undefined || password === undefined) continue;
      const key = label === undefined ? title : `${title}/${label}`;
      if (!names.includes(title) && !names.includes(key)) continue;
      if (secrets.has(key)) throw isTwofold(key);
      secrets.set(key, password);
    }
    const found = new Set([...secrets.keys()].flatMap((key) => [key, titleOf(key)]));
    const missing = names.filter((name) => !found.has(name));
    if (missing.length > 0) throw cli.notFound(missing);
    return secrets;
  },
};

function titleOf(name: string): string {
  const [before, last] = splitLast(name);
  return before || last;
}

function isTwofold(key: string): SextantError {
  return new SextantError("SECRET_MISSING", `${key} is in Enpass more than once`, {
    hint: "Rename one of the two, or remove it.",
  });
}
