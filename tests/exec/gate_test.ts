import "../sanitizers.ts";
import { assertEquals, assertStringIncludes } from "@std/assert";
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
