/**
 * Passbolt, by its program `passbolt`.
 *
 * @module
 */

import type { Adapter } from "./adapter.ts";
import type { Cli, Words } from "./cli.ts";
import { recordsOf, textOf } from "./json.ts";
import { groupBy, neededNames, splitLast } from "./names.ts";

/** Names are those of resources, behind their folders and a slash where they are in one. */
export const passbolt: Adapter = {
  title: "Passbolt",
  install:
    "Install it (https://github.com/passbolt/go-passbolt-cli) so that passbolt is on the PATH.",
  account: "none",
  fetch: async (request, cli) => {
    const names = neededNames(request);
    if (!await cli.succeeds(["passbolt", "verify"])) {
      throw cli.notLoggedIn(undefined, "Run: passbolt configure, then passbolt verify");
    }
    const secrets = new Map<string, string>();
    for (const [folder, inFolder] of groupBy(names, (name) => splitLast(name)[0])) {
      const id = await folderId(folder, cli);
      if (id === undefined) continue;
      const passwords = await passwordsIn(id, inFolder.map((name) => splitLast(name)[1]), cli);
      for (const name of inFolder) {
        const password = passwords.get(splitLast(name)[1]);
        if (password !== undefined) secrets.set(name, password);
      }
    }
    const missing = names.filter((name) => !secrets.has(name));
    if (missing.length > 0) throw cli.notFound(missing);
    return secrets;
  },
};

/** Finds a folder level by level: empty outside of all folders, `undefined` where one is missing. */
async function folderId(path: string, cli: Cli): Promise<string | undefined> {
  let parent = "";
  for (const name of path.split("/").filter((part) => part !== "")) {
    const inParent = parent === "" ? "" : ` && FolderParentID == ${quoted(parent)}`;
    const filter = `Name == ${quoted(name)}${inParent}`;
    const folders = await cli.json(["passbolt", "list", "folders", "--filter", filter, "--json"]);
    const id = textOf(recordsOf(folders)[0]?.["id"]);
    if (id === undefined) return undefined;
    parent = id;
  }
  return parent;
}

async function passwordsIn(
  folder: string,
  names: readonly string[],
  cli: Cli,
): Promise<ReadonlyMap<string, string>> {
  const inFolder = folder === "" ? "" : ` && FolderParentID == ${quoted(folder)}`;
  const words: Words = [
    ...["passbolt", "list", "resources", "--filter"] as const,
    names.map((name) => `(Name == ${quoted(name)}${inFolder})`).join(" || "),
    ...folder === "" ? [] : ["--folder", folder],
    ...["--column", "name", "--column", "password", "--json"],
  ];
  return new Map(
    recordsOf(await cli.json(words)).flatMap(({ name, password }) => {
      const key = textOf(name);
      return key === undefined || typeof password !== "string" ? [] : [[key, password] as const];
    }),
  );
}

/** A text in the language of the filters, which quotes as JSON does. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
