import "../sanitizers.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { parse } from "@std/yaml";
import { main } from "../../sdk/cli/main.ts";
import { loadDeployment } from "../../sdk/load/deployment.ts";
import { withProject, writeProject } from "../fixtures/project_folder.ts";
import {
  configOf,
  fixture,
  FIXTURE_ENV,
  fixtureFiles,
  fixtureNames,
  FIXTURES,
  readableOf,
} from "../load/kamal_fixtures.ts";
import { FakeIo } from "./fake_io.ts";

const SENTINEL = "sentinel-value-of-no-one";

/** A project with a fixture and all that it names; its secrets have a sentinel for their values. */
async function withFixture(
  name: string,
  destination: string | undefined,
  body: (root: string) => Promise<void>,
): Promise<void> {
  const { secretNames } = await configOf(fixture(name, destination));
  const { spec } = await loadDeployment({ ...fixture(name, destination), env: FIXTURE_ENV });
  const texts = await Promise.all(
    (await Array.fromAsync(Deno.readDir(FIXTURES))).filter(({ isFile }) => isFile)
      .map(async ({ name }) => [name, await Deno.readTextFile(new URL(name, FIXTURES))]),
  );
  await withProject({
    ...Object.fromEntries(texts),
    ".kamal/secrets": secretNames.map((name) => `${name}=${SENTINEL}\n`).join(""),
  }, async (root) => {
    const files = fixtureFiles(spec, destination).map((path) => [path, "content\n"]);
    await writeProject(root, Object.fromEntries(files));
    await body(root);
  });
}

async function config(root: string, ...args: readonly string[]): Promise<string> {
  const io = Object.assign(new FakeIo(), { root, environment: () => FIXTURE_ENV });
  assertEquals(await main(["config", ...args], io), 0, io.told);
  return io.written;
}

Deno.test("sextant config tells every fixture as YAML and as JSON, secrets by their names alone", async () => {
  let told = 0;
  for (const name of await fixtureNames()) {
    for (const destination of await readableOf(name)) {
      await withFixture(name, destination, async (root) => {
        const of = ["-c", `${name}.yml`, ...destination === undefined ? [] : ["-d", destination]];
        const [yaml, json] = [await config(root, ...of), await config(root, ...of, "--json")];
        const line = JSON.parse(json);
        assertEquals([line.type, parse(yaml)], ["config", line.config], name);
        assertStringIncludes(yaml, `# sha256 ${line.sha256}\n`);
        assertEquals(line.config.destination, destination);
        for (const secret of line.config.secretNames) assertStringIncludes(yaml, secret);
        assert(!yaml.includes(SENTINEL) && !json.includes(SENTINEL), name);
        told++;
      });
    }
  }
  assert(told >= 25, `only ${told} configurations were told`);
});
