import "../sanitizers.ts";
import { assert, assertEquals } from "@std/assert";
import type { DeploySpec } from "../../sdk/config/spec.ts";
import { describeOperation } from "../../sdk/operations/operation.ts";
import { driftOf } from "../../sdk/plan/drift.ts";
import { isEmpty } from "../../sdk/plan/plan.ts";
import { serving } from "../exec/fleets.ts";
import { textOf, wordsOf } from "../commands/texts.ts";
import { shop } from "./configs.ts";
import { Deployment } from "./deployment.ts";
import { operationsOf } from "./operations.ts";

const PROXY = { host: "shop.acme.dev", appPort: 3000 };
const READERS = { env: { DATABASE_ROLE: "reading" }, writerAffinity: 5 };

function spec(replicas: number, readers: object | null = READERS): Partial<DeploySpec> {
  return {
    servers: { web: { hosts: ["10.0.0.1", "10.0.0.2"], replicas } },
    proxy: readers === null ? PROXY : { ...PROXY, readers },
  };
}

Deno.test("planDeploy() gives what only reads to the replicas after the writers", async () => {
  const { fleet } = await serving();
  const deployment = new Deployment(fleet, await shop(spec(3)));
  const plan = await deployment.plan({ name: "deploy" }, "v2");
  const [route] = operationsOf(plan, "route-traffic");
  assertEquals(route!.targets.map(({ container, isReader }) => [container, isReader]), [
    ["shop-web-v2", undefined],
    ["shop-web-v2_replica_2", true],
    ["shop-web-v2_replica_3", true],
  ]);
  assertEquals(
    describeOperation(route!).detail,
    "v1 → v2, 1 → 3 containers, 2 of them for reads, writer-affinity-timeout 1s → 5s",
  );
  const runs = operationsOf(plan, "run-container");
  assertEquals(runs.slice(0, 3).map(({ env }) => env["DATABASE_ROLE"]), [
    undefined,
    "reading",
    "reading",
  ]);
  const words = wordsOf(textOf(route!));
  assertEquals(words.filter((word) => /^--(read-)?target$/.test(word)).slice(0, 3), [
    "--target",
    "--read-target",
    "--read-target",
  ]);
});

Deno.test("planDeploy() finds nothing to do where readers are as configured, and none to read for a single replica", async () => {
  for (const replicas of [1, 2]) {
    const deployment = await serving({ spec: spec(replicas) });
    assert(isEmpty(await deployment.plan({ name: "deploy" }, "v1")));
    assertEquals(await readersOf(deployment), replicas - 1);
    assertEquals(driftOf(await deployment.input("v1", { name: "drift" })), []);
  }
});

Deno.test("planDeploy() makes readers of replicas that had all requests, by the route alone where they need no environment", async () => {
  const { fleet } = await serving({ spec: spec(2, null) });
  const deployment = new Deployment(fleet, await shop(spec(2, {})));
  const plan = await deployment.plan({ name: "deploy" }, "v1");
  assertEquals(operationsOf(plan, "run-container"), []);
  assertEquals(
    driftOf(await deployment.input("v1", { name: "drift" })).slice(0, 1)
      .map(({ field, wanted, found }) => [field, wanted, found]),
    [["route.readers", "shop-web-v1_replica_2", undefined]],
  );
  assertEquals((await deployment.run(plan)).report.failures, []);
  assertEquals(await readersOf(deployment), 1);
});

Deno.test("planDeploy() takes readers back with the route", async () => {
  const { fleet } = await serving({ spec: spec(2) });
  const deployment = new Deployment(fleet, await shop(spec(2, null)));
  fleet.host("10.0.0.2").failAt("route-traffic");
  assertEquals((await deployment.deploy("v2")).report.outcome, "failed");
  assertEquals(await readersOf(deployment), 1);
});

Deno.test("planScale(), planRollback() and planAppStart() keep writers and readers apart", async () => {
  const deployment = await serving({ spec: spec(2) });
  await deployment.do({ name: "app scale", counts: { web: 3 } }, "v1");
  assertEquals(await readersOf(deployment), 2);
  await deployment.deploy("v2");
  assertEquals(await readersOf(deployment), 1);
  assertEquals((await deployment.do({ name: "rollback" }, "v2")).report.failures, []);
  assertEquals(await readersOf(deployment), 2);
  await deployment.do({ name: "app stop" }, "v1");
  await deployment.do({ name: "app start" }, "v1");
  assertEquals(await readersOf(deployment), 2);
});

/** How many containers get nothing but reads on the first host. */
async function readersOf(deployment: Deployment): Promise<number> {
  const { states } = await deployment.input("v1");
  return states.get("10.0.0.1")!.routes.find(({ service }) => service === "shop-web")!.readers
    .length;
}
