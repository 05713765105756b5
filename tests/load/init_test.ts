import "../sanitizers.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { HOOK_NAMES, isOldHook } from "../../sdk/config/hook.ts";
import { resolveConfig } from "../../sdk/config/resolve.ts";
import { SextantError } from "../../sdk/errors.ts";
import { loadDeployment } from "../../sdk/load/deployment.ts";
import { initProject } from "../../sdk/load/init.ts";
import { findHooks, runHookFile } from "../../sdk/project/hooks.ts";
import { secretsFromFiles } from "../../sdk/secrets/files.ts";
import { withProject } from "../fixtures/project_folder.ts";

/** All hooks but that of Kamal 1. */
const SAMPLED = HOOK_NAMES.filter((name) => !isOldHook(name));

const FILES = [
  "deploy.ts",
  ".kamal/secrets",
  ...SAMPLED.map((name) => `.kamal/hooks/${name}.sample`),
];

Deno.test("initProject() writes each file once and never over another", async () => {
  await withProject({ ".kamal/secrets": "MINE=1" }, async (root) => {
    const first = await initProject(root);
    assertEquals(first.kept, [".kamal/secrets"]);
    assertEquals(first.created, FILES.filter((path) => path !== ".kamal/secrets"));
    assertEquals(await Deno.readTextFile(join(root, ".kamal/secrets")), "MINE=1");

    const text = await Deno.readTextFile(join(root, "deploy.ts"));
    assertEquals(await initProject(root), { created: [], kept: FILES });
    assertEquals(await Deno.readTextFile(join(root, "deploy.ts")), text);
  });
});

Deno.test("initProject() leaves Kamal 1's env file in force", async () => {
  await withProject({ ".kamal/.env": "TOKEN=1" }, async (root) => {
    const { created, kept } = await initProject(root);
    assertEquals([created.includes(".kamal/secrets"), kept], [false, [".kamal/.env"]]);
    const secrets = secretsFromFiles({ root, secretsPath: ".kamal/secrets", env: {} });
    assertEquals(await secrets.value("TOKEN"), "1");
  });
});

Deno.test("initProject() makes a deployment that resolves, named after the folder", async () => {
  await withProject({ "My Shop_2/": "" }, async (folder) => {
    const root = join(folder, "My Shop_2");
    await initProject(root);
    const { spec } = await loadDeployment({ root, env: {} });
    const config = await resolveConfig(spec, {});
    assertEquals([config.service, config.image], ["my-shop-2", "my-name/my-shop-2"]);
    assertEquals(config.secretNames, ["REGISTRY_PASSWORD"]);
  });
});

Deno.test("initProject() makes a deployment that deno fmt leaves as it is", async () => {
  await withProject({}, async (root) => {
    await initProject(root);
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: ["fmt", "--no-config", "--check", join(root, "deploy.ts")],
      stdout: "null",
      stderr: "null",
    }).output();
    assert(success);
  });
});

Deno.test("initProject() makes a secrets file that passes the environment on", async () => {
  await withProject({}, async (root) => {
    await initProject(root);
    const source = secretsFromFiles({
      root,
      secretsPath: ".kamal/secrets",
      env: { REGISTRY_PASSWORD: "swordfish" },
    });
    assertEquals(await source.value("REGISTRY_PASSWORD"), "swordfish");
  });
});

Deno.test("initProject() makes samples that are no hooks until they are renamed, and then run", async () => {
  await withProject({}, async (root) => {
    await initProject(root);
    assertEquals((await findHooks(root, ".kamal/hooks")).size, 0);
    for (const name of SAMPLED) {
      const path = join(root, ".kamal/hooks", name);
      await Deno.rename(`${path}.sample`, path);
    }
    const hooks = await findHooks(root, ".kamal/hooks");
    assertEquals([...hooks.keys()], SAMPLED);
    const lines: string[] = [];
    await runHookFile(hooks.get("post-deploy")!, {
      KAMAL_SERVICE_VERSION: "shop@1",
      KAMAL_RUNTIME: "3",
    }, { root, onLine: (line) => void lines.push(line) });
    assertEquals(lines, ["shop@1 was deployed in 3 seconds"]);
  });
});

Deno.test("initProject() makes no second deployment beside config/deploy.ts", async () => {
  await withProject({ "config/deploy.ts": "" }, async (root) => {
    const { created, kept } = await initProject(root);
    assertEquals(kept, ["config/deploy.ts"]);
    assert(!created.includes("deploy.ts"));
  });
});

Deno.test("initProject() says which file cannot be written", async () => {
  await withProject({ ".kamal": "a file" }, async (root) => {
    const error = await assertRejects(() => initProject(root), SextantError);
    assertEquals(error.code, "USAGE");
    assertStringIncludes(error.message, ".kamal/secrets cannot be written");
  });
});
