import "../sanitizers.ts";
import { assertEquals, assertRejects } from "@std/assert";
import { ConfigError } from "../../sdk/errors.ts";
import {
  type ImportMap,
  isApplied,
  mapSpecifier,
  ownPart,
  readImportMap,
} from "../../sdk/load/module_imports.ts";

const MAP: ImportMap = {
  base: new URL("file:///app/deno.json"),
  imports: {
    "#hosts": "./hosts.ts",
    "#lib/": "./lib/",
    "#lib/deep/": "./deep/",
    infra: "jsr:@acme/infra@^2",
  },
  scopes: { "./vendor/": { "#hosts": "./vendor/hosts.ts" } },
};
const IMPORTER = new URL("file:///app/deploy.ts");

const MAPPED: readonly [specifier: string, target: string][] = [
  ["#hosts", "file:///app/hosts.ts"],
  ["#lib/size.ts", "file:///app/lib/size.ts"],
  ["#lib/deep/x.ts", "file:///app/deep/x.ts"],
  ["infra", "jsr:@acme/infra@^2"],
  ["infra/hosts", "jsr:@acme/infra@^2/hosts"],
  ["infrared", "infrared"],
  ["./hosts.ts", "./hosts.ts"],
];

for (const [specifier, target] of MAPPED) {
  Deno.test(`mapSpecifier() leads ${specifier} to ${target}`, () => {
    assertEquals(mapSpecifier(specifier, IMPORTER, MAP), target);
  });
}

Deno.test("mapSpecifier() asks the scope of the importer first", () => {
  const importer = new URL("file:///app/vendor/x.ts");
  assertEquals(mapSpecifier("#hosts", importer, MAP), "file:///app/vendor/hosts.ts");
  assertEquals(mapSpecifier("infra", importer, MAP), "jsr:@acme/infra@^2");
});

const OWN: readonly [specifier: string, part: string | undefined][] = [
  ["@sextant/deploy", ""],
  ["jsr:@sextant/deploy@^0.1", ""],
  ["npm:@sextant/deploy@0.1.0/recipes", "recipes"],
  ["jsr:/@sextant/deploy@^0.1/recipes", "recipes"],
  ["@sextant/deployment", undefined],
  ["@acme/deploy", undefined],
];

for (const [specifier, part] of OWN) {
  Deno.test(`ownPart() ${part === undefined ? "does not know" : "knows"} ${specifier}`, () => {
    assertEquals(ownPart(specifier), part);
  });
}

Deno.test("isApplied() compares with what Deno resolves", () => {
  const resolve = (name: string): string => {
    if (name.includes(":")) return name;
    if (name === "#hosts") return "file:///app/hosts.ts";
    throw new TypeError(`Import "${name}" not a dependency`);
  };
  const { base } = MAP;
  const map = (imports: Record<string, string>): ImportMap => ({ base, imports, scopes: {} });
  assertEquals(isApplied(map({}), resolve), true);
  assertEquals(isApplied(map({ "#hosts": "./hosts.ts" }), resolve), true);
  assertEquals(isApplied(map({ "@sextant/deploy": "jsr:@sextant/deploy@^0.1" }), resolve), true);
  assertEquals(isApplied(map({ "#hosts": "./other.ts" }), resolve), false);
  assertEquals(isApplied(map({ infra: "jsr:@acme/infra" }), resolve), false);
  assertEquals(isApplied(MAP, resolve), false);
});

async function withProject(
  files: Readonly<Record<string, string>>,
  test: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "sextant-test-" });
  try {
    await Deno.mkdir(`${folder}/config`);
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("readImportMap() reads the nearest configuration, comments and all", async () => {
  const text = `{
    // where hosts are listed
    "imports": { "#hosts": "./hosts.ts", /* a "quoted, } note" */ "#url": "https://acme.dev//x", },
  }`;
  await withProject({ "deno.jsonc": text }, async (folder) => {
    const { imports, base } = await readImportMap(`${folder}/config/deploy.ts`);
    assertEquals(imports, { "#hosts": "./hosts.ts", "#url": "https://acme.dev//x" });
    assertEquals(base.href, `file://${folder}/deno.jsonc`);
  });
});

Deno.test("readImportMap() follows importMap to the file it names", async () => {
  const files = {
    "deno.json": `{ "importMap": "./config/map.json" }`,
    "config/map.json": `{ "imports": { "#hosts": "./hosts.ts" } }`,
  };
  await withProject(files, async (folder) => {
    const map = await readImportMap(`${folder}/deploy.ts`);
    assertEquals(map.imports, { "#hosts": "./hosts.ts" });
    assertEquals(map.base.href, `file://${folder}/config/map.json`);
  });
});

Deno.test("readImportMap() names the configuration that it cannot read", async () => {
  await withProject({ "deno.json": "{ imports" }, async (folder) => {
    const error = await assertRejects(() => readImportMap(`${folder}/deploy.ts`), ConfigError);
    assertEquals(error.problems[0]?.position, `${folder}/deno.json`);
  });
});
