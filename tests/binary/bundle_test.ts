import "../sanitizers.ts";
import { assertEquals, assertLess } from "@std/assert";
import { bundle } from "../../.ci/bundle.ts";

/** The text of a bundled file and of all that it imports statically. */
async function staticText(folder: string, file: string, seen = new Set<string>()): Promise<string> {
  if (seen.has(file)) return "";
  seen.add(file);
  let text = await Deno.readTextFile(`${folder}/${file}`);
  for (const [, imported = ""] of text.matchAll(/(?:from|import)"\.\/([^"]+)"/g)) {
    text += await staticText(folder, imported, seen);
  }
  return text;
}

Deno.test("bundle() keeps apart what a command may never need", async () => {
  const folder = await Deno.makeTempDir({ prefix: "sextant-bundle-" });
  try {
    await bundle([{ main: "cli.ts", sdk: "mod.ts", recipes: "recipes/mod.ts" }], folder);
    const main = await staticText(folder, "main.js");
    assertLess(main.length, 40_000);
    const modules = new Set([...main.matchAll(/from"(node:[^"]+)"/g)].map(([, name]) => name));
    assertEquals([...modules].filter((name) => !/^node:(path|url|util)$/.test(name ?? "")), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
