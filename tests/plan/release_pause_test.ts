import "../sanitizers.ts";
import { assert, assertEquals } from "@std/assert";
import { answering, assertOrder, done, HOSTS, serving } from "../exec/fleets.ts";
import { assertGolden } from "../golden/golden.ts";
import { renderCommands } from "../golden/plan_commands.ts";
import { Deployment } from "./deployment.ts";
import { shop } from "./configs.ts";
import { operationsOf } from "./operations.ts";

const PAUSED = { release: { cmd: "bin/migrate", pause: 20 } };

Deno.test("planDeploy() lets requests wait on every host while the release phase runs", async () => {
  const deployment = await serving({ spec: PAUSED });
  const plan = await deployment.plan({ name: "deploy" }, "v2");
  const since = deployment.fleet.journal.length;
  assertEquals((await deployment.run(plan)).report.failures, []);
  const entries = done(deployment, since);
  assertOrder(
    entries,
    "10.0.0.1 pause-route",
    "10.0.0.1 run-release",
    "10.0.0.1 resume-route",
    "10.0.0.1 run-container",
  );
  assertOrder(entries, "10.0.0.2 pause-route", "10.0.0.1 run-release", "10.0.0.2 resume-route");
  assertEquals(paused(deployment), [false, false]);
  assertEquals(answering(deployment), ["v2", "v2"]);
  await assertGolden("deploy_release_pause", renderCommands(plan));
});

Deno.test("planDeploy() lets nobody wait where nothing is answered yet, or nothing boots", async () => {
  const deployment = await serving({ spec: PAUSED });
  assertEquals((await deployment.plan({ name: "deploy" }, "v1")).stages, []);
  const { fleet } = deployment;
  for (const { routes } of HOSTS.map((host) => fleet.host(host))) routes.clear();
  const plan = await new Deployment(fleet, await shop(PAUSED)).plan({ name: "deploy" }, "v2");
  assertEquals(plan.stages.filter(({ name }) => name === "pause"), []);
});

Deno.test("planDeploy() leaves a route under maintenance as it is", async () => {
  const deployment = await serving({ spec: PAUSED });
  await deployment.do({ name: "app maintenance" }, "v1");
  const { stages } = await deployment.plan({ name: "deploy" }, "v2");
  assertEquals(stages.filter(({ name }) => name === "pause" || name === "resume"), []);
});

Deno.test("planDeploy() checks a host where nothing boots before anybody waits", async () => {
  const { fleet } = await serving({ spec: PAUSED });
  const servers = {
    web: ["10.0.0.1", { host: "10.0.0.2", tags: ["eu"] }],
    jobs: { hosts: ["10.0.0.3"], cmd: "bin/jobs --more" },
  };
  const config = await shop({ ...PAUSED, servers });
  const { stages } = await new Deployment(fleet, config).plan({ name: "deploy" }, "v1");
  const checked = (name: string): readonly string[] =>
    stages.filter((stage) => stage.name === name).flatMap(({ scripts }) => scripts)
      .filter(({ steps }) =>
        steps.some(({ operations }) => operations.some(({ kind }) => kind === "check-state"))
      ).map(({ host }) => host);
  assertEquals(checked("prepare"), HOSTS);
  assertEquals(checked("pause"), []);
});

for (const onFailure of ["rollback", "rollback-group", "halt"] as const) {
  Deno.test(`execute() lets requests go on when the release phase fails, with onFailure ${onFailure}`, async () => {
    const deployment = await serving({ spec: { ...PAUSED, boot: { onFailure } } });
    deployment.fleet.host("10.0.0.1").failAt("run-release");
    const { report } = await deployment.deploy("v2");
    assertEquals(report.failures.map(({ code }) => code), ["RELEASE_FAILED"]);
    assertEquals([paused(deployment), answering(deployment)], [[false, false], ["v1", "v1"]]);
  });
}

Deno.test("execute() lets requests go on everywhere when one host cannot pause", async () => {
  const deployment = await serving({ spec: PAUSED });
  deployment.fleet.host("10.0.0.2").failAt("pause-route");
  const since = deployment.fleet.journal.length;
  assertEquals((await deployment.deploy("v2")).report.outcome, "failed");
  assert(!done(deployment, since).includes("10.0.0.1 run-release"));
  assertEquals(paused(deployment), [false, false]);
});

Deno.test("execute() lets requests go on when the release phase is broken off", async () => {
  const deployment = await serving({ spec: PAUSED });
  deployment.fleet.host("10.0.0.1").hangAt("run-release");
  const controller = new AbortController();
  const { report } = await deployment.deploy("v2", {
    signal: controller.signal,
    onEvent: (event) => {
      if (event.type === "step-begin" && event.stage === "release") controller.abort();
    },
  });
  assertEquals(report.outcome, "cancelled");
  assertEquals(paused(deployment), [false, false]);
});

Deno.test("planDeploy() and planLive() let requests go on that wait for a run that is dead", async () => {
  for (const verb of [{ name: "deploy" }, { name: "app live" }] as const) {
    const deployment = await serving({ spec: PAUSED });
    const host = deployment.fleet.host("10.0.0.1");
    host.routes.set("shop-web", { ...host.routes.get("shop-web")!, isPaused: true });
    const plan = await deployment.plan(verb, "v1");
    assertEquals(operationsOf(plan, "resume-route").length, 1, verb.name);
    assertEquals((await deployment.run(plan)).report.failures, []);
    assertEquals(paused(deployment), [false, false]);
  }
});

/** Whether requests wait on each of the web's hosts. */
function paused({ fleet }: Deployment): readonly boolean[] {
  return HOSTS.slice(0, 2).map((host) =>
    fleet.host(host).routes.get("shop-web")?.isPaused ?? false
  );
}
