/**
 * Bitwarden, by its program `bw`.
 *
 * @module
 */

import type { Adapter, FetchRequest } from "./adapter.ts";
import type { CallOptions, Cli, Words } from "./cli.ts";
import { recordOf, recordsOf, textOf } from "./json.ts";
import { groupBy, neededNames } from "./names.ts";

/**
 * Names are `item` or `item/field`. An item alone gives its password, or all of its fields where it has none.
 */
export const bitwarden: Adapter = {
  title: "Bitwarden",
  install: "Install it (https://bitwarden.com/help/cli) so that bw is on the PATH.",
  account: "required",
  fetch: async (request, cli) => {
    const names = neededNames(request);
    const options = await unlock(request, cli);
    const secrets = new Map<string, string>();
    const missing: string[] = [];
    const details: string[] = [];
    for (const [title, inItem] of groupBy(names, (name) => name.split("/")[0]!)) {
      const words: Words = ["bw", "get", "item", title];
      const result = await cli.run(words, options);
      if (result.exitCode !== 0) {
        missing.push(...inItem);
        details.push(...cli.failure(words, result, options).details);
        continue;
      }
      const item = recordOf(cli.parse(words, result.stdout));
      for (const name of inItem) {
        const found = secretsIn(item, name, title);
        if (found.length === 0) missing.push(name);
        for (const [key, value] of found) secrets.set(key, value);
      }
    }
    if (missing.length > 0) throw cli.notFound(missing, details);
    return secrets;
  },
};

/** Logs in and unlocks where need be; gives the environment with the session. */
async function unlock({ account = "" }: FetchRequest, cli: Cli): Promise<CallOptions> {
  let options: CallOptions = {};
  let status = await statusOf(cli, options);
  if (status === "unauthenticated") {
    await cli.run(["bw", "login", account], { asks: true });
    status = await statusOf(cli, options);
  }
  if (status === "locked") {
    const { stdout } = await cli.run(["bw", "unlock", "--raw"], { asks: true });
    const session = stdout.trim();
    if (session !== "") options = { env: { BW_SESSION: session } };
    status = await statusOf(cli, options);
  }
  if (status !== "unlocked") {
    throw cli.notLoggedIn(
      account,
      status === "locked"
        ? "The vault is locked; run: export BW_SESSION=$(bw unlock --raw)"
        : `Run: bw login ${account}, then: export BW_SESSION=$(bw unlock --raw)`,
    );
  }
  await cli.text(["bw", "sync"], options);
  return options;
}

async function statusOf(cli: Cli, options: CallOptions): Promise<string | undefined> {
  return textOf(recordOf(await cli.json(["bw", "status"], options))["status"]);
}

function secretsIn(
  item: Readonly<Record<string, unknown>>,
  name: string,
  title: string,
): readonly (readonly [string, string])[] {
  const fields = recordsOf(item["fields"]).flatMap(({ name, value }) =>
    textOf(name) === undefined || typeof value !== "string"
      ? []
      : [[`${title}/${name}`, value] as const]
  );
  if (name !== title) return fields.filter(([key]) => key === name).slice(0, 1);
  const password = textOf(recordOf(item["login"])["password"]);
  return password === undefined ? fields : [[title, password]];
}
