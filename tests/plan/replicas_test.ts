import "../sanitizers.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { DeploySpec } from "../../sdk/config/spec.ts";
import { ConfigError, SextantError } from "../../sdk/errors.ts";
import type { Operation } from "../../sdk/operations/operation.ts";
import { isEmpty, type Plan, stepsOf } from "../../sdk/plan/plan.ts";
import { planScale } from "../../sdk/plan/scale.ts";
import { answering, containersOn, HOSTS, serving } from "../exec/fleets.ts";
import { assertGolden } from "../golden/golden.ts";
import { renderCommands } from "../golden/plan_commands.ts";
import { configOf, SHOP, shop } from "./configs.ts";
import { Deployment } from "./deployment.ts";

const [FIRST = ""] = HOSTS;

/** Two replicas of the web on each host, three of the jobs. */
const REPLICAS: Partial<DeploySpec> = {
  servers: {
    web: { hosts: ["10.0.0.1", "10.0.0.2"], replicas: 2 },
    jobs: { hosts: [{ host: "10.0.0.3", replicas: 3 }], cmd: "bin/jobs" },
  },
};

Deno.test("planDeploy() boots replicas side by side, and switches when all of them are healthy", async () => {
  const deployment = await serving({ spec: REPLICAS });
  const plan = await deployment.plan({ name: "deploy" }, "v2");
  const gates = stepsOf(plan).find(({ id }) => id === "10.0.0.1 healthy web")!;
  assertEquals(gates.operations.length, 2);
  await assertGolden("deploy_replicas", renderCommands(plan));
});

Deno.test("planDeploy() leaves replicas alone that are up to date", async () => {
  assert(isEmpty(await (await serving({ spec: REPLICAS })).plan({ name: "deploy" }, "v1")));
});

Deno.test("planDeploy() brings a version to all replicas without a gap", async () => {
  const deployment = await serving({ spec: REPLICAS });
  const { report } = await deployment.deploy("v2");
  assertEquals(report.failures, []);
  assertEquals(containersOn(deployment, FIRST), [
    "shop-web-v1",
    "shop-web-v1_replica_2",
    "shop-web-v2 *",
    "shop-web-v2_replica_2 *",
  ]);
  assertEquals(deployment.fleet.host(FIRST).routes.get("shop-web")!.targets.length, 2);
  assertEquals(running(deployment, "10.0.0.3"), [
    "shop-jobs-v2",
    "shop-jobs-v2_replica_2",
    "shop-jobs-v2_replica_3",
  ]);
  assertEquals(deployment.fleet.gaps, []);
});

Deno.test("planDeploy() only starts or stops the difference where the count alone has changed", async () => {
  const deployment = await serving({ spec: REPLICAS });
  const ids = idsOf(deployment);
  const more = new Deployment(deployment.fleet, await withWeb(3));
  const plan = await more.plan({ name: "deploy", skipPush: true }, "v1");
  assertEquals(namesOf(plan, "run-container"), ["shop-web-v1_replica_3", "shop-web-v1_replica_3"]);
  assertEquals(namesOf(plan, "stop-container"), []);
  assertEquals((await more.run(plan)).report.failures, []);
  assertEquals(routed(deployment), 3);
  const fewer = new Deployment(deployment.fleet, await withWeb(1));
  const { report } = await fewer.deploy("v1");
  assertEquals(report.failures, []);
  assertEquals(running(deployment, FIRST), ["shop-web-v1"]);
  assertEquals([idsOf(deployment)[0], routed(deployment)], [ids[0], 1]);
  assertEquals(deployment.fleet.gaps, []);
});

Deno.test("planDeploy() boots a replica again that is gone, and lets the others be", async () => {
  const deployment = await serving({ spec: REPLICAS });
  deployment.fleet.host(FIRST).containers.delete("shop-web-v1_replica_2");
  const plan = await deployment.plan({ name: "deploy" }, "v1");
  assertEquals(namesOf(plan, "run-container"), ["shop-web-v1_replica_2"]);
});

Deno.test("planDeploy() gives all replicas of the old version their traffic back", async () => {
  const deployment = await serving({
    spec: REPLICAS,
    appsOn: { "10.0.0.2": { v2: "unhealthy" } },
  });
  deployment.fleet.host(FIRST).failAt("stop-container");
  const { report } = await deployment.deploy("v2");
  assertEquals(report.outcome, "failed");
  assertEquals(answering(deployment), ["v1", "v1"]);
  for (const host of HOSTS.slice(0, 2)) {
    assertEquals(deployment.fleet.host(host).routes.get("shop-web")!.targets.length, 2);
  }
  assertEquals(deployment.fleet.gaps, []);
});

Deno.test("execute() tells once what several replicas failed of", async () => {
  const deployment = await serving({ spec: REPLICAS, apps: { v2: "crashing" } });
  const { report } = await deployment.deploy("v2");
  const failures = report.failures.filter(({ host }) => host === FIRST);
  assertEquals(failures.map(({ code }) => code), ["CONTAINER_EXITED"]);
  assertEquals(failures[0]!.details[0], "so did shop-web-v2_replica_2");
});

Deno.test("execute() takes a route to several replicas back when a later host fails", async () => {
  const deployment = await serving({ spec: { ...REPLICAS, boot: { limit: 1 } } });
  deployment.fleet.host("10.0.0.2").failAt("route-traffic");
  await deployment.deploy("v2");
  assertEquals(running(deployment, FIRST), ["shop-web-v1", "shop-web-v1_replica_2"]);
  assertEquals([routed(deployment), answering(deployment)], [2, ["v1", "v1"]]);
  assertEquals(deployment.fleet.gaps, []);
});

Deno.test("planRollback() starts all replicas of the earlier version", async () => {
  const deployment = await serving({ spec: REPLICAS });
  await deployment.deploy("v2");
  const { report } = await deployment.do({ name: "rollback" }, "v2");
  assertEquals(report.failures, []);
  assertEquals(running(deployment, FIRST), ["shop-web-v1", "shop-web-v1_replica_2"]);
  assertEquals(routed(deployment), 2);
});

Deno.test("planAppStart() starts all replicas that planAppStop() has stopped", async () => {
  const deployment = await serving({ spec: REPLICAS });
  await deployment.do({ name: "app stop" }, "v1");
  assertEquals(running(deployment, "10.0.0.3"), []);
  assertEquals((await deployment.do({ name: "app start" }, "v1")).report.failures, []);
  assertEquals(running(deployment, "10.0.0.3").length, 3);
  assertEquals(routed(deployment), 2);
});

Deno.test("planPrune() keeps versions, however many containers each has", async () => {
  const deployment = await serving({ spec: { ...REPLICAS, settings: { retainContainers: 1 } } });
  await deployment.deploy("v2");
  await deployment.deploy("v3");
  assertEquals(containersOn(deployment, FIRST), [
    "shop-web-v2",
    "shop-web-v2_replica_2",
    "shop-web-v3 *",
    "shop-web-v3_replica_2 *",
  ]);
});

Deno.test("planAppLogs() shows every replica, planAppExec() uses the first", async () => {
  const deployment = await serving({ spec: REPLICAS });
  const logs = await deployment.plan({ name: "app logs" }, "v1");
  const shown = operationsOf(logs, "show-logs").map(({ container }) => container);
  assertEquals(shown.slice(0, 2), ["shop-web-v1", "shop-web-v1_replica_2"]);
  const exec = await deployment.plan({ name: "app exec", cmd: "date", reuse: true }, "v1");
  const used = operationsOf(exec, "exec-command").map(({ container }) => container);
  assertEquals(used, ["shop-web-v1", "shop-web-v1", "shop-jobs-v1"]);
});

Deno.test("planScale() starts the difference alone, whatever else has changed", async () => {
  const { fleet } = await serving({ spec: REPLICAS });
  const env = { clear: { PORT: "4000" }, secret: ["DATABASE_URL"] };
  const deployment = new Deployment(fleet, await shop({ ...REPLICAS, env }));
  const plan = await deployment.plan({ name: "app scale", counts: { web: 3 } }, "v2");
  assertEquals(namesOf(plan, "run-container"), ["shop-web-v1_replica_3", "shop-web-v1_replica_3"]);
  await assertGolden("app_scale", renderCommands(plan));
  assertEquals((await deployment.run(plan)).report.failures, []);
  assertEquals(routed(deployment), 3);
  const down = await deployment.do({ name: "app scale", counts: { web: 1, jobs: 1 } }, "v2");
  assertEquals(down.report.failures, []);
  assertEquals(running(deployment, FIRST), ["shop-web-v1"]);
  assertEquals(running(deployment, "10.0.0.3"), ["shop-jobs-v1"]);
  assertEquals(fleet.gaps, []);
});

Deno.test("planScale() plans nothing where the count is as wanted", async () => {
  const deployment = await serving({ spec: REPLICAS });
  assert(isEmpty(await deployment.plan({ name: "app scale", counts: { web: 2 } }, "v1")));
});

Deno.test("planScale() refuses roles that there are not, or that serve no one version", async () => {
  const deployment = await serving({ spec: REPLICAS });
  const input = await deployment.input("v1");
  assertThrows(() => planScale(input, { mail: 2 }), SextantError, 'no role named "mail"');
  deployment.fleet.host(FIRST).containers.clear();
  assertThrows(
    () => planScale({ ...input, states: new Map() }, { web: 2 }),
    RangeError,
    "was not probed",
  );
  const without = await deployment.input("v1");
  assertThrows(() => planScale(without, { web: 3 }), SextantError, "not one version");
});

Deno.test("resolveConfig() refuses replicas that would publish one port", async () => {
  const published = (publish: string): Promise<unknown> =>
    shop({
      servers: { web: { hosts: ["10.0.0.1"], replicas: 2, options: { publish } } },
    });
  const error = await assertRejects(() => published("8080:80"), ConfigError);
  assert(error.details.join("\n").includes("only one container of a host can have that port"));
  await published("80");
});

Deno.test("resolveConfig() refuses replicas on the host of an accessory", async () => {
  const hosts = [{ host: "10.0.0.3", replicas: 2 }];
  const error = await assertRejects(
    () => shop({ accessories: { cache: { image: "redis:8", hosts } } }),
    ConfigError,
  );
  assert(error.details.join("\n").includes("belongs to hosts of roles"));
});

Deno.test("planDeploy() boots the roles of a host side by side with boot.parallelRoles", async () => {
  const hosts = ["10.0.0.1"];
  const servers = {
    web: hosts,
    jobs: { hosts, cmd: "bin/jobs" },
    mail: { hosts, cmd: "bin/mail" },
  };
  const { fleet } = await serving();
  const idsWith = async (parallelRoles: boolean): Promise<readonly string[]> => {
    const config = await configOf({ ...SHOP, servers, boot: { parallelRoles } });
    const plan = await new Deployment(fleet, config).plan({ name: "deploy" }, "v2");
    return plan.stages.find(({ name }) => name === "boot")!.scripts[0]!.steps.map(({ id }) => id);
  };
  assertEquals(await idsWith(true), [
    "10.0.0.1 run shop-web-v2",
    "10.0.0.1 healthy web",
    "10.0.0.1 run shop-jobs-v2",
    "10.0.0.1 healthy jobs mail",
  ]);
  assertEquals((await idsWith(false)).slice(2), [
    "10.0.0.1 run shop-jobs-v2",
    "10.0.0.1 healthy jobs",
    "10.0.0.1 run shop-mail-v2",
    "10.0.0.1 healthy mail",
  ]);
});

function withWeb(replicas: number): ReturnType<typeof shop> {
  return shop({
    servers: { ...REPLICAS.servers, web: { hosts: ["10.0.0.1", "10.0.0.2"], replicas } },
  });
}

/** Names of the app's containers that run on a host. */
function running(deployment: Deployment, host: string): readonly string[] {
  return containersOn(deployment, host).filter((name) => name.endsWith(" *"))
    .map((name) => name.slice(0, -2));
}

function routed({ fleet }: Deployment): number {
  return fleet.host(FIRST).routes.get("shop-web")!.targets.length;
}

function idsOf({ fleet }: Deployment): readonly string[] {
  return [...fleet.host(FIRST).containers.values()]
    .filter(({ labels }) => labels["role"] === "web").map(({ id }) => id);
}

function operationsOf<K extends Operation["kind"]>(
  plan: Plan,
  kind: K,
): readonly Extract<Operation, { kind: K }>[] {
  return stepsOf(plan).flatMap(({ operations }) =>
    operations.filter((one): one is Extract<Operation, { kind: K }> => one.kind === kind)
  );
}

function namesOf(plan: Plan, kind: "run-container" | "stop-container"): readonly string[] {
  return operationsOf(plan, kind).map(({ name }) => name);
}
