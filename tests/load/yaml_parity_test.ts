import "../sanitizers.ts";
import { assert, assertEquals } from "@std/assert";
import { ConfigError } from "../../sdk/errors.ts";
import { loadDeployment } from "../../sdk/load/deployment.ts";
import {
  kindOf,
  rootFields,
  type SchemaField,
  type SchemaKind,
} from "../../sdk/load/yaml_schema.ts";
import { OLD_KEYS, OLD_ROLE_KEY } from "../../sdk/load/yaml_kamal_1.ts";
import { OLD_BUILDER_KEYS } from "../../sdk/load/yaml_old_builder.ts";
import { REFUSED_KEYS } from "../../sdk/load/yaml_unbuilt.ts";
import { withProject } from "../fixtures/project_folder.ts";

interface Row {
  readonly state: string;
  readonly note: string;
}

/** The rows about keys, by their place in the schemas. */
async function readRows(): Promise<ReadonlyMap<string, Row>> {
  const text = await Deno.readTextFile(new URL("../../docs/parity.md", import.meta.url));
  const rows = [...text.matchAll(/^\| `([\w.<>]+)` +\| ([\w ]+?) +\| (.*?) *\|$/gm)];
  return new Map(rows.map(([, key = "", state = "", note = ""]) => [
    key.replaceAll(/<\w+>/g, "*"),
    { state, note },
  ]));
}

/** The keys below a place that have no row, neither themselves nor all that is in them. */
function missing(
  kind: SchemaKind,
  place: string,
  rows: ReadonlyMap<string, Row>,
): readonly string[] {
  if (rows.has(place) && kind.kind !== "record") return [];
  if (kind.kind === "fields") return missingFields(kind.fields, `${place}.`, rows);
  const value = kind.kind === "record" ? kindOf(kind.value) : undefined;
  if (value?.kind === "fields") return missing(value, `${place}.*`, rows);
  return rows.has(place) ? [] : [place];
}

function missingFields(
  fields: ReadonlyMap<string, SchemaField>,
  prefix: string,
  rows: ReadonlyMap<string, Row>,
): readonly string[] {
  return [...fields].flatMap(([key, { schema }]) => missing(kindOf(schema), prefix + key, rows));
}

Deno.test("docs/parity.md has a row for every key that is read", async () => {
  const rows = await readRows();
  const { nouns, settings } = rootFields();
  // What stands in env.tags is an environment again.
  const fields = [nouns, settings].flatMap((fields) => missingFields(fields, "", rows))
    .filter((place) => !place.startsWith("env.tags.*"));
  assertEquals(fields, []);
  const old = [...OLD_KEYS.keys(), ...OLD_BUILDER_KEYS.keys()];
  assertEquals(old.filter((place) => !rows.has(place)), []);
  for (const [place, { state }] of rows) {
    assert(["same", "different", "not yet", "ours"].includes(state), `${place}: ${state}`);
  }
});

Deno.test("docs/parity.md says of every refused key that it is", async () => {
  const rows = await readRows();
  for (const place of REFUSED_KEYS.keys()) {
    const about = [...rows].filter(([key]) => key === place || key.startsWith(`${place}.`));
    assert(about.length > 0, `${place} has no row`);
    const isSaid = about.some(([, { state, note }]) => {
      return state === "not yet" || /refused/.test(note);
    });
    assert(isSaid, `${place} is refused, and its row does not say so`);
  }
});

Deno.test("docs/parity.md says not yet of refused keys alone", async () => {
  const rows = await readRows();
  for (const [place, { state }] of rows) {
    if (state !== "not yet") continue;
    await withProject({ "config/deploy.yml": fileWith(place) }, async (root) => {
      const problems = await loadDeployment({ root, env: {} }).then(() => [], (error) => {
        if (!(error instanceof ConfigError)) throw error;
        return error.problems.map(({ message }) => message);
      });
      const isRefused = problems.some((message) =>
        /^is (not built yet|of Kamal 1): /.test(message)
      );
      assert(isRefused, `${place} is refused with: ${problems.join("; ") || "nothing"}`);
    });
  }
});

/** A file that has a value at a place; JSON is YAML as well. */
function fileWith(place: string): string {
  const base = { service: "shop", image: "acme/shop" };
  const value = place.split(".").toReversed().reduce<unknown>(
    (inner, key) => ({ [key === "*" ? "web" : key]: inner }),
    "x",
  );
  return JSON.stringify({ ...base, ...value as object });
}

Deno.test("docs/parity.md says same, different or ours of what is read", async () => {
  const rows = await readRows();
  const { nouns, settings } = rootFields();
  const known = new Map([...nouns, ...settings]);
  const beside = [
    ...["minimum_version", "run_directory", OLD_ROLE_KEY],
    ...OLD_KEYS.keys(),
    ...OLD_BUILDER_KEYS.keys(),
  ];
  for (const [place, { state, note }] of rows) {
    if (state === "not yet" || beside.includes(place) || /^refused/.test(note)) continue;
    assert(isKnown({ kind: "fields", fields: known }, place.split(".")), `${place} is unknown`);
  }
});

function isKnown(kind: SchemaKind, [key, ...rest]: readonly string[]): boolean {
  if (key === undefined) return true;
  if (kind.kind === "record") return key === "*" && isKnown(kindOf(kind.value), rest);
  if (kind.kind === "choice") return kind.choices.some((choice) => isKnown(choice, [key, ...rest]));
  const field = kind.kind === "fields" ? kind.fields.get(key) : undefined;
  return field !== undefined && isKnown(kindOf(field.schema), rest);
}
