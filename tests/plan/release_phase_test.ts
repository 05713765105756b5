import "../sanitizers.ts";
import { assert, assertEquals } from "@std/assert";
import { answering, assertOrder, containersOn, done, HOSTS, serving } from "../exec/fleets.ts";
import { assertGolden } from "../golden/golden.ts";
import { renderCommands } from "../golden/plan_commands.ts";
import { Deployment } from "./deployment.ts";
import { shop } from "./configs.ts";

const RELEASE = { release: { cmd: "bin/migrate" } };

Deno.test("planDeploy() runs the release phase once, after every pull and before any boot", async () => {
  const deployment = await serving({ spec: RELEASE });
  const plan = await deployment.plan({ name: "deploy" }, "v2");
  const [stage, ...others] = plan.stages.filter(({ name }) => name === "release");
  assertEquals([stage!.scripts.map(({ host }) => host), others], [["10.0.0.1"], []]);
  const since = deployment.fleet.journal.length;
  assertEquals((await deployment.run(plan)).report.failures, []);
  const kinds = done(deployment, since).map((entry) => entry.split(" ")[1]!);
  assert(kinds.lastIndexOf("pull-image") < kinds.indexOf("run-release"));
  assertOrder(kinds, "run-release", "run-container");
  await assertGolden("deploy_release", renderCommands(plan));
});

Deno.test("planDeploy() has the release phase in the environment of the primary role", async () => {
  const plan = await (await serving({ spec: RELEASE })).plan({ name: "deploy" }, "v2");
  const [operation] = plan.stages.find(({ name }) => name === "release")!.scripts[0]!.steps[0]!
    .operations;
  assert(operation?.kind === "run-release");
  assertEquals(operation.like.envFile, ".kamal/apps/shop/env/roles/web.env");
  assertEquals(operation.like.env["KAMAL_VERSION"], "v2");
  assertEquals(operation.like.image, "registry.acme.dev/acme/shop:v2");
});

Deno.test("execute() boots nothing when the release phase fails", async () => {
  const deployment = await serving({ spec: RELEASE });
  deployment.fleet.host("10.0.0.1").failAt("run-release", { stderr: "no such table\n" });
  const { report } = await deployment.deploy("v2");
  assertEquals(report.failures.map(({ code }) => code), ["RELEASE_FAILED"]);
  assertEquals(report.lock, "released");
  for (const host of HOSTS) {
    assertEquals(containersOn(deployment, host).filter((name) => name.includes("v2")), []);
  }
  assertEquals([answering(deployment), deployment.fleet.gaps], [["v1", "v1"], []]);
});

Deno.test("execute() removes a release phase that was broken off", async () => {
  const deployment = await serving({ spec: RELEASE });
  deployment.fleet.host("10.0.0.1").hangAt("run-release");
  const controller = new AbortController();
  const since = deployment.fleet.journal.length;
  await deployment.deploy("v2", {
    signal: controller.signal,
    onEvent: (event) => {
      if (event.type === "step-begin" && event.stage === "release") controller.abort();
    },
  });
  const removed = deployment.fleet.journal.slice(since).map(({ operation }) => operation)
    .filter((operation) => operation.kind === "remove-container");
  assert(removed[0]!.name.startsWith("shop-web-release-v2-"));
});

Deno.test("planRollback() and planScale() run no release phase, nor does what boots nothing", async () => {
  const deployment = await serving({ spec: RELEASE });
  await deployment.deploy("v2");
  const scale = { name: "app scale", counts: { web: 2 } } as const;
  for (const verb of [{ name: "rollback" }, scale, { name: "deploy" }] as const) {
    const { stages } = await deployment.plan(verb, "v2");
    assertEquals(stages.filter(({ name }) => name === "release"), [], verb.name);
  }
});

Deno.test("planDeploy() runs the release phase for another role where the primary does not boot", async () => {
  const { fleet } = await serving({ spec: RELEASE });
  const servers = {
    web: ["10.0.0.1", { host: "10.0.0.2", tags: ["eu"] }],
    jobs: { hosts: ["10.0.0.3"], cmd: "bin/jobs --more" },
  };
  const plan = await new Deployment(fleet, await shop({ ...RELEASE, servers }))
    .plan({ name: "deploy" }, "v1");
  const release = plan.stages.find(({ name }) => name === "release")!;
  assertEquals(release.scripts.map(({ host }) => host), ["10.0.0.3"]);
});
