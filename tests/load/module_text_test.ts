import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ConfigError } from "../../sdk/errors.ts";
import { isModule, translateModule } from "../../sdk/load/module_text.ts";

const PATH = "/app/deploy.ts";

async function translate(...lines: string[]): Promise<string[]> {
  const text = await translateModule(lines.join("\n"), PATH, (specifier) => `${specifier}!`);
  return text.split("\n");
}

Deno.test("translateModule() strips types and keeps lines", async () => {
  const lines = await translate(
    "interface Size {",
    "  large: boolean;",
    "}",
    "export const size: Size = { large: true };",
  );
  assertEquals(lines.map((line) => line.trim()), [
    "",
    "",
    "",
    "export const size = { large: true };",
  ]);
});

Deno.test("translateModule() drops what is imported for its types alone", async () => {
  const [first, second] = await translate(
    `import type { A } from "./a.ts";`,
    `import { B, c } from "./b.ts"; const b: B = c;`,
  );
  assertEquals(first?.trim(), "");
  assertStringIncludes(second ?? "", `import { c } from "./b.ts!"`);
});

Deno.test("translateModule() translates enums and parameter properties", async () => {
  const [line = ""] = await translate(
    "enum Size { Small } class A { constructor(readonly size: Size) {} } export default new A(Size.Small);",
  );
  const { default: value } = await import(`data:text/javascript,${encodeURIComponent(line)}`);
  assertEquals({ ...value }, { size: 0 });
});

Deno.test("translateModule() rewrites every way to import", async () => {
  const lines = await translate(
    `import "./side.ts";`,
    `export * from './all.ts';`,
    `export const lazy = () => import("./lazy.ts");`,
    `import data from "./data.json" with { type: "json" }; export { data };`,
  );
  assertEquals(lines, [
    `import "./side.ts!";`,
    `export * from "./all.ts!";`,
    `export const lazy = () => import("./lazy.ts!");`,
    `import data from "./data.json!" with { type: "json" }; export { data };`,
  ]);
});

Deno.test("translateModule() tells the line of a specifier", async () => {
  const lines: number[] = [];
  await translateModule(`\ntype A = 1;\nimport "./x.ts";\n`, PATH, (specifier, line) => {
    lines.push(line);
    return specifier;
  });
  assertEquals(lines, [3]);
});

Deno.test("translateModule() leaves a computed import to the loader", async () => {
  const [line] = await translate("export const load = (name: string) => import(`./${name}.ts`);");
  const call = `globalThis[Symbol.for("sextant.computed-import")]("/app/deploy.ts",`;
  assertEquals(line, `export const load = (name) => ${call}\`./\${name}.ts\`);`);
});

Deno.test("translateModule() lets import.meta speak of the original, on the first line", async () => {
  const lines = await translate("", "export const url: string = import.meta.url;");
  assertStringIncludes(lines[0] ?? "", `import.meta.url="file:///app/deploy.ts";`);
  assertStringIncludes(lines[0] ?? "", `import.meta.dirname="/app";`);
  assertEquals(lines[1], "export const url = import.meta.url;");
});

Deno.test("translateModule() turns a hashbang into a comment", async () => {
  assertEquals(await translate("#!/usr/bin/env -S deno run", "export {};"), [
    "///usr/bin/env -S deno run",
    "export {};",
  ]);
});

Deno.test("translateModule() names the place of a syntax error", async () => {
  const error = await assertRejects(
    () => translate("const a = 1;", "const b: number = ;"),
    ConfigError,
  );
  assertEquals(error.problems, [
    { path: "", message: "Unexpected token", position: "/app/deploy.ts:2:19" },
  ]);
});

Deno.test("isModule() tells modules from data", () => {
  const names = ["a.ts", "a.mts", "a.tsx", "a.js", "a.mjs", "a.json", "a.txt", "ts"];
  assertEquals(names.filter(isModule), ["a.ts", "a.mts", "a.tsx", "a.js", "a.mjs"]);
});
