import "../sanitizers.ts";
import { assertEquals } from "@std/assert";
import type { BuilderInput } from "../../sdk/config/builder.ts";
import type { Verb } from "../../sdk/commander/verb.ts";
import type { DeploySpec } from "../../sdk/config/spec.ts";
import { HERE, type Plan } from "../../sdk/plan/plan.ts";
import { secretsNeededBy, stepsOf } from "../../sdk/plan/plan.ts";
import { serving } from "../exec/fleets.ts";
import { SHOP_WITH_DATABASE } from "./configs.ts";
import { operationsOf } from "./operations.ts";

async function pushWith(builder: BuilderInput): Promise<Plan> {
  const deployment = await serving({ spec: { builder } });
  return await deployment.plan({ name: "build push" }, "v2");
}

Deno.test("planBuild() needs the secrets of the build", async () => {
  const plan = await pushWith({ secrets: [{ secret: "NPM_TOKEN" }] });
  assertEquals(secretsNeededBy(plan), ["REGISTRY_PASSWORD", "NPM_TOKEN"]);
});

Deno.test("planBuild() pushes nothing that its builder has pushed", async () => {
  const kindsFor = async (builder: BuilderInput): Promise<readonly string[]> =>
    stepsOf(await pushWith(builder)).flatMap(({ operations }) =>
      operations.map(({ kind }) => kind)
    );
  const own = ["login-registry", "build-image", "push-image", "measure-image"];
  assertEquals(await kindsFor({}), own);
  assertEquals(await kindsFor({ driver: "docker", provenance: false }), own);
  assertEquals(await kindsFor({ arch: ["amd64", "arm64"] }), own.slice(0, 2));
});

Deno.test("planDeploy() brings to the hosts what buildx has pushed", async () => {
  const deployment = await serving({ spec: { builder: { cache: { type: "gha" } } } });
  const { report } = await deployment.deploy("v2");
  assertEquals(report.outcome, "done");
  assertEquals(
    deployment.fleet.host("10.0.0.1").images.has("registry.acme.dev/acme/shop:v2"),
    true,
  );
});

Deno.test("planAccessory() logs in to an accessory's own registry", async () => {
  const registry = { server: "ghcr.io", username: "ci", password: { secret: "GHCR_TOKEN" } };
  const { db } = SHOP_WITH_DATABASE.accessories!;
  const accessories = { db: { ...db!, registry } };
  const deployment = await serving({ spec: { accessories } });
  const plan = await deployment.plan({ name: "accessory boot", accessory: "db" }, "v1");
  assertEquals(operationsOf(plan, "pull-image").map(({ login }) => login?.server), [
    "ghcr.io",
  ]);
  assertEquals(operationsOf(plan, "run-container").map(({ image }) => image), [
    "ghcr.io/postgres:17",
  ]);
});

Deno.test("a plan runs this machine's registry before an image goes to it or comes from it, and no other", async () => {
  const registry = { server: "localhost:5555" };
  const kindsHere = async (spec: Partial<DeploySpec>, verb: Verb): Promise<readonly string[]> => {
    const { stages } = await (await serving({ spec })).plan(verb, "v2");
    const scripts = stages.flatMap(({ scripts }) => scripts.filter(({ host }) => host === HERE));
    return scripts.flatMap(({ steps }) => steps.flatMap(({ operations }) => operations))
      .map(({ kind }) => kind);
  };
  const own = ["run-registry", "build-image", "push-image", "measure-image"];
  assertEquals(await kindsHere({ registry }, { name: "deploy" }), own);
  assertEquals(await kindsHere({ registry }, { name: "deploy", skipPush: true }), ["run-registry"]);
  assertEquals(await kindsHere({ registry }, { name: "build pull" }), ["run-registry"]);
  assertEquals(await kindsHere({ registry }, { name: "app stop" }), []);
  assertEquals(await kindsHere({}, { name: "build pull" }), []);
});

Deno.test("planDeploy() runs a hook as quietly as the configuration wants it", async () => {
  const settings = { hooksOutput: { "pre-build": "quiet" } } as const;
  const hooks = { "pre-build": () => {}, "pre-deploy": () => {} };
  const plan = await (await serving({ spec: { settings }, hooks })).plan({ name: "deploy" }, "v2");
  assertEquals(operationsOf(plan, "run-hook").map(({ name, quiet }) => [name, quiet]), [
    ["pre-build", true],
    ["pre-deploy", false],
  ]);
});
