/**
 * Google Cloud's Secret Manager, by the program `gcloud`.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { Adapter, FetchRequest } from "./adapter.ts";
import type { Cli, Words } from "./cli.ts";
import { recordOf, recordsOf, textOf } from "./json.ts";
import { neededNames } from "./names.ts";

/**
 * Names are `secret`, `project/secret` or `project/secret/version`; the result goes by `project/secret`. The account is
 * `default` or a user, and behind a bar the service accounts to impersonate: `user|account,account`.
 */
export const gcpSecretManager: Adapter = {
  title: "gcloud",
  install: "Install it (https://cloud.google.com/sdk/docs/install) so that gcloud is on the PATH.",
  account: "required",
  fetch: async (request, cli) => {
    const names = neededNames(request);
    await login(request, cli);
    const secrets = new Map<string, string>();
    const missing: string[] = [];
    const details: string[] = [];
    for (const name of names) {
      const [key, words] = accessWords(name, request.account ?? "");
      const result = await cli.run(words);
      const answer = result.exitCode === 0 ? recordOf(cli.parse(words, result.stdout)) : {};
      const data = textOf(recordOf(answer["payload"])["data"]);
      if (data === undefined) {
        missing.push(name);
        details.push(...cli.failure(words, result).details);
        // Base64 in either alphabet: gcloud writes that of URLs, which Kamal garbles.
      } else secrets.set(key, Buffer.from(data, "base64").toString("utf8"));
    }
    if (missing.length > 0) throw cli.notFound(missing, details);
    return secrets;
  },
};

async function login({ account = "" }: FetchRequest, cli: Cli): Promise<void> {
  const isLoggedIn = async (): Promise<boolean> =>
    recordsOf(await cli.json(["gcloud", "auth", "list", "--format=json"])).length > 0;
  if (await isLoggedIn()) return;
  await cli.run(["gcloud", "auth", "login"], { asks: true });
  if (await isLoggedIn()) return;
  const { user } = accountOf(account);
  throw cli.notLoggedIn(user, "Run: gcloud auth login");
}

function accessWords(name: string, account: string): readonly [key: string, words: Words] {
  const parts = name.split("/");
  const [project, secret, version = "latest"] = parts.length === 1 ? ["default", name] : parts;
  const { user, impersonated } = accountOf(account);
  const words: Words = [
    ...["gcloud", "secrets", "versions", "access", version, `--secret=${secret}`] as const,
    ...project === "default" ? [] : [`--project=${project}`],
    ...user === undefined ? [] : [`--account=${user}`],
    ...impersonated === undefined ? [] : [`--impersonate-service-account=${impersonated}`],
    "--format=json",
  ];
  return [`${project}/${secret}`, words];
}

interface Account {
  readonly user: string | undefined;
  readonly impersonated: string | undefined;
}

function accountOf(account: string): Account {
  const [user, impersonated] = account.split("|");
  return { user: user === "default" ? undefined : user, impersonated };
}
