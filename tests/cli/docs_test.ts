import "../sanitizers.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { parse } from "@std/yaml";
import * as z from "zod";
import { main } from "../../sdk/cli/main.ts";
import { keysOf, SECTIONS } from "../../sdk/config/docs.ts";
import { type JsonSchema, longJsonSchema } from "../../sdk/config/docs_schema.ts";
import { usualValues } from "../../sdk/config/docs_defaults.ts";
import { isPlainObject, valueAt } from "../../sdk/config/plain_data.ts";
import { resolveConfig } from "../../sdk/config/resolve.ts";
import type { DeploySpec } from "../../sdk/config/spec.ts";
import { loadDeployment } from "../../sdk/load/deployment.ts";
import { FakeIo } from "./fake_io.ts";

const FIXTURES = new URL("../fixtures/kamal/", import.meta.url);

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function docs(...args: string[]): Promise<Ran> {
  const io = new FakeIo();
  const code = await main(["docs", ...args], io);
  return { code, out: io.written, err: io.told };
}

async function schemaOf(...args: string[]): Promise<JsonSchema> {
  const { code, out } = await docs("--json-schema", ...args);
  assertEquals(code, 0);
  return JSON.parse(out);
}

Deno.test("sextant docs lists every section", async () => {
  const { code, out } = await docs();
  assertEquals(code, 0);
  for (const { name, summary } of SECTIONS) {
    assert(out.split("\n").some((line) => line.startsWith(`  ${name} `) && line.includes(summary)));
  }
});

Deno.test("sextant docs explains every key of every section", async () => {
  for (const section of SECTIONS) {
    const { code, out } = await docs(section.name);
    assertEquals(code, 0);
    for (const { path, description, kind } of keysOf(section)) {
      const name = path.at(-1) === "*" ? "NAME" : path.at(-1);
      assert(new RegExp(`^ +${name} {3,}\\S`, "m").test(out), `${section.name}: ${name}`);
      assert(description !== "", `${section.name}: ${name} has no description`);
      assert(kind !== "value", `${section.name}: ${name} has no kind`);
    }
  }
});

Deno.test("sextant docs has an example for every key, and more than its name to say of it", () => {
  for (const section of SECTIONS) {
    for (const { path, description, example, section: elsewhere } of keysOf(section)) {
      const place = [section.name, ...path].join(".");
      const words = description.split(/\W+/).filter((word) => word !== "");
      assert(words.length >= 3, `${place}: "${description}" says too little`);
      assert(example !== undefined || elsewhere !== undefined, `${place} has no example`);
    }
  }
});

Deno.test("sextant docs says the unit of every time and size", () => {
  const numbers = SECTIONS.flatMap((section) =>
    keysOf(section).filter(({ kind }) => /^whole number from [01]$/.test(kind))
      .map(({ path, description }) => ({ place: [section.name, ...path].join("."), description }))
  );
  const counts = /how many|containers|tried/i;
  for (const { place, description } of numbers) {
    assert(
      /seconds|bytes/i.test(description) || counts.test(description),
      `${place}: ${description}`,
    );
  }
  assert(numbers.length >= 12, "numbers are missing");
});

Deno.test("sextant docs leaves no key of a deployment unexplained", () => {
  const explained = new Set(
    SECTIONS.flatMap((section) =>
      keysOf(section).map(({ path }) => [section.place, ...path].filter((part) => part).join("."))
    ),
  );
  // A role's proxy has the keys of the app's, and so on.
  const sameAs = (place: string): string =>
    place.replace(/^servers\.\*\.(proxy|env|logging)\b/, "$1")
      .replace(/^(?:accessories\.\*|traefik|env\.tags\.\*)\.?(?:env)?\.(?=clear|secret)/, "env.")
      .replace(/^accessories\.\*\.(?:host|hosts\.\*)\.(?=\w)/, "servers.*.hosts.*.");
  const missing = placesIn(longJsonSchema(), "").filter((place) => !explained.has(sameAs(place)));
  assertEquals(missing, []);
});

function placesIn(schema: JsonSchema, place: string): readonly string[] {
  const { properties = {}, items, additionalProperties } = schema;
  if (schema.required?.join() === "secret") return [];
  const at = (name: string): string => place === "" ? name : `${place}.${name}`;
  const values = items ?? additionalProperties;
  return [
    ...schema.anyOf?.flatMap((one) => placesIn(one, place)) ?? [],
    ...Object.entries(properties).flatMap(([name, inner]) => [
      at(name),
      ...placesIn(inner, at(name)),
    ]),
    ...typeof values === "object" ? placesIn(values, at("*")) : [],
  ];
}

Deno.test("sextant docs tells defaults that change nothing when they are written out", async () => {
  const written: Record<string, Record<string, unknown>> = {};
  for (const place of ["boot", "builder", "ssh", "settings", "logging", "proxy"]) {
    const section = SECTIONS.find(({ name }) => name === place)!;
    for (const { path, usual } of keysOf(section)) {
      const parents = [place, ...path.slice(0, -1)];
      if (usual !== undefined) set(written, parents, path.at(-1)!, usual);
    }
  }
  assertEquals(valueAt(written, ["proxy", "healthcheck", "path"]), "/up");
  const smallest: DeploySpec = {
    service: "shop",
    image: "acme/shop",
    servers: { web: ["10.0.0.1"] },
  };
  assertEquals(await resolveConfig({ ...smallest, ...written }), await resolveConfig(smallest));
});

function set(
  target: Record<string, unknown>,
  [first, ...rest]: readonly string[],
  key: string,
  value: unknown,
): void {
  if (first === undefined) {
    target[key] = value;
    return;
  }
  const inner = isPlainObject(target[first]) ? { ...target[first] } : {};
  set(inner, rest, key, value);
  target[first] = inner;
}

Deno.test("usualValues() names a default for each key that has one", () => {
  const values = usualValues();
  assertEquals(values["ssh.port"], 22);
  assertEquals(values["accessories.*.network"], "kamal");
  assertEquals(values["proxy.run.repository"], "basecamp/kamal-proxy");
});

Deno.test("sextant docs --yaml spells keys, examples and secrets as config/deploy.yml does", async () => {
  const proxy = (await docs("proxy", "--yaml")).out;
  assertStringIncludes(proxy, "  app_port ");
  assertStringIncludes(proxy, "app_port: 3000\n");
  assert(!proxy.includes("appPort"));
  assertStringIncludes((await docs("role", "--yaml")).out, "proxy: { app_port: 4000 }\n");
  assertStringIncludes((await docs("registry", "--yaml")).out, "password: [REGISTRY_PASSWORD]\n");
  const typescript = (await docs("registry")).out;
  assertStringIncludes(typescript, 'password: secret("REGISTRY_PASSWORD")\n');
  assertStringIncludes((await docs("ssh", "--yaml")).out, "key_data: [SSH_KEY]\n");
  assertStringIncludes((await docs("builder", "--yaml")).out, "secrets: [NPM_TOKEN]\n");
  assertStringIncludes((await docs("accessory", "--yaml")).out, "password: [GHCR_TOKEN] }\n");
  assertStringIncludes((await docs("env", "--yaml")).out, 'clear: { PORT: "3000" }\n');
});

Deno.test("sextant docs suggests the section that was meant, and exits with 2", async () => {
  const { code, out, err } = await docs("prxy");
  assertEquals([code, out], [2, ""]);
  assertStringIncludes(err, 'there is no section "prxy", did you mean proxy?');
  assertStringIncludes(err, "sextant docs");
  assertEquals((await docs("proxy", "--markdown", "--json-schema")).code, 2);
});

Deno.test("sextant docs knows sections by their keys too", async () => {
  assertEquals((await docs("accessories")).out, (await docs("accessory")).out);
  assertEquals((await docs("roles")).out, (await docs("role")).out);
});

Deno.test("sextant docs --json-schema has names, bounds, defaults and examples", async () => {
  const appPort = (await schemaOf("proxy")).properties?.["appPort"];
  assertEquals(appPort, {
    description: "Port that the app listens on in its container",
    type: "integer",
    minimum: 1,
    maximum: 65535,
    default: 80,
    examples: [3000],
  });
  const yaml = await schemaOf("--yaml");
  assertEquals(yaml.$schema, "https://json-schema.org/draft/2020-12/schema");
  assertEquals(yaml.properties?.["retain_containers"]?.default, 5);
  assertEquals(yaml.properties?.["settings"], undefined);
  assertEquals(yaml.properties?.["ssh"]?.properties?.["key_data"]?.examples, [["SSH_KEY"]]);
  const line = (await docs("--json", "--yaml")).out;
  assertEquals([JSON.parse(line), line.split("\n").length], [yaml, 2]);
});

Deno.test("sextant docs --json-schema --yaml accepts every configuration of Kamal's that is read", async () => {
  const schema = z.fromJSONSchema(JSON.parse((await docs("--json-schema", "--yaml")).out));
  let accepted = 0;
  for await (const { name } of Deno.readDir(FIXTURES)) {
    if (!/^[^.]+\.yml$/.test(name)) continue;
    const options = { root: FIXTURES.pathname, configFile: name, env: {} };
    if (!await loadDeployment(options).then(() => true, () => false)) continue;
    const text = await Deno.readTextFile(new URL(name, FIXTURES));
    // Words that Ruby's YAML takes for true or false, as an editor does that is told so.
    const result = schema.safeParse(parse(text.replaceAll(/: (?:yes|on)$/gm, ": true")));
    assert(result.success, `${name}: ${result.error?.message}`);
    accepted++;
  }
  assert(accepted > 20);
});

Deno.test("sextant docs --json-schema --yaml refuses what is mistyped", async () => {
  const schema = z.fromJSONSchema(JSON.parse((await docs("--json-schema", "--yaml")).out));
  const shop = { service: "shop", image: "acme/shop", servers: ["10.0.0.1"] };
  assert(schema.safeParse(shop).success);
  for (
    const wrong of [
      { prxy: {} },
      { proxy: { appPort: 80 } },
      { proxy: { app_port: "eighty" } },
      { registry: { password: "swordfish" } },
      { retain_containers: 0 },
      { servers: { web: { hots: [] } } },
    ]
  ) {
    assert(!schema.safeParse({ ...shop, ...wrong }).success, JSON.stringify(wrong));
  }
});
