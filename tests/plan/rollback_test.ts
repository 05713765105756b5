import "../sanitizers.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { planFor } from "../../sdk/commander/planners.ts";
import { SextantError } from "../../sdk/errors.ts";
import { isEmpty } from "../../sdk/plan/plan.ts";
import { listReleases } from "../../sdk/plan/release.ts";
import { answering, containersOn, HOSTS, serving } from "../exec/fleets.ts";
import { shop } from "./configs.ts";
import { Deployment } from "./deployment.ts";
import { operationsOf } from "./operations.ts";

Deno.test("planRollback() goes back to the last version that served before", async () => {
  const deployment = await serving();
  await deployment.deploy("v2");
  await deployment.deploy("v3");
  assertEquals((await deployment.plan({ name: "rollback" }, "v3")).version, "v2");
});

Deno.test("planRollback() passes over versions that never served", async () => {
  const deployment = await serving({ apps: { v2: "crashing" } });
  await deployment.deploy("v2");
  await deployment.deploy("v3");
  assertEquals((await deployment.plan({ name: "rollback" }, "v3")).version, "v1");
});

Deno.test("planRollback() goes forth again to what it went back from only where that is named", async () => {
  const deployment = await serving();
  await deployment.deploy("v2");
  await deployment.do({ name: "rollback" }, "v2");
  assertEquals(answering(deployment), ["v1", "v1"]);
  await assertRejects(() => deployment.plan({ name: "rollback" }, "v1"), SextantError, "earlier");
  await deployment.do({ name: "rollback", to: "v2" }, "v1");
  assertEquals(answering(deployment), ["v2", "v2"]);
  assertEquals(deployment.fleet.gaps, []);
});

Deno.test("planRollback() names the versions that there are where it knows no such version", async () => {
  const deployment = await serving();
  await deployment.deploy("v2");
  const error = await assertRejects(
    () => deployment.plan({ name: "rollback", to: "v9" }, "v2"),
    SextantError,
  );
  assertEquals(error.code, "VERSION_UNKNOWN");
  assertEquals(
    error.message,
    `version v9 has no container, no image and no release on ${HOSTS.join(", ")}`,
  );
  assertEquals(error.hint, "The hosts have: v1. Name one: sextant rollback VERSION");
});

Deno.test("planRollback() believes the ledgers of others where a host has lost its own", async () => {
  const deployment = await serving();
  for (const version of ["v2", "v3", "v4"]) await deployment.deploy(version);
  await deployment.do({ name: "rollback" }, "v4");
  const host = deployment.fleet.host("10.0.0.1");
  host.remove(".kamal/apps/shop/sextant/releases");
  assertEquals((await deployment.plan({ name: "rollback" }, "v3")).version, "v2");
  host.containers.delete("shop-web-v2");
  host.images.delete("registry.acme.dev/acme/shop:v2");
  const plan = await deployment.plan({ name: "rollback" }, "v3");
  assertEquals([plan.version, operationsOf(plan, "pull-image").length], ["v2", 1]);
  // What the others went back from is left out, though this one does not know.
  await deployment.do({ name: "rollback", to: "v2" }, "v3");
  assertEquals((await deployment.plan({ name: "rollback" }, "v2")).version, "v1");
});

Deno.test("planRollback() notes what was gone back from also where its proxy or its container is gone", async () => {
  const deployment = await serving();
  await deployment.deploy("v2");
  deployment.fleet.host("10.0.0.1").containers.delete("kamal-proxy");
  deployment.fleet.host("10.0.0.2").containers.delete("shop-web-v2");
  await deployment.do({ name: "rollback" }, "v2");
  const [v2] = listReleases(await deployment.input("v1")).filter(({ version }) => version === "v2");
  assertEquals(v2?.status, ["rolled back"]);
});

Deno.test("planRollback() takes a commit by its first digits, as it is shown", async () => {
  const [one, other] = ["359aeaf", "359aea0"].map((digits) => digits.padEnd(40, "1"));
  const deployment = await serving();
  for (const version of [one!, other!, "359a"]) await deployment.deploy(version);
  const to = async (named: string): Promise<string> =>
    (await deployment.plan({ name: "rollback", to: named }, "359a")).version;
  assertEquals(await to("359aeaf"), one);
  assertEquals(await to("359a"), "359a");
  const error = await assertRejects(() => to("359aea"), SextantError);
  assertEquals([error.code, error.message], [
    "VERSION_UNKNOWN",
    "2 versions begin with 359aea",
  ]);
  assertStringIncludes(error.hint!, other!);
  await assertRejects(() => to("1111111"), SextantError, "no container");
  const logs = planFor({ name: "app logs" }, await deployment.input("359a"), "359aea0");
  assertEquals(
    operationsOf(logs, "show-logs").map(({ container }) => container).at(-1),
    `shop-jobs-${other}`,
  );
});

Deno.test("planRollback() says so where there is no earlier release", async () => {
  const deployment = await serving();
  const error = await assertRejects(
    () => deployment.plan({ name: "rollback" }, "v1"),
    SextantError,
  );
  assertEquals(error.code, "VERSION_UNKNOWN");
  assertStringIncludes(error.message, "no earlier release");
  assertStringIncludes(error.hint!, "deploy one with sextant deploy");
});

Deno.test("planRollback() does nothing where that version serves alone", async () => {
  const deployment = await serving();
  assert(isEmpty(await deployment.plan({ name: "rollback", to: "v1" }, "v1")));
});

Deno.test("planRollback() ends what an interrupted rollback left running beside it", async () => {
  const deployment = await serving();
  await deployment.deploy("v2");
  // Both run, the older version newest: a rollback was broken off before it stopped the other.
  const { fleet } = deployment;
  fleet.host("10.0.0.3").container("shop-jobs-v1")!.state = "started";
  fleet.host("10.0.0.3").container("shop-jobs-v1")!.startedAt = fleet.clock.now + 1;
  await deployment.do({ name: "rollback", to: "v1" }, "v2");
  assertEquals(containersOn(deployment, "10.0.0.3"), ["shop-jobs-v1 *", "shop-jobs-v2"]);
});

Deno.test("planRollback() routes to a version that runs without traffic", async () => {
  const deployment = await serving();
  await deployment.deploy("v2");
  const host = deployment.fleet.host("10.0.0.1");
  host.routes.delete("shop-web");
  await deployment.do({ name: "rollback", to: "v2" }, "v2");
  assertEquals(answering(deployment), ["v2", "v2"]);
});

Deno.test("planRollback() goes further back each time, past what it went back from", async () => {
  const deployment = await serving();
  await deployment.deploy("v2");
  await deployment.deploy("v3");
  await deployment.do({ name: "rollback" }, "v3");
  assertEquals(answering(deployment), ["v2", "v2"]);
  await deployment.do({ name: "rollback" }, "v2");
  assertEquals(answering(deployment), ["v1", "v1"]);
});

Deno.test("planRollback() runs a release anew whose container is gone, as it was run", async () => {
  const deployment = await serving({ spec: { labels: { era: "first" } } });
  await deployment.deploy("v2");
  const { fleet } = deployment;
  for (const host of HOSTS) {
    for (const name of ["shop-web-v1", "shop-jobs-v1"]) fleet.host(host).containers.delete(name);
  }
  const today = new Deployment(fleet, await shop({ proxy: { host: "new.acme.dev", appPort: 80 } }));
  const plan = await today.plan({ name: "rollback" }, "v2");
  const runs = operationsOf(plan, "run-container");
  assertEquals(runs.map(({ name, labels, origin }) => [name, labels["era"], origin]), [
    ["shop-web-v1", "first", "run as it was released, with today's secrets"],
    ["shop-web-v1", "first", "run as it was released, with today's secrets"],
    ["shop-jobs-v1", "first", "run as it was released, with today's secrets"],
  ]);
  assertEquals(operationsOf(plan, "route-traffic").map(({ hosts, port }) => [hosts, port]), [
    [["shop.acme.dev"], 3000],
    [["shop.acme.dev"], 3000],
  ]);
  assertEquals((await today.run(plan)).report.outcome, "done");
  assertEquals(answering(today), ["v1", "v1"]);
  assertEquals(fleet.gaps, []);
});

Deno.test("planRollback() pulls an image that is gone by its digest, and gives it its tag", async () => {
  const deployment = await serving();
  const { fleet } = deployment;
  await deployment.deploy("v2");
  const name = "registry.acme.dev/acme/shop:v1";
  for (const host of HOSTS) {
    fleet.host(host).containers.delete("shop-web-v1");
    fleet.host(host).containers.delete("shop-jobs-v1");
    fleet.host(host).images.delete(name);
  }
  const plan = await deployment.plan({ name: "rollback" }, "v2");
  const [pull] = operationsOf(plan, "pull-image");
  assertStringIncludes(pull!.image, "registry.acme.dev/acme/shop@sha256:");
  assertEquals(operationsOf(plan, "tag-image")[0]?.tag, name);
  assertEquals((await deployment.run(plan)).report.outcome, "done");
  assertEquals(answering(deployment), ["v1", "v1"]);
});

Deno.test("planRollback() says that it knows no settings of a version that only has its image", async () => {
  const deployment = await serving();
  for (const host of HOSTS) {
    const { images } = deployment.fleet.host(host);
    images.set("registry.acme.dev/acme/shop:v0", [...images.values()][0]!);
  }
  const plan = await deployment.plan({ name: "rollback", to: "v0" }, "v1");
  assertEquals(
    operationsOf(plan, "run-container")[0]?.origin,
    "run with today's settings, its own were not recorded",
  );
});

Deno.test("listReleases() tells what became of each release, the newest first", async () => {
  const deployment = await serving({ appsOn: { "10.0.0.2": { v2: "unhealthy" } } });
  await deployment.deploy("v2");
  await deployment.deploy("v3");
  await deployment.deploy("v4");
  await deployment.do({ name: "rollback" }, "v4");
  const releases = listReleases(await deployment.input("v4"));
  assertEquals(releases.map(({ version, status, serving }) => [version, status, serving.length]), [
    ["v3", ["succeeded"], 3],
    ["v4", ["rolled back"], 0],
    ["v2", ["undone", "failed"], 0],
    ["v1", ["succeeded"], 0],
  ]);
  assertEquals(releases[0]?.kept, "containers");
  assert(releases[0]?.digest?.startsWith("sha256:"));
});

Deno.test("recordRelease holds no value of a secret", async () => {
  const deployment = await serving();
  const ledger = deployment.fleet.host("10.0.0.1").read(".kamal/apps/shop/sextant/releases")!;
  assertStringIncludes(ledger, "DATABASE_URL");
  assert(!ledger.includes("value of"));
});
