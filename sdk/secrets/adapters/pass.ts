/**
 * The standard Unix password manager, by its program `pass`.
 *
 * @module
 */

import type { Adapter } from "./adapter.ts";
import type { Words } from "./cli.ts";
import { groupBy, neededNames } from "./names.ts";

/**
 * Names are paths in the store. A path alone gives the entry's first line, which is the password; `path#field` gives
 * what stands behind `field:` on a line of its own, and `path#` the whole text.
 */
export const pass: Adapter = {
  title: "pass",
  install: "Install it (https://www.passwordstore.org) so that pass is on the PATH.",
  account: "none",
  fetch: async (request, cli) => {
    const secrets = new Map<string, string>();
    const missing: string[] = [];
    const details: string[] = [];
    for (const [path, inEntry] of groupBy(neededNames(request), (name) => pathAndField(name)[0])) {
      const words: Words = ["pass", "show", "--", path];
      const result = await cli.run(words);
      for (const name of inEntry) {
        const [, field] = pathAndField(name);
        const value = result.exitCode === 0 ? valueIn(result.stdout, field) : undefined;
        if (value === undefined) missing.push(name);
        else secrets.set(name, value);
      }
      if (result.exitCode !== 0) details.push(...cli.failure(words, result).details);
    }
    if (missing.length > 0) throw cli.notFound(missing, details);
    return secrets;
  },
};

function pathAndField(name: string): readonly [path: string, field: string | undefined] {
  const mark = name.lastIndexOf("#");
  return mark < 0 ? [name, undefined] : [name.slice(0, mark), name.slice(mark + 1)];
}

function valueIn(text: string, field: string | undefined): string | undefined {
  const [password = "", ...lines] = text.split("\n");
  if (field === undefined) return password;
  if (field === "") return text.replace(/\n$/, "");
  const line = lines.find((line) => line.startsWith(`${field}:`));
  return line?.slice(field.length + 1).trim();
}
