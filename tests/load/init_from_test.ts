import "../sanitizers.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { main } from "../../sdk/cli/main.ts";
import { ConfigError, SextantError } from "../../sdk/errors.ts";
import { convertProject, initFrom } from "../../sdk/load/init_from.ts";
import { FakeIo } from "../cli/fake_io.ts";
import { type ProjectFiles, withProject } from "../fixtures/project_folder.ts";
import {
  configOf,
  fixture,
  FIXTURE_ENV,
  fixtureNames,
  FIXTURES,
  readableOf,
} from "./kamal_fixtures.ts";

const SHOP = "service: shop\nimage: acme/shop\nservers:\n  - 10.0.0.1\n";

async function namesIn(folder: string): Promise<readonly string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
}

Deno.test("initFrom() writes a deploy.ts that resolves to what Kamal's files resolve to", async () => {
  let compared = 0;
  for (const name of await fixtureNames()) {
    const readable = await readableOf(name);
    if (readable.length === 0) continue;
    const configFile = `${name}.yml`;
    const { text, leftOut } = await convertProject({
      root: FIXTURES.pathname,
      from: configFile,
      env: FIXTURE_ENV,
    });
    if (readable.includes(undefined)) assertEquals(leftOut, [], name);
    await withProject({ "deploy.ts": text }, async (root) => {
      for (const destination of readable) {
        const wanted = await configOf(fixture(name, destination));
        assertEquals(await configOf({ root, destination }), wanted, `${name} ${destination}`);
        compared++;
      }
    });
  }
  assert(compared >= 25, `only ${compared} configurations were compared`);
});

/** Files with every kind of line. */
const FORMATTED = [
  ...["deploy.ts", "deploy_erb.ts", "deploy_for_dest.ts", "deploy_as_documented.ts"],
  ...["deploy_with_accessories.ts", "deploy_with_quotes.ts", "deploy_with_env_tags.ts"],
];

Deno.test("initFrom() writes what is well typed and formatted", async () => {
  const files: Record<string, string> = {};
  for (const name of await fixtureNames()) {
    if ((await readableOf(name)).length === 0) continue;
    const { text } = await convertProject({
      root: FIXTURES.pathname,
      from: `${name}.yml`,
      env: FIXTURE_ENV,
    });
    files[`${name.replaceAll(".", "_")}.ts`] = text;
  }
  await withProject(files, async (root) => {
    const config = new URL("../../deno.json", import.meta.url).pathname;
    const commands = [
      ["check", "--config", config, ...Object.keys(files)],
      ["fmt", "--no-config", "--check", ...FORMATTED],
    ];
    for (const args of commands) {
      const { success, stderr } = await new Deno.Command(Deno.execPath(), {
        args,
        cwd: root,
        stdout: "null",
      }).output();
      assert(success, new TextDecoder().decode(stderr));
    }
  });
});

/** Converts a project, and gives the configuration that its deploy.ts comes to. */
async function converted(
  files: ProjectFiles,
  use: (root: string, text: string) => Promise<void>,
  env: Readonly<Record<string, string>> = FIXTURE_ENV,
): Promise<void> {
  await withProject(files, async (root) => {
    await initFrom({ root, from: "config/deploy.yml", env });
    await use(root, await Deno.readTextFile(join(root, "deploy.ts")));
  });
}

Deno.test("initFrom() keeps ERB as expressions, so that today's values are not written down", async () => {
  const yaml = `${SHOP}  - <%= ENV["HOST"] %>
env:
  clear:
    TOKEN: <%= ENV.fetch("TOKEN") %>
    URL: https://<%= ENV["HOST"] %>/\`a\`\${b}
    COUNT: "<%= ENV.fetch('COUNT', '3') %>"
proxy:
  app_port: <%= ENV["PORT"] %>
  ssl: <%= ENV["TLS"] %>
`;
  const env = { ...FIXTURE_ENV, HOST: "10.0.0.9", TOKEN: "swordfish", PORT: "3000", TLS: "false" };
  await converted({ "config/deploy.yml": yaml }, async (root, text) => {
    for (const value of ["swordfish", "10.0.0.9", "3000"]) assert(!text.includes(value), text);
    const configFile = "config/deploy.yml";
    assertEquals(await configOf({ root, env }), await configOf({ root, env, configFile }));
    const other = { ...env, HOST: "10.0.0.8", PORT: "4000" };
    assertEquals(
      await configOf({ root, env: other }),
      await configOf({ root, env: other, configFile }),
    );
    const { TOKEN: _, ...without } = env;
    const error = await assertRejects(() => configOf({ root, env: without }), ConfigError);
    assertStringIncludes(error.details.join("\n"), "TOKEN is not set");
  }, env);
});

Deno.test("initFrom() leaves nouns out that ERB makes as a whole, and says so", async () => {
  const yaml = `${SHOP}volumes: <%= ENV["VOLUMES"] %>\n`;
  const env = { ...FIXTURE_ENV, VOLUMES: "[/secret-place:/data]" };
  await withProject({ "config/deploy.yml": yaml }, async (root) => {
    const { leftOut } = await initFrom({ root, from: "config/deploy.yml", env });
    assertEquals(leftOut.map(({ path }) => path), ["volumes"]);
    const text = await Deno.readTextFile(join(root, "deploy.ts"));
    assertStringIncludes(text, "// - volumes: is made by ERB");
    assert(!text.includes("secret-place"));
  });
});

Deno.test("initFrom() names keys without an effect in a comment and in its result", async () => {
  const yaml = `${SHOP}run_directory: /srv\nenv:\n  A: "1"\n`;
  await withProject({ "config/deploy.yml": yaml }, async (root) => {
    const { leftOut } = await initFrom({ root, from: "config/deploy.yml", env: FIXTURE_ENV });
    assertEquals(leftOut.map(({ path, position }) => [position, path]), [
      ["config/deploy.yml:5", "run_directory"],
    ]);
    const text = await Deno.readTextFile(join(root, "deploy.ts"));
    assertStringIncludes(text, "// - config/deploy.yml:5 run_directory: has no effect");
    assertEquals((await configOf({ root })).roles[0]?.env["10.0.0.1"]?.clear, { A: "1" });
  });
});

Deno.test("initFrom() says of a destination what an overlay cannot express", async () => {
  await withProject({
    "config/deploy.yml": `${SHOP}proxy:\n  host: a.example.com\n  app_port: 3000\n`,
    "config/deploy.far.yml": "service: far\nproxy:\n  app_port: ~\nvolumes: [/a:/a]\n",
  }, async (root) => {
    const { leftOut } = await initFrom({ root, from: "config/deploy.yml", env: FIXTURE_ENV });
    assertEquals(leftOut.map(({ path }) => path).toSorted(), [
      "destinations.far.proxy",
      "destinations.far.service",
    ]);
    const config = await configOf({ root, destination: "far" });
    assertEquals(config.volumes, ["/a:/a"]);
  });
});

Deno.test("initFrom() lays roles, environments and accessories of destinations over the others", async () => {
  const files = {
    "config/deploy.yml": `service: shop
image: acme/shop
servers:
  web: { hosts: [10.0.0.1], cmd: bin/web, env: { A: "1" } }
env: { X: "1" }
accessories:
  db: { image: "postgres:16", host: 10.0.0.2, env: { secret: [PASSWORD] } }
`,
    "config/deploy.far.yml": `servers:
  web: { hosts: [10.1.0.1, { 10.1.0.2: eu }] }
  jobs: { hosts: [10.1.0.3], cmd: bin/jobs }
env: { Y: "2" }
accessories:
  db: { image: "postgres:17" }
  cache: { image: redis, roles: [jobs] }
`,
  };
  await converted(files, async (root) => {
    for (const destination of [undefined, "far"]) {
      const yaml = await configOf({ root, destination, configFile: "config/deploy.yml" });
      assertEquals(await configOf({ root, destination }), yaml);
    }
  });
});

Deno.test("initFrom() writes any text as it is", async () => {
  const texts = ["\"q\" 'p' `b` ${d} \\ \u2028 \n new", "secret", "*/ // ", "__proto__", "é🚢"];
  const clear = Object.fromEntries(texts.map((text, index) => [`V${index}`, text]));
  const labels = JSON.parse('{"constructor":"a","a b":"c","toString":"d"}');
  const yaml = JSON.stringify({
    ...{ service: "shop", image: "acme/shop", servers: ["10.0.0.1"] },
    ...{ env: { clear: { ...clear, secret: "x", clear: "y" } }, labels },
  });
  await converted({ "config/deploy.yml": yaml }, async (root) => {
    const wanted = await configOf({ root, configFile: "config/deploy.yml" });
    assertEquals(await configOf({ root }), wanted);
    assertEquals(wanted.labels["a b"], "c");
  });
});

Deno.test("initFrom() writes over nothing", async () => {
  for (const path of ["deploy.ts", "config/deploy.ts"]) {
    await withProject({ "config/deploy.yml": SHOP, [path]: "mine" }, async (root) => {
      const make = (): Promise<unknown> =>
        initFrom({ root, from: "config/deploy.yml", env: FIXTURE_ENV });
      const error = await assertRejects(make, SextantError);
      assertEquals(error.code, "USAGE");
      assertEquals(await Deno.readTextFile(join(root, path)), "mine");
    });
  }
});

Deno.test("initFrom() writes nothing where the files have mistakes, and names all of them", async () => {
  const yaml = `${SHOP}retain_containers: none\nprxy: {}\n`;
  await withProject({ "config/deploy.yml": yaml }, async (root) => {
    const make = (from: string): Promise<unknown> => initFrom({ root, from, env: FIXTURE_ENV });
    const error = await assertRejects(() => make("config/deploy.yml"), ConfigError);
    assertEquals(error.problems.map(({ path }) => path), ["retain_containers", "prxy"]);
    const absent = await assertRejects(() => make("deploy.yml"), SextantError);
    assertEquals(absent.code, "CONFIG_NOT_FOUND");
    assertEquals(await namesIn(root), ["config"]);
  });
});

Deno.test("sextant init --from tells what it wrote, and what it left out", async () => {
  await withProject({ "config/deploy.yml": `${SHOP}run_directory: elsewhere\n` }, async (root) => {
    const io = Object.assign(new FakeIo(), { root });
    assertEquals(await main(["init", "--from", "config/deploy.yml"], io), 0);
    assertEquals(io.written, "created  deploy.ts\n");
    assertStringIncludes(io.told, "not carried over");
    assertStringIncludes(io.told, "run_directory");
    const again = Object.assign(new FakeIo(), { root });
    assertEquals(await main(["init", "--from", "config/deploy.yml"], again), 2);
    assertStringIncludes(again.told, "stays as it is");
  });
});
