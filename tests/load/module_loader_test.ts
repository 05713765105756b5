import "../sanitizers.ts";
import { assertEquals, assertMatch, assertRejects, assertStrictEquals } from "@std/assert";
import { ConfigError } from "../../sdk/errors.ts";
import { loadModule, showOwnPaths } from "../../sdk/load/module_loader.ts";

/** Without a configuration of its own a project is imported directly, with an import map through a copy. */
const WAYS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  directly: {},
  "through a copy": { "deno.json": `{ "imports": { "#lib/": "./lib/" } }` },
};

async function withProject(
  files: Readonly<Record<string, string>>,
  test: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "sextant-test-" });
  try {
    await Deno.mkdir(`${folder}/lib`);
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const [way, configuration] of Object.entries(WAYS)) {
  Deno.test(`loadModule() gives a module's exports ${way}`, async () => {
    const files = {
      "deploy.ts": `import { Size } from "./lib/size.ts";
import hosts from "./hosts.json" with { type: "json" };
export default { size: Size.Large, hosts, url: import.meta.url };
`,
      "lib/size.ts": `export enum Size { Small, Large }`,
      "hosts.json": `["10.0.0.1"]`,
    };
    await withProject({ ...files, ...configuration }, async (folder) => {
      const { default: value } = await loadModule(`${folder}/deploy.ts`);
      const url = `file://${folder}/deploy.ts`;
      assertEquals(value, { size: 1, hosts: ["10.0.0.1"], url });
    });
  });

  Deno.test(`loadModule() says where a module threw ${way}`, async () => {
    const text = `type A = number;\n\nthrow new Error("no HOSTS are set");\n`;
    await withProject({ "deploy.ts": text, ...configuration }, async (folder) => {
      const error = await assertRejects(() => loadModule(`${folder}/deploy.ts`), ConfigError);
      const position = `${folder}/deploy.ts:3:7`;
      assertEquals(error.problems, [{ path: "", message: "no HOSTS are set", position }]);
      assertEquals((error.cause as Error).message, "no HOSTS are set");
    });
  });

  Deno.test(`loadModule() says where what is imported is missing ${way}`, async () => {
    const text = `import { hosts } from "./hosts.ts";\nexport default hosts;\n`;
    await withProject({ "deploy.ts": text, ...configuration }, async (folder) => {
      const error = await assertRejects(() => loadModule(`${folder}/deploy.ts`), ConfigError);
      assertMatch(error.problems[0]?.message ?? "", /hosts\.ts/);
      assertEquals(error.problems[0]?.position?.startsWith(`${folder}/deploy.ts:1`), true);
    });
  });
}

Deno.test("loadModule() gives our own errors as they are", async () => {
  const errors = new URL("../../sdk/errors.ts", import.meta.url).href;
  const text = `import { ConfigError } from "${errors}";
throw new ConfigError([{ path: "servers", message: "none" }]);
`;
  await withProject({ "deploy.ts": text }, async (folder) => {
    const error = await assertRejects(() => loadModule(`${folder}/deploy.ts`), ConfigError);
    assertEquals(error.problems, [{ path: "servers", message: "none" }]);
  });
});

Deno.test("loadModule() applies the project's import map, to cycles and computed imports too", async () => {
  const files = {
    ...WAYS["through a copy"],
    "deploy.ts": `import { even } from "#lib/even.ts";
const names = ["odd", "odd", "even"];
const all = await Promise.all(names.map((name) => import(\`#lib/\${name}.ts\`)));
export default { odd: all[0].odd(3), same: all[0] === all[1] && all[2].even === even };
`,
    "lib/even.ts": `import { odd } from "./odd.ts";
export function even(n: number): boolean { return n === 0 || odd(n - 1); }
`,
    "lib/odd.ts": `import { even } from "#lib/even.ts";
export function odd(n: number): boolean { return n !== 0 && even(n - 1); }
`,
  };
  await withProject(files, async (folder) => {
    const { default: value } = await loadModule(`${folder}/deploy.ts`);
    assertEquals(value, { odd: true, same: true });
  });
});

Deno.test("loadModule() gives a module of the same path once", async () => {
  const files = { ...WAYS["through a copy"], "deploy.ts": "export default {};" };
  await withProject(files, async (folder) => {
    const [one, other] = [
      await loadModule(`${folder}/deploy.ts`),
      await loadModule(`${folder}/deploy.ts`),
    ];
    assertStrictEquals(one["default"], other["default"]);
  });
});

Deno.test("showOwnPaths() puts the project's paths into what a module throws later", async () => {
  const text = `export default (): never => {\n  throw new Error("later");\n};\n`;
  await withProject({ ...WAYS["through a copy"], "deploy.ts": text }, async (folder) => {
    const { default: run } = await loadModule(`${folder}/deploy.ts`);
    const error = await assertRejects(async () => await (run as () => never)(), Error);
    showOwnPaths(error);
    assertEquals(error.stack?.includes(`at default (file://${folder}/deploy.ts:2:9)`), true);
  });
});
