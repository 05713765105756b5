import "../sanitizers.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { DeploySpec } from "../../sdk/config/spec.ts";
import { ConfigError } from "../../sdk/errors.ts";
import type { BridgeAssets } from "../../sdk/operations/assets.ts";
import { type Plan, stepsOf } from "../../sdk/plan/plan.ts";
import { serving } from "../exec/fleets.ts";
import { assertGolden } from "../golden/golden.ts";
import { renderCommands } from "../golden/plan_commands.ts";
import { shop } from "./configs.ts";

const FOLDER = ".kamal/apps/shop/assets";
const ASSETS: Partial<DeploySpec> = { settings: { assetPath: "/app/public:ro" } };

Deno.test("planDeploy() bridges assets on every host before anything boots", async () => {
  const deployment = await serving({ spec: ASSETS });
  const plan = await deployment.plan({ name: "deploy" }, "v2");
  const hosts = plan.stages.find(({ name }) => name === "prepare")!.scripts.filter(({ steps }) =>
    steps.some(({ id }) => id.includes(" assets "))
  ).map(({ host }) => host);
  assertEquals(hosts, ["10.0.0.1", "10.0.0.2"]);
  assertEquals(bridgesOf(plan)[0]!.folders, [{
    path: "/app/public",
    extracted: `${FOLDER}/extracted/web-v2`,
    volume: `${FOLDER}/volumes/web-v2`,
    before: [{ extracted: `${FOLDER}/extracted/web-v1`, volume: `${FOLDER}/volumes/web-v1` }],
  }]);
  await assertGolden("deploy_assets", renderCommands(plan));
});

Deno.test("planDeploy() mounts assets in containers that get traffic, as Kamal does", async () => {
  const plan = await (await serving({ spec: ASSETS })).plan({ name: "deploy" }, "v2");
  const volumes = stepsOf(plan).flatMap(({ operations }) => operations)
    .flatMap((one) => one.kind === "run-container" ? [[one.role, ...one.volumes]] : []);
  const web = ["web", `${FOLDER}/volumes/web-v2:/app/public:ro`];
  assertEquals(volumes, [web, web, ["jobs"]]);
});

Deno.test("planDeploy() has a folder on the host for each of several in the image", async () => {
  const web = { hosts: ["10.0.0.1"], assetPath: ["/app/public", "/app/packs"] };
  const deployment = await serving({ spec: { servers: { web } } });
  const [bridge] = bridgesOf(await deployment.plan({ name: "deploy" }, "v2"));
  assertEquals(bridge!.folders.map(({ path, volume }) => [path, volume]), [
    ["/app/public", `${FOLDER}/volumes/web-v2`],
    ["/app/packs", `${FOLDER}/volumes/web-v2+2`],
  ]);
});

Deno.test("planRollback() bridges the assets of the version to go back to", async () => {
  const deployment = await serving({ spec: ASSETS });
  await deployment.deploy("v2");
  const [bridge] = bridgesOf(await deployment.plan({ name: "rollback" }, "v2"));
  assertEquals(bridge!.image, undefined);
  assert(bridge!.folders[0]!.before[0]!.volume.endsWith("web-v2"));
});

Deno.test("planDeploy() removes the assets of versions that are pruned, and of no others", async () => {
  const settings = { ...ASSETS.settings, retainContainers: 1 };
  const deployment = await serving({ spec: { settings } });
  for (const version of ["v2", "v3"]) {
    assertEquals((await deployment.deploy(version)).report.failures, []);
  }
  const left = [...deployment.fleet.host("10.0.0.1").directories]
    .filter((path) => path.startsWith(`${FOLDER}/volumes/`));
  assertEquals(left.sort(), [`${FOLDER}/volumes/web-v2`, `${FOLDER}/volumes/web-v3`]);
});

Deno.test("planAppExec() leaves the image its own assets", async () => {
  const deployment = await serving({ spec: ASSETS });
  const plan = await deployment.plan({ name: "app exec", cmd: "date" }, "v1");
  const [operation] = stepsOf(plan)[0]!.operations;
  assert(operation?.kind === "run-command");
  assertEquals(operation.volumes, []);
});

Deno.test("resolveConfig() refuses assets that are no folder of the image", async () => {
  for (const assetPath of ["public", "/", "/a:ro:z", ["/a", "/a"]]) {
    await assertRejects(() => shop({ settings: { assetPath } }), ConfigError);
  }
});

function bridgesOf(plan: Plan): readonly BridgeAssets[] {
  return stepsOf(plan).flatMap(({ operations }) => operations)
    .filter((operation): operation is BridgeAssets => operation.kind === "bridge-assets");
}
