/**
 * AWS Secrets Manager, by the program `aws`.
 *
 * @module
 */

import type { Adapter } from "./adapter.ts";
import type { Words } from "./cli.ts";
import { isRecord, recordOf, recordsOf, secretText, textOf } from "./json.ts";
import { neededNames } from "./names.ts";

/** Secrets that AWS gives in one call, at most. */
const BATCH = 20;

/**
 * Names are those of secrets, or their ARNs; the account is a profile. A secret that is a JSON object gives
 * `name/key` for each of its keys.
 */
export const awsSecretsManager: Adapter = {
  title: "AWS",
  install: "Install it (https://aws.amazon.com/cli) so that aws is on the PATH.",
  account: "optional",
  fetch: async (request, cli) => {
    const names = neededNames(request);
    const profile = request.account === undefined ? [] : ["--profile", request.account];
    const secrets = new Map<string, string>();
    const missing = new Set<string>();
    const details: string[] = [];
    for (let at = 0; at < names.length; at += BATCH) {
      const batch = names.slice(at, at + BATCH);
      const words: Words = [
        ...["aws", "secretsmanager", "batch-get-secret-value", "--secret-id-list"] as const,
        ...[...batch, ...profile, "--output", "json"],
      ];
      // The exit status is 0 even where none of them is there.
      const answer = recordOf(await cli.json(words));
      for (const { SecretId, ErrorCode, Message } of recordsOf(answer["Errors"])) {
        missing.add(textOf(SecretId) ?? batch.join(", "));
        details.push(
          [SecretId, ErrorCode, Message].flatMap((part) => textOf(part) ?? []).join(": "),
        );
      }
      const given = recordsOf(answer["SecretValues"]);
      for (const [key, value] of given.flatMap(secretsIn)) secrets.set(key, value);
      const known = new Set(given.flatMap(({ Name, ARN }) => [Name, ARN]));
      for (const name of batch) if (!known.has(name)) missing.add(name);
    }
    if (missing.size > 0) throw cli.notFound([...missing], details);
    return secrets;
  },
};

function secretsIn(
  { Name, SecretString }: Readonly<Record<string, unknown>>,
): readonly (readonly [string, string])[] {
  const name = textOf(Name);
  if (name === undefined || typeof SecretString !== "string") return [];
  const parts = objectIn(SecretString);
  return parts === undefined
    ? [[name, SecretString]]
    : Object.entries(parts).map(([key, value]) => [`${name}/${key}`, secretText(value)]);
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
