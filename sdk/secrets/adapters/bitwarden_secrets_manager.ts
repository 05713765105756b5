/**
 * Bitwarden Secrets Manager, by its program `bws`.
 *
 * @module
 */

import type { Adapter, FetchRequest } from "./adapter.ts";
import type { Cli, Words } from "./cli.ts";
import { isRecord, recordsOf, textOf } from "./json.ts";
import { neededNames } from "./names.ts";

/** Names are ids of secrets, `all`, or `PROJECT_ID/all`; the result goes by the secrets' keys. */
export const bitwardenSecretsManager: Adapter = {
  title: "Bitwarden Secrets Manager",
  install:
    "Install it (https://bitwarden.com/help/secrets-manager-cli) so that bws is on the PATH.",
  account: "none",
  fetch: async (request, cli) => {
    const names = neededNames(request);
    if (!await cli.succeeds(["bws", "project", "list"])) {
      throw cli.notLoggedIn(undefined, "Give it an access token in the variable BWS_ACCESS_TOKEN.");
    }
    const list = listWords(names);
    return list === undefined
      ? await getEach(request, cli)
      : secretsOf(recordsOf(await cli.json(list)));
  },
};

function listWords(names: readonly string[]): Words | undefined {
  const [name = ""] = names;
  if (names.length > 1 || !/(^|\/)all$/.test(name)) return undefined;
  const project = name.slice(0, -"all".length).replace(/\/$/, "");
  return ["bws", "secret", "list", ...project === "" ? [] : [project]];
}

async function getEach({ names }: FetchRequest, cli: Cli): Promise<ReadonlyMap<string, string>> {
  const found: Readonly<Record<string, unknown>>[] = [];
  const missing: string[] = [];
  const details: string[] = [];
  for (const id of names) {
    const words: Words = ["bws", "secret", "get", id];
    const result = await cli.run(words);
    const secret = result.exitCode === 0 ? cli.parse(words, result.stdout) : undefined;
    if (isRecord(secret)) found.push(secret);
    else {
      missing.push(id);
      details.push(...cli.failure(words, result).details);
    }
  }
  if (missing.length > 0) throw cli.notFound(missing, details);
  return secretsOf(found);
}

function secretsOf(
  list: readonly Readonly<Record<string, unknown>>[],
): ReadonlyMap<string, string> {
  return new Map(list.flatMap(({ key, value }) => {
    const name = textOf(key);
    return name === undefined || typeof value !== "string" ? [] : [[name, value] as const];
  }));
}
