/**
 * 1Password, by its program `op`.
 *
 * @module
 */

import { SextantError } from "../../errors.ts";
import type { Adapter, FetchRequest } from "./adapter.ts";
import type { CallOptions, Cli, Words } from "./cli.ts";
import { recordOf, recordsOf, textOf } from "./json.ts";
import { fullNames, groupBy } from "./names.ts";

interface Item {
  readonly vault: string;
  readonly title: string;
}

interface Field {
  /** `vault/item/field`, as Kamal names it. */
  readonly name: string;
  readonly value: string;
  /** Where its reference says that it is in the item, such as `section.label`. */
  readonly path: string;
  /** What may stand for it behind the item: `label`, or `section.label`, also by id. */
  readonly paths: ReadonlySet<string>;
}

/** Names are `[op://]vault/item[/section]/field`, the field `password` where none is named. */
export const onePassword: Adapter = {
  title: "1Password",
  install: "Install it (https://developer.1password.com/docs/cli) so that op is on the PATH.",
  account: "required",
  fetch: async (request, cli) => {
    const options = await login(request, cli);
    if (request.names.length === 0) return await fetchItem(request, cli, options);
    return await fetchFields(request, cli, options);
  },
};

/** The session, if there is one apart from the app's, goes into the environment: arguments can be read by others. */
async function login({ account = "" }: FetchRequest, cli: Cli): Promise<CallOptions> {
  if (await cli.succeeds(["op", "account", "get", "--account", account])) return {};
  const words: Words = ["op", "signin", "--account", account, "--force"];
  const { exitCode, stdout } = await cli.run(words, { asks: true });
  if (exitCode !== 0) throw cli.notLoggedIn(account, `Run: eval $(op signin --account ${account})`);
  const [, name, session] = /^export (OP_SESSION_\w+)="?([^"\n]+)"?/m.exec(stdout) ?? [];
  return name === undefined || session === undefined ? {} : { env: { [name]: session } };
}

async function fetchItem(
  { from = "", account = "" }: FetchRequest,
  cli: Cli,
  options: CallOptions,
): Promise<ReadonlyMap<string, string>> {
  const item = itemOf(from);
  if (item === undefined) {
    throw new SextantError("USAGE", "no secret is named, and no item", {
      hint: "Name the item to get all of its fields: --from VAULT/ITEM",
    });
  }
  const result = await cli.json(getWords(item, account), options);
  return new Map(fieldsOf(result).map(({ name, value }) => [name, value]));
}

async function fetchFields(
  request: FetchRequest,
  cli: Cli,
  options: CallOptions,
): Promise<ReadonlyMap<string, string>> {
  const secrets = new Map<string, string>();
  const missing: string[] = [];
  const details: string[] = [];
  const names = fullNames(request).map((name) => name.replace(/^op:\/\//, ""));
  for (const [path, inItem] of groupBy(names, (name) => name.split("/").slice(0, 2).join("/"))) {
    const item = itemOf(path);
    const words = item === undefined ? undefined : getWords(item, request.account ?? "");
    const result = words === undefined ? undefined : await cli.run(words, options);
    if (words === undefined || result === undefined || result.exitCode !== 0) {
      missing.push(...inItem);
      if (words && result) details.push(...cli.failure(words, result, options).details);
      continue;
    }
    const fields = fieldsOf(cli.parse(words, result.stdout));
    for (const name of inItem) {
      const path = fieldPath(name);
      const field = fields.find((field) => field.path === path) ??
        fields.find(({ paths }) => paths.has(path));
      if (field === undefined) missing.push(name);
      else secrets.set(field.name, field.value);
    }
  }
  if (missing.length > 0) throw cli.notFound(missing, details);
  return secrets;
}

function getWords({ vault, title }: Item, account: string): Words {
  return [
    ...["op", "item", "get", title, "--vault", vault, "--format", "json"] as const,
    ...["--account", account],
  ];
}

function itemOf(path: string): Item | undefined {
  const [vault, title] = path.replace(/^op:\/\//, "").split("/");
  return vault && title ? { vault, title } : undefined;
}

/** `section.field` of `vault/item/section/field`. */
function fieldPath(name: string): string {
  return name.split("/").slice(2).join(".").toLowerCase() || "password";
}

function fieldsOf(item: unknown): readonly Field[] {
  return recordsOf(recordOf(item)["fields"]).flatMap(({ id, label, reference, section, value }) => {
    const name = textOf(reference)?.replace(/^op:\/\//, "");
    // A field that was left empty has no value.
    if (name === undefined || typeof value !== "string") return [];
    const group = recordOf(section);
    const own = [id, label].map(textOf).filter((word) => word !== undefined);
    const sections = [group["id"], group["label"]].map(textOf).filter((word) => word !== undefined);
    const inSection = sections.flatMap((word) => own.map((field) => `${word}.${field}`));
    const paths = new Set([...own, ...inSection].map((path) => path.toLowerCase()));
    // Kamal: the field that is meant where none is named does not stand in the name.
    return [{ name: name.replace(/\/password$/, ""), value, path: fieldPath(name), paths }];
  });
}
