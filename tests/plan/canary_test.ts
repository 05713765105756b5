import "../sanitizers.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { Verb } from "../../sdk/commander/verb.ts";
import { SextantError } from "../../sdk/errors.ts";
import type { CanaryShare } from "../../sdk/operations/rollout.ts";
import { driftOf } from "../../sdk/plan/drift.ts";
import { standingCanaries } from "../../sdk/plan/canary_status.ts";
import { staleContainers } from "../../sdk/plan/app_remove.ts";
import { renderPlan } from "../../sdk/report/plan_text.ts";
import { answering, assertOrder, containersOn, done, HOSTS, serving } from "../exec/fleets.ts";
import type { Deployment } from "./deployment.ts";
import { operationsOf } from "./operations.ts";

const START: Verb = { name: "canary start", percent: 10, allow: ["qa"] };
const PROMOTE: Verb = { name: "canary promote" };
const ABORT: Verb = { name: "canary abort" };
const WEB = HOSTS.slice(0, 2);

Deno.test("planCanaryStart() brings a version beside the one that serves, for a share of the visitors", async () => {
  const deployment = await started();
  assertEquals([answering(deployment), deployment.fleet.gaps], [["v1", "v1"], []]);
  for (const host of WEB) {
    assertEquals(containersOn(deployment, host), ["shop-web-v1 *", "shop-web-v2_canary *"]);
  }
  assertEquals(containersOn(deployment, "10.0.0.3"), ["shop-jobs-v1 *"]);
  assertEquals(shares(deployment), [{ percent: 10, allow: ["qa"] }, {
    percent: 10,
    allow: ["qa"],
  }]);
});

Deno.test("planCanaryStart() says who gets it, and who takes no part", async () => {
  const plan = await (await serving()).plan(START, "v2");
  const text = renderPlan(plan);
  assertStringIncludes(text, "canary v2 (v1 serves)");
  assertStringIncludes(
    text,
    "v2 gets 10 % of kamal-rollout cookies, and qa",
  );
  assertStringIncludes(text, "visitors without a cookie kamal-rollout never get the canary");
  assertStringIncludes(text, "jobs takes no part");
});

Deno.test("planCanaryStart() changes the share alone where the canary stands already", async () => {
  const deployment = await started();
  const plan = await deployment.plan({ ...START, percent: 50 }, "v2");
  assertEquals(operationsOf(plan, "run-container"), []);
  assertEquals(operationsOf(plan, "split-traffic").map(({ targets }) => targets), [[], []]);
  await deployment.run(plan);
  assertEquals(shares(deployment).map((share) => share?.percent), [50, 50]);
  assertEquals((await deployment.plan({ ...START, percent: 50 }, "v2")).stages, []);
});

Deno.test("planCanaryStart() replaces another canary without a gap", async () => {
  const deployment = await started();
  assertEquals((await deployment.do(START, "v3")).report.failures, []);
  assertEquals(containersOn(deployment, WEB[0]!), [
    "shop-web-v1 *",
    "shop-web-v2_canary",
    "shop-web-v3_canary *",
  ]);
  assertEquals(deployment.fleet.gaps, []);
});

Deno.test("planCanaryStart() takes a canary back that does not get healthy, and leaves what serves alone", async () => {
  const deployment = await serving({ appsOn: { "10.0.0.2": { v2: "unhealthy" } } });
  const before = containersOn(deployment, WEB[0]!);
  assertEquals((await deployment.do(START, "v2")).report.outcome, "failed");
  assertEquals(shares(deployment), [undefined, undefined]);
  assertEquals(
    [answering(deployment), deployment.fleet.gaps, ...before],
    [["v1", "v1"], [], "shop-web-v1 *"],
  );
  assertEquals(containersOn(deployment, WEB[0]!), ["shop-web-v1 *", "shop-web-v2_canary"]);
  // The next one makes room for itself.
  deployment.fleet.host("10.0.0.2").images.clear();
  assertEquals((await deployment.do(START, "v3")).report.failures, []);
});

Deno.test("planCanaryStart() leaves out the configured share where it is for some values alone", async () => {
  const deployment = await serving({ spec: { canary: { percent: 10, allow: ["team"] } } });
  const plan = await deployment.plan({ name: "canary start", percent: 0 }, "v2");
  assertEquals(
    operationsOf(plan, "split-traffic").map(({ percent, allow }) => [percent, allow]),
    [[0, ["team"]], [0, ["team"]]],
  );
});

Deno.test("planCanaryStart() refuses what cannot be a canary, and one for nobody", async () => {
  const deployment = await serving();
  await refuses(deployment, START, "v1", "v1 serves already on 10.0.0.1, 10.0.0.2");
  await refuses(deployment, { name: "canary start" }, "v2", "nobody would get the canary");
  for (const percent of [101, -1, 2.5]) {
    await refuses(deployment, { ...START, percent }, "v2", `0 to 100, got ${percent}`);
  }
  await refuses(deployment, { ...START, percent: 0, allow: [] }, "v2", "nobody would get");
  await refuses(deployment, { ...START, allow: ["a b"] }, "v2", 'got "a b"');
  for (const host of WEB) deployment.fleet.host(host).routes.clear();
  await refuses(deployment, START, "v2", "nothing serves yet on 10.0.0.1, 10.0.0.2");
  const servers = { web: { hosts: HOSTS, proxy: false } };
  const unproxied = await serving({ spec: { servers, proxy: {} } });
  await refuses(unproxied, START, "v2", "needs a role behind kamal-proxy");
});

Deno.test("planCanaryStart() runs the release phase, and canary promote does not run it again", async () => {
  const deployment = await serving({ spec: { release: { cmd: "bin/migrate" } } });
  const since = deployment.fleet.journal.length;
  await deployment.do(START, "v2");
  assertOrder(done(deployment, since), "10.0.0.1 run-release", "10.0.0.1 run-container");
  assertEquals(operationsOf(await deployment.plan(PROMOTE, "v2"), "run-release"), []);
});

Deno.test("planCanaryPromote() lets the very containers serve, and boots what has no canary", async () => {
  const deployment = await started();
  const ids = WEB.map((host) => idOf(deployment, host, "shop-web-v2_canary"));
  const plan = await deployment.plan(PROMOTE, "v9");
  assertEquals(plan.version, "v2");
  assertEquals(operationsOf(plan, "run-container").map(({ name }) => name), ["shop-jobs-v2"]);
  assertEquals((await deployment.run(plan)).report.failures, []);
  assertEquals(WEB.map((host) => idOf(deployment, host, "shop-web-v2")), ids);
  assertEquals(containersOn(deployment, WEB[0]!), ["shop-web-v1", "shop-web-v2 *"]);
  assertEquals([answering(deployment), deployment.fleet.gaps], [["v2", "v2"], []]);
  assertEquals(shares(deployment), [undefined, undefined]);
});

Deno.test("planCanaryPromote() leaves what a deploy of that version would leave", async () => {
  const deployment = await started();
  await deployment.do(PROMOTE, "v2");
  assertEquals((await deployment.plan({ name: "deploy" }, "v2")).stages, []);
  assertEquals(driftOf(await deployment.input("v2", { name: "drift" })), []);
  assertEquals((await deployment.plan({ name: "rollback" }, "v2")).version, "v1");
  assertEquals((await deployment.do({ name: "rollback" }, "v2")).report.failures, []);
  assertEquals((await deployment.do({ name: "rollback", to: "v2" }, "v1")).report.failures, []);
  assertEquals([answering(deployment), deployment.fleet.gaps], [["v2", "v2"], []]);
});

Deno.test("planCanaryPromote() gives the canary back to its share when a host fails", async () => {
  const deployment = await started();
  deployment.fleet.host("10.0.0.2").failAt("route-traffic");
  assertEquals((await deployment.do(PROMOTE, "v2")).report.outcome, "failed");
  for (const host of WEB) {
    assertEquals(containersOn(deployment, host), ["shop-web-v1 *", "shop-web-v2_canary *"]);
  }
  assertEquals([answering(deployment), deployment.fleet.gaps], [["v1", "v1"], []]);
  assertEquals(shares(deployment).map((share) => share?.percent), [10, 10]);
  assertEquals((await deployment.do(PROMOTE, "v2")).report.failures, []);
});

Deno.test("planCanaryPromote() goes on where an earlier one was lost between name and traffic", async () => {
  const deployment = await started();
  const [host] = WEB.map((name) => deployment.fleet.host(name));
  const container = host!.container("shop-web-v2_canary")!;
  host!.containers.delete(container.name);
  container.name = "shop-web-v2";
  host!.containers.set(container.name, container);
  assertEquals((await deployment.do(PROMOTE, "v2")).report.failures, []);
  assertEquals([answering(deployment), deployment.fleet.gaps], [["v2", "v2"], []]);
});

Deno.test("planCanaryPromote() needs one canary, and the one that was named", async () => {
  await refuses(await serving(), PROMOTE, "v2", "no canary stands");
  const deployment = await started();
  const { planCanaryPromote } = await import("../../sdk/plan/canary.ts");
  const input = await deployment.input("v2", PROMOTE);
  const error = assertRejects(
    () => Promise.resolve().then(() => planCanaryPromote(input, "v3")),
    SextantError,
  );
  assertStringIncludes((await error).message, "v2 stand, not v3");
});

Deno.test("planCanaryAbort() sends everybody back, waits for requests under way, and removes the canary", async () => {
  const deployment = await started();
  const since = deployment.fleet.journal.length;
  assertEquals((await deployment.do(ABORT, "v9")).report.failures, []);
  assertOrder(
    done(deployment, since),
    "10.0.0.1 end-split",
    "10.0.0.1 stop-container",
    "10.0.0.1 remove-container",
  );
  for (const host of WEB) assertEquals(containersOn(deployment, host), ["shop-web-v1 *"]);
  assertEquals([answering(deployment), deployment.fleet.gaps], [["v1", "v1"], []]);
  assertEquals((await deployment.plan(ABORT, "v1")).stages, []);
  assertEquals((await deployment.plan({ name: "deploy" }, "v1")).stages, []);
});

Deno.test("planDeploy() takes a canary of another version down once the new version serves", async () => {
  const deployment = await started();
  const plan = await deployment.plan({ name: "deploy" }, "v3");
  assertStringIncludes(renderPlan(plan), "canary v2 ends");
  assertEquals((await deployment.run(plan)).report.failures, []);
  assertEquals(containersOn(deployment, WEB[0]!), [
    "shop-web-v1",
    "shop-web-v2_canary",
    "shop-web-v3 *",
  ]);
  assertEquals([answering(deployment), deployment.fleet.gaps], [["v3", "v3"], []]);
  assertEquals(shares(deployment), [undefined, undefined]);
});

Deno.test("planDeploy() gives a canary that it took down back when a host fails", async () => {
  const deployment = await started();
  deployment.fleet.host("10.0.0.2").failAt("end-split");
  assertEquals((await deployment.deploy("v3")).report.outcome, "failed");
  assertEquals([answering(deployment), deployment.fleet.gaps], [["v1", "v1"], []]);
  assertEquals(shares(deployment).map((share) => share?.percent), [10, 10]);
});

Deno.test("planDeploy() promotes a canary of the same version", async () => {
  const deployment = await started();
  const plan = await deployment.plan({ name: "deploy" }, "v2");
  assertEquals(operationsOf(plan, "run-container").map(({ name }) => name), ["shop-jobs-v2"]);
  assertEquals(operationsOf(plan, "build-image"), []);
  assertEquals((await deployment.run(plan)).report.failures, []);
  assertEquals([answering(deployment), deployment.fleet.gaps], [["v2", "v2"], []]);
});

Deno.test("planRollback() takes a canary down", async () => {
  const deployment = await serving();
  await deployment.deploy("v2");
  await deployment.do(START, "v3");
  assertEquals((await deployment.do({ name: "rollback" }, "v3")).report.failures, []);
  assertEquals([answering(deployment), deployment.fleet.gaps], [["v1", "v1"], []]);
  assertEquals(shares(deployment), [undefined, undefined]);
});

Deno.test("planScale(), planPrune(), drift and the search for what is stale leave a canary alone", async () => {
  const deployment = await started();
  const input = await deployment.input("v1");
  assertEquals([staleContainers(input), driftOf(input)], [[], []]);
  for (
    const verb of [
      { name: "app scale", counts: { web: 2 } },
      { name: "prune", retain: 1 },
      { name: "app remove-containers" },
      { name: "app stop-stale-containers" },
      { name: "proxy reboot" },
    ] as const
  ) {
    assertEquals((await deployment.do(verb, "v1")).report.failures, [], verb.name);
    assert(containersOn(deployment, WEB[0]!).includes("shop-web-v2_canary *"), verb.name);
    assertEquals(shares(deployment).map((share) => share?.percent), [10, 10], verb.name);
  }
  assertEquals(deployment.fleet.gaps, []);
});

Deno.test("planAppStop() and planRemove() end a canary with the rest", async () => {
  for (const name of ["app stop", "app remove", "remove"] as const) {
    const deployment = await started();
    assertEquals((await deployment.do({ name }, "v1")).report.failures, [], name);
    const left = containersOn(deployment, WEB[0]!).filter((one) => one.endsWith("*"));
    assertEquals(left, [], name);
  }
});

Deno.test("planCanaryStart() and planCanaryPromote() take as many containers as a role has replicas", async () => {
  const servers = { web: { hosts: WEB, replicas: 2 } };
  const deployment = await serving({ spec: { servers } });
  await deployment.do(START, "v2");
  assertEquals(containersOn(deployment, WEB[0]!), [
    "shop-web-v1 *",
    "shop-web-v1_replica_2 *",
    "shop-web-v2_canary *",
    "shop-web-v2_canary_replica_2 *",
  ]);
  assertEquals((await deployment.do(PROMOTE, "v2")).report.failures, []);
  assertEquals(containersOn(deployment, WEB[0]!).filter((one) => one.endsWith("*")), [
    "shop-web-v2 *",
    "shop-web-v2_replica_2 *",
  ]);
  assertEquals(deployment.fleet.gaps, []);
});

Deno.test("standingCanaries() tells what stands where, and who gets it", async () => {
  const deployment = await started();
  assertEquals(standingCanaries(await deployment.input("v1"))[0], {
    host: "10.0.0.1",
    role: "web",
    version: "v2",
    serving: "v1",
    share: { percent: 10, allow: ["qa"] },
    containers: ["shop-web-v2_canary"],
  });
});

/** The shop with v1 serving, and v2 as its canary. */
async function started(): Promise<Deployment> {
  const deployment = await serving();
  assertEquals((await deployment.do(START, "v2")).report.failures, []);
  return deployment;
}

/** Who gets a canary on each of the web's hosts. */
function shares({ fleet }: Deployment): readonly (CanaryShare | undefined)[] {
  return WEB.map((host) => {
    const rollout = fleet.host(host).routes.get("shop-web")?.rollout;
    return rollout && { percent: rollout.percent, allow: rollout.allow };
  });
}

function idOf({ fleet }: Deployment, host: string, name: string): string | undefined {
  return fleet.host(host).container(name)?.id;
}

async function refuses(
  deployment: Deployment,
  verb: Verb,
  version: string,
  why: string,
): Promise<void> {
  const error = await assertRejects(() => deployment.plan(verb, version), SextantError);
  assertStringIncludes(error.message, why);
}
