import "../sanitizers.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { SextantError } from "../../sdk/errors.ts";
import { isEmpty } from "../../sdk/plan/plan.ts";
import { answering, containersOn, HOSTS, serving } from "../exec/fleets.ts";

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

Deno.test("planRollback() goes forth again after going back", async () => {
  const deployment = await serving();
  await deployment.deploy("v2");
  await deployment.do({ name: "rollback" }, "v2");
  assertEquals(answering(deployment), ["v1", "v1"]);
  await deployment.do({ name: "rollback" }, "v1");
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
  assertEquals(error.message, `version v9 has no container on ${HOSTS.join(", ")}`);
  assertEquals(error.hint, "The hosts have: v2, v1");
});

Deno.test("planRollback() says so where there is no earlier release", async () => {
  const deployment = await serving();
  const error = await assertRejects(
    () => deployment.plan({ name: "rollback" }, "v1"),
    SextantError,
  );
  assertEquals(error.code, "VERSION_UNKNOWN");
  assertStringIncludes(error.message, "no earlier release");
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
