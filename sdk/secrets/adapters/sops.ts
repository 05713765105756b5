/**
 * Files that are encrypted with the program `sops`.
 *
 * @module
 */

import { SextantError } from "../../errors.ts";
import type { Adapter } from "./adapter.ts";
import { isRecord, secretText } from "./json.ts";

/** Names are keys of a file, nested ones with slashes between, such as `db/password`; without names all of them. */
export const sops: Adapter = {
  title: "sops",
  install: "Install it (https://getsops.io) so that sops is on the PATH.",
  account: "none",
  fetch: async ({ names, from }, cli) => {
    if (from === undefined) {
      throw new SextantError("USAGE", "sops needs a file", {
        hint: "Name it: --from secrets.enc.yaml",
      });
    }
    const content = await cli.json(["sops", "--decrypt", "--output-type", "json", from]);
    const secrets = new Map(leavesOf(content, ""));
    const missing = names.filter((name) => !secrets.has(name));
    if (missing.length > 0) throw cli.notFound(missing, [`looked in ${from}`]);
    if (names.length === 0) return secrets;
    return new Map(names.map((name) => [name, secrets.get(name)!]));
  },
};

function leavesOf(value: unknown, path: string): readonly (readonly [string, string])[] {
  const isBranch = isRecord(value) || Array.isArray(value);
  if (!isBranch) return [[path, secretText(value)]];
  return Object.entries(value).flatMap(([key, inner]) =>
    leavesOf(inner, path === "" ? key : `${path}/${key}`)
  );
}
