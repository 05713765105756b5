/**
 * LastPass, by its program `lpass`.
 *
 * @module
 */

import type { Adapter, FetchRequest } from "./adapter.ts";
import type { Cli } from "./cli.ts";
import { recordsOf, textOf } from "./json.ts";
import { neededNames } from "./names.ts";

/** Names are entries with their folders, such as `Shop/DATABASE_URL`; the value is the entry's password. */
export const lastPass: Adapter = {
  title: "LastPass",
  install: "Install it (https://github.com/lastpass/lastpass-cli) so that lpass is on the PATH.",
  account: "required",
  fetch: async (request, cli) => {
    const names = neededNames(request);
    await login(request, cli);
    const together = await show(names, cli);
    // One name that is not there spoils the answer for all.
    const found = together ?? await showEach(names, cli);
    const missing = names.filter((name) => !found.has(name));
    if (missing.length > 0) throw cli.notFound(missing);
    return found;
  },
};

async function login({ account = "" }: FetchRequest, cli: Cli): Promise<void> {
  const { stdout } = await cli.run(["lpass", "status", "--color", "never"]);
  if (stdout.trim() === `Logged in as ${account}.`) return;
  if (await cli.succeeds(["lpass", "login", account], { asks: true })) return;
  throw cli.notLoggedIn(account, `Run: lpass login ${account}`);
}

async function showEach(
  names: readonly string[],
  cli: Cli,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const name of names) {
    for (const [key, value] of await show([name], cli) ?? []) found.set(key, value);
  }
  return found;
}

async function show(
  names: readonly string[],
  cli: Cli,
): Promise<ReadonlyMap<string, string> | undefined> {
  const words = ["lpass", "show", ...names, "--json"] as const;
  const { exitCode, stdout } = await cli.run(words);
  if (exitCode !== 0) return undefined;
  return new Map(
    recordsOf(cli.parse(words, stdout)).flatMap(({ fullname, password }) => {
      const name = textOf(fullname);
      return name === undefined || typeof password !== "string" ? [] : [[name, password] as const];
    }),
  );
}
