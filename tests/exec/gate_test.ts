import "../sanitizers.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Report } from "../../sdk/exec/report.ts";
import type { AppFacts } from "../../sdk/simulate/app.ts";
import type { Deployment } from "../plan/deployment.ts";
import { answering, containersOn, serving } from "./fleets.ts";

Deno.test("execute() switches no host of a group when one of them does not get healthy", async () => {
  const deployment = await serving({ appsOn: { "10.0.0.2": { v2: "unhealthy" } } });
  const { report } = await deployment.deploy("v2");
  assertEquals(report.outcome, "failed");
  assertEquals(answering(deployment), ["v1", "v1"]);
  assertEquals(deployment.fleet.gaps, []);
});

Deno.test("execute() stops the new containers of a failed group and keeps them for reading", async () => {
  const deployment = await serving({ appsOn: { "10.0.0.2": { v2: "unhealthy" } } });
  await deployment.deploy("v2");
  assertEquals(containersOn(deployment, "10.0.0.1"), ["shop-web-v1 *", "shop-web-v2"]);
  assertEquals(containersOn(deployment, "10.0.0.2"), ["shop-web-v1 *", "shop-web-v2"]);
});

Deno.test("execute() gives the lock back after a failure", async () => {
  const deployment = await serving({ apps: { v2: "unhealthy" } });
  const { report } = await deployment.deploy("v2");
  assertEquals(report.lock, "released");
  assertEquals(deployment.fleet.host("10.0.0.1").lock("shop"), undefined);
});

Deno.test("execute() leaves no candidate in the proxy, whether its app was healthy or not", async () => {
  const deployment = await serving({ appsOn: { "10.0.0.2": { v2: "unhealthy" } } });
  await deployment.deploy("v2");
  for (const host of ["10.0.0.1", "10.0.0.2"]) {
    assertEquals([...deployment.fleet.host(host).routes.keys()], ["shop-web"]);
  }
});

Deno.test("execute() reports the failures of all hosts, not only the first", async () => {
  const deployment = await serving({
    appsOn: { "10.0.0.1": { v2: "crashing" }, "10.0.0.2": { v2: "unhealthy" } },
  });
  const { report } = await deployment.deploy("v2");
  assertEquals(
    report.failures.map(({ host, code }) => [host, code]),
    [["10.0.0.1", "CONTAINER_EXITED"], ["10.0.0.2", "UNHEALTHY"]],
  );
});

Deno.test("execute() notices a crash at once, long before the deploy timeout", async () => {
  const deployment = await serving({ apps: { v2: "crashing" } });
  const { report } = await deployment.deploy("v2");
  const gate = report.steps.find(({ step }) => step === "10.0.0.1 healthy web")!;
  assertEquals(gate.status, "failed");
  assertEquals(gate.seconds < 1, true, `${gate.seconds} s`);
});

Deno.test("execute() waits for the readiness delay of a role without proxy, on all its hosts at once", async () => {
  const { report } = await (await withTwoJobs({})).deploy("v2");
  assertEquals(report.outcome, "done");
  assertEquals(gateSeconds(report), [0.3, 7.1, 7.1]);
  const { seconds } = report.stages.find(({ stage }) => stage === "boot")!;
  assert(seconds < 9, `${seconds} s`);
});

Deno.test("execute() notices an end within the readiness delay at once", async () => {
  const { report } = await (await withTwoJobs({ exitsWith: 1 })).deploy("v2");
  assertEquals(report.failures.map(({ code }) => code), ["CONTAINER_EXITED", "CONTAINER_EXITED"]);
  assert(Math.max(...gateSeconds(report)) < 1);
});

Deno.test("execute() lets a health check of Docker's own end the readiness delay early", async () => {
  const { report } = await (await withTwoJobs({ healthcheck: true, healthyAfter: 1 })).deploy("v2");
  assertEquals(report.outcome, "done");
  assertEquals(gateSeconds(report), [0.3, 1.1, 1.1]);
});

Deno.test("execute() says what the health path answered and what the app logged", async () => {
  const app = {
    healthyAfter: Infinity,
    answers: "301 https://shop.acme.dev/up",
    log: ["up and running"],
  };
  const deployment = await serving({ apps: { v2: app } });
  const { report } = await deployment.deploy("v2");
  const [failure] = report.failures;
  assertEquals(failure!.details, [
    "GET :3000/up answered 301 https://shop.acme.dev/up after 0.1 s",
    "last lines of shop-web-v2",
    "  up and running",
  ]);
  assertStringIncludes(failure!.hint!, "sends /up to HTTPS");
});

Deno.test("execute() waits for an app that is slow, up to the deploy timeout", async () => {
  const deployment = await serving({
    apps: { v2: { healthyAfter: 25 }, v3: { healthyAfter: 35 } },
  });
  assertEquals((await deployment.deploy("v2")).report.outcome, "done");
  assertEquals((await deployment.deploy("v3")).report.outcome, "failed");
  assertEquals(answering(deployment), ["v2", "v2"]);
});

/** v1 serving with jobs on two hosts, whose next version behaves as told. */
function withTwoJobs(v2: AppFacts): Promise<Deployment> {
  const jobs = { hosts: ["10.0.0.2", "10.0.0.3"] };
  return serving({
    appsOn: { "10.0.0.2": { v2 }, "10.0.0.3": { v2 } },
    spec: { servers: { web: ["10.0.0.1"], jobs } },
  });
}

/** How long each container was waited for. */
function gateSeconds({ steps }: Report): readonly number[] {
  return steps.filter(({ step }) => step.includes(" healthy ")).map(({ seconds }) => seconds);
}
