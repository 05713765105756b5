import "../sanitizers.ts";
import { assert, assertEquals } from "@std/assert";
import { settingsOf } from "../../sdk/observe/route_flags.ts";
import { hostOutcomes } from "../../sdk/report/host_outcome.ts";
import { SimulatedFleet } from "../../sdk/simulate/fleet.ts";
import { shop } from "../plan/configs.ts";
import { Deployment } from "../plan/deployment.ts";
import { answering, containersOn, done, HOSTS, serving } from "./fleets.ts";

Deno.test("execute() takes back what was done on a host, newest first", async () => {
  const deployment = await serving();
  deployment.fleet.host("10.0.0.2").failAt("route-traffic");
  const since = deployment.fleet.journal.length;
  await deployment.deploy("v2");
  const onPrimary = done(deployment, since).filter((entry) => entry.startsWith("10.0.0.1 "))
    .map((entry) => entry.split(" ")[1]!);
  // After the switch: the old starts again, gets the traffic, the candidate goes, the new stops.
  const undone = onPrimary.slice(onPrimary.lastIndexOf("stop-container") - 3);
  assertEquals(undone, [
    "start-container",
    "route-traffic",
    "remove-candidate",
    "stop-container",
    "record-release",
    "release-lock",
  ]);
});

Deno.test("execute() sends no request astray while a switch is taken back", async () => {
  const deployment = await serving();
  deployment.fleet.host("10.0.0.2").failAt("route-traffic");
  await deployment.deploy("v2");
  assertEquals(deployment.fleet.gaps, []);
  assertEquals(answering(deployment), ["v1", "v1"]);
  assertEquals(containersOn(deployment, "10.0.0.3"), ["shop-jobs-v1 *", "shop-jobs-v2"]);
});

Deno.test("execute() takes a route back with the settings and the port that it had", async () => {
  const { fleet } = await serving();
  const before = fleet.host("10.0.0.1").routes.get("shop-web")!;
  const proxy = { host: "new.acme.dev", appPort: 4000, responseTimeout: 60 };
  const deployment = new Deployment(fleet, await shop({ proxy }));
  fleet.host("10.0.0.2").failAt("route-traffic");
  assertEquals((await deployment.deploy("v2")).report.outcome, "failed");
  const { targets, hosts, flags = [] } = fleet.host("10.0.0.1").routes.get("shop-web")!;
  assertEquals({ targets, hosts }, { targets: before.targets, hosts: before.hosts });
  assertEquals(settingsOf(flags), settingsOf(before.flags!));
});

Deno.test("execute() marks what was taken back, and what never began", async () => {
  const deployment = await serving({ appsOn: { "10.0.0.2": { v2: "unhealthy" } } });
  const { report } = await deployment.deploy("v2");
  const status = Object.fromEntries(report.steps.map(({ step, status }) => [step, status]));
  assertEquals(status["10.0.0.1 run shop-web-v2"], "undone");
  assertEquals(status["10.0.0.2 healthy web"], "failed");
  assertEquals(status["10.0.0.1 route web"], "skipped");
  // What harms nobody stays: the image may well be needed again.
  assertEquals(status["10.0.0.1 pull"], "done");
});

Deno.test("execute() takes earlier groups back by default", async () => {
  const deployment = await serving({
    appsOn: { "10.0.0.2": { v2: "unhealthy" } },
    spec: { boot: { limit: 1 } },
  });
  await deployment.deploy("v2");
  assertEquals(answering(deployment), ["v1", "v1"]);
  assertEquals(deployment.fleet.gaps, []);
});

Deno.test("execute() takes only the failed group back with rollback-group", async () => {
  const deployment = await serving({
    appsOn: { "10.0.0.2": { v2: "unhealthy" } },
    spec: { boot: { limit: 1, onFailure: "rollback-group" } },
  });
  await deployment.deploy("v2");
  assertEquals(answering(deployment), ["v2", "v1"]);
  assertEquals(containersOn(deployment, "10.0.0.2"), ["shop-web-v1 *", "shop-web-v2"]);
});

Deno.test("execute() takes nothing back with halt, and still gives the lock back", async () => {
  const deployment = await serving({
    spec: { boot: { limit: 1, onFailure: "halt" } },
  });
  deployment.fleet.host("10.0.0.2").failAt("route-traffic");
  const { report } = await deployment.deploy("v2");
  assertEquals(answering(deployment), ["v2", "v1"]);
  assertEquals(containersOn(deployment, "10.0.0.2"), ["shop-web-v1 *", "shop-web-v2 *"]);
  assertEquals(report.lock, "released");
});

Deno.test("execute() keeps the new version when only housekeeping fails at the end", async () => {
  const deployment = await serving();
  deployment.fleet.host("10.0.0.2").failAt("record-audit", { stderr: "disk full\n" });
  const { report } = await deployment.deploy("v2");
  assertEquals(report.outcome, "failed");
  assertEquals(answering(deployment), ["v2", "v2"]);
  assertEquals(containersOn(deployment, "10.0.0.2"), ["shop-web-v1", "shop-web-v2 *"]);
});

Deno.test("execute() tells a failure of the clean-up beside the first failure, not instead of it", async () => {
  const deployment = await serving({ appsOn: { "10.0.0.2": { v2: "crashing" } } });
  deployment.fleet.host("10.0.0.1").failAt("stop-container", { stderr: "it does not stop\n" });
  const { report } = await deployment.deploy("v2");
  assertEquals(report.failures.map(({ code }) => code), ["CONTAINER_EXITED"]);
  assertEquals(report.cleanUpFailures.map(({ host }) => host), ["10.0.0.1"]);
  assert(report.cleanUpFailures[0]!.message.includes("it does not stop"));
});

Deno.test("execute() goes back on the hosts that it still reaches", async () => {
  const deployment = await serving();
  deployment.fleet.host("10.0.0.2").loseConnectionAt("await-healthy");
  const { report } = await deployment.deploy("v2");
  assertEquals(containersOn(deployment, "10.0.0.1"), ["shop-web-v1 *", "shop-web-v2"]);
  assertEquals(report.lock, "released");
  assertEquals(report.cleanUpFailures.map(({ code }) => code), ["CONNECTION_LOST"]);
});

Deno.test("execute() gives the old container its name back when its replacement fails", async () => {
  const { fleet } = await serving();
  const changed = { env: { clear: { PORT: "4000" }, secret: ["DATABASE_URL"] } };
  const deployment = new Deployment(fleet, await shop(changed));
  fleet.host("10.0.0.2").failAt("await-healthy");
  await deployment.deploy("v1");
  for (const host of HOSTS.slice(0, 2)) {
    assertEquals(containersOn(deployment, host), ["shop-web-v1 *"]);
  }
  assertEquals(fleet.gaps, []);
});

Deno.test("execute() never removes what serves because a rename that failed is taken back", async () => {
  const { fleet } = await serving();
  const changed = { env: { clear: { PORT: "4000" }, secret: ["DATABASE_URL"] } };
  const deployment = new Deployment(fleet, await shop(changed));
  fleet.host("10.0.0.2").failAt("rename-container");
  await deployment.deploy("v1");
  assertEquals(answering(deployment), ["v1", "v1"]);
  assertEquals(fleet.gaps, []);
});

Deno.test("execute() goes back to nothing where a first deploy fails in its switch, and says so", async () => {
  const fleet = new SimulatedFleet({ hosts: Object.fromEntries(HOSTS.map((host) => [host, {}])) });
  const deployment = new Deployment(fleet, await shop());
  fleet.host("10.0.0.2").failAt("route-traffic");
  const { report } = await deployment.deploy("v1");
  // There is no old version to go back to, and half a fleet of the new one is nobody's wish.
  assertEquals(answering(deployment), [undefined, undefined]);
  const outcomes = hostOutcomes(report, {});
  assertEquals(outcomes.map(({ host, now, fate }) => `${host} ${now}: ${fate}`), [
    "10.0.0.1 nothing serves: v1 served and was taken back",
    "10.0.0.2 nothing serves: failed here",
    "10.0.0.3 nothing serves: v1 was healthy and was not switched",
  ]);
});
