/**
 * HashiCorp Vault's key-value secrets, of either version, by the program `vault`.
 *
 * @module
 */

import { SextantError } from "../../errors.ts";
import type { Adapter, FetchRequest } from "./adapter.ts";
import type { Cli, Words } from "./cli.ts";
import { isRecord, recordOf, secretText } from "./json.ts";
import { fullNames, groupBy, splitLast } from "./names.ts";

/**
 * Names are `path/field`, such as `secret/shop/DATABASE_URL`; without names all fields of `--from PATH`. The account is
 * a namespace.
 */
export const vault: Adapter = {
  title: "Vault",
  install:
    "Install it (https://developer.hashicorp.com/vault/install) so that vault is on the PATH.",
  account: "optional",
  fetch: async (request, cli) => {
    const secrets = new Map<string, string>();
    const missing: string[] = [];
    const details: string[] = [];
    for (const [path, names] of placesOf(request)) {
      const words = getWords(path, request);
      const result = await cli.run(words);
      if (result.exitCode !== 0) {
        if (!await isLoggedIn(request, cli)) throw notLoggedIn(cli);
        missing.push(...names.length === 0 ? [path] : names);
        details.push(...cli.failure(words, result).details);
        continue;
      }
      const fields = fieldsOf(path, cli.parse(words, result.stdout));
      for (const name of names.length === 0 ? fields.keys() : names) {
        const value = fields.get(name);
        if (value === undefined) missing.push(name);
        else secrets.set(name, value);
      }
    }
    if (missing.length > 0) throw cli.notFound(missing, details);
    return secrets;
  },
};

/** Paths, each with the names in it; no names stand for all. */
function placesOf(request: FetchRequest): ReadonlyMap<string, readonly string[]> {
  const { names, from } = request;
  if (names.length === 0 && from !== undefined) return new Map([[from, []]]);
  const places = groupBy(fullNames(request), (name) => splitLast(name)[0]);
  if (places.size > 0 && !places.has("")) return places;
  throw new SextantError("USAGE", "Vault needs a path and the names of fields", {
    hint: "Name both: --from secret/shop DATABASE_URL …",
  });
}

function getWords(path: string, request: FetchRequest): Words {
  return ["vault", "kv", "get", "-format=json", ...namespace(request), path];
}

async function isLoggedIn(request: FetchRequest, cli: Cli): Promise<boolean> {
  return await cli.succeeds(["vault", "token", "lookup", "-format=json", ...namespace(request)]);
}

function notLoggedIn(cli: Cli): SextantError {
  return cli.notLoggedIn(undefined, "Set VAULT_ADDR, and run: vault login");
}

function namespace({ account }: FetchRequest): readonly string[] {
  return account === undefined ? [] : [`-namespace=${account}`];
}

/** Version 2 keeps the fields one level deeper, beside what it knows of them. */
function fieldsOf(path: string, answer: unknown): ReadonlyMap<string, string> {
  const { data, metadata } = recordOf(recordOf(answer)["data"]);
  const isSecondVersion = isRecord(metadata) && (isRecord(data) || data === null);
  const fields = isSecondVersion ? recordOf(data) : recordOf(recordOf(answer)["data"]);
  return new Map(
    Object.entries(fields).map(([key, value]) => [`${path}/${key}`, secretText(value)]),
  );
}
