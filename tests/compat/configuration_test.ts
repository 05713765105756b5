import "../sanitizers.ts";
import { assertEquals, assertExists, assertMatch } from "@std/assert";

interface Configuration extends Record<string, unknown> {
  imports: Record<string, string>;
}

async function read(name: string): Promise<Configuration> {
  return JSON.parse(await Deno.readTextFile(new URL(`../../${name}`, import.meta.url)));
}

/** What both files must agree on. */
function shared({ imports, tasks: _tasks, lock: _lock, ...rest }: Configuration): Configuration {
  const others = Object.entries(imports).filter(([name]) => !name.startsWith("@std/"));
  return { ...rest, imports: Object.fromEntries(others) };
}

Deno.test("deno.jsr.json says what deno.json says, but for where @std comes from", async () => {
  const local = await read("deno.json");
  const published = await read("deno.jsr.json");
  assertEquals(shared(published), shared(local));
  assertEquals(Object.keys(published.imports), Object.keys(local.imports));
});

Deno.test("deno.jsr.json takes each @std package from JSR, deno.json from compat", async () => {
  const local = await read("deno.json");
  const published = await read("deno.jsr.json");
  for (const name of Object.keys(local.imports).filter((name) => name.startsWith("@std/"))) {
    const [, scoped] = /^(@std\/[^/]+)/.exec(name) ?? [];
    assertExists(scoped);
    assertMatch(published.imports[name] ?? "", new RegExp(`^jsr:${scoped}@\\^\\d`));
    const file = new URL(`../../${local.imports[name]}`, import.meta.url);
    assertEquals((await Deno.stat(file)).isFile, true);
  }
});

Deno.test("deno.json pins every npm package to one version", async () => {
  const { imports } = await read("deno.json");
  const npm = Object.values(imports).filter((target) => target.startsWith("npm:"));
  for (const target of npm) assertMatch(target, /@\d+\.\d+\.\d+$/);
});
