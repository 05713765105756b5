import "../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { answering, assertOrder, containersOn, done, serving } from "./fleets.ts";

Deno.test("execute() boots other roles after the first healthy primary container, not after the last", async () => {
  const deployment = await serving({ appsOn: { "10.0.0.2": { v2: { healthyAfter: 20 } } } });
  const since = deployment.fleet.journal.length;
  await deployment.deploy("v2");
  const entries = done(deployment, since);
  assertOrder(
    entries,
    "10.0.0.1 await-healthy",
    "10.0.0.3 run-container",
    "10.0.0.2 await-healthy",
  );
});

Deno.test("execute() tells that a host waits, and for what", async () => {
  const deployment = await serving();
  const { events } = await deployment.deploy("v2");
  const waits = events.filter((event) => event.type === "waiting");
  assertEquals(waits.map(({ host, stage, reason }) => [host, stage, reason]), [
    ["10.0.0.2", "prepare", "for the lock"],
    ["10.0.0.3", "prepare", "for the lock"],
    ["10.0.0.3", "boot", "after the first healthy web"],
  ]);
});

Deno.test("execute() never boots other roles when no primary container gets healthy", async () => {
  const deployment = await serving({ apps: { v2: "unhealthy" } });
  const { report } = await deployment.deploy("v2");
  assertEquals(containersOn(deployment, "10.0.0.3"), ["shop-jobs-v1 *"]);
  const jobs = report.steps.filter(({ host, stage }) => host === "10.0.0.3" && stage === "boot");
  assertEquals(jobs.map(({ status }) => status), ["skipped", "skipped"]);
});

Deno.test("execute() does not hang when a host that others wait for is lost", async () => {
  const deployment = await serving();
  for (const host of ["10.0.0.1", "10.0.0.2"]) {
    deployment.fleet.host(host).loseConnectionAt("run-container");
  }
  const { report } = await deployment.deploy("v2");
  assertEquals(report.failures.map(({ code }) => code), ["CONNECTION_LOST", "CONNECTION_LOST"]);
  assertEquals(containersOn(deployment, "10.0.0.3"), ["shop-jobs-v1 *"]);
});

Deno.test("execute() keeps the old version everywhere when another role fails", async () => {
  const deployment = await serving({ appsOn: { "10.0.0.3": { v2: "crashing" } } });
  const { report } = await deployment.deploy("v2");
  assertEquals(report.failures.map(({ host, code }) => [host, code]), [[
    "10.0.0.3",
    "CONTAINER_EXITED",
  ]]);
  assertEquals(answering(deployment), ["v1", "v1"]);
  assertEquals(containersOn(deployment, "10.0.0.3"), ["shop-jobs-v1 *", "shop-jobs-v2"]);
});
