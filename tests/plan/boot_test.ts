import "../sanitizers.ts";
import { assert, assertEquals } from "@std/assert";
import type { DeploySpec } from "../../sdk/config/spec.ts";
import type { RunContainer } from "../../sdk/operations/container.ts";
import type { StopContainer } from "../../sdk/operations/stop_container.ts";
import { groupsOf } from "../../sdk/plan/boot.ts";
import { type Plan, stepsOf } from "../../sdk/plan/plan.ts";
import { SimulatedFleet } from "../../sdk/simulate/fleet.ts";
import { containersOn, HOSTS, serving } from "../exec/fleets.ts";
import { configOf, SHOP, shop } from "./configs.ts";
import { Deployment } from "./deployment.ts";

Deno.test("groupsOf() takes a share of all hosts, of those with accessories too, and at least one", async () => {
  const eight = Array.from({ length: 8 }, (_, index) => `10.0.1.${index + 1}`);
  const sizes = async (
    limit: number | string | undefined,
    hosts = eight,
  ): Promise<readonly number[]> => {
    const config = await configOf({
      ...SHOP,
      servers: { web: eight },
      accessories: { db: { image: "postgres:17", hosts: ["10.0.2.1", "10.0.2.2"] } },
      ...limit === undefined ? {} : { boot: { limit } },
    });
    return groupsOf(config, hosts).map((group) => group.length);
  };
  assertEquals(await sizes(undefined), [8]);
  assertEquals(await sizes(3), [3, 3, 2]);
  assertEquals(await sizes(99), [8]);
  assertEquals(await sizes("25%"), [2, 2, 2, 2]);
  // A third of ten.
  assertEquals(await sizes("33%"), [3, 3, 2]);
  assertEquals(await sizes("1%", eight.slice(0, 2)), [1, 1]);
  assertEquals(await sizes("100%"), [8]);
});

Deno.test("planDeploy() gives containers what the app and the role say of them", async () => {
  const spec: Partial<DeploySpec> = {
    servers: {
      ...SHOP.servers,
      jobs: {
        hosts: ["10.0.0.3"],
        labels: { team: "jobs", extra: 1 },
        logging: { driver: "local" },
        options: { "memory": "1g", "add-host": ["a:1", "b:2"], "restart": "on-failure:5" },
        stopTimeout: 90,
      },
    },
    labels: { team: "shop" },
    settings: { stopTimeout: 40 },
  };
  const plan = await (await serving({ spec })).plan({ name: "deploy" }, "v2");
  const [web, , jobs] = runsOf(plan);
  assertEquals([web!.labels["team"], web!.restart, web!.stopTimeout], [
    "shop",
    "unless-stopped",
    40,
  ]);
  assertEquals([jobs!.labels["team"], jobs!.labels["extra"]], ["jobs", "1"]);
  assertEquals([jobs!.logDriver, jobs!.restart, jobs!.stopTimeout], ["local", "on-failure:5", 90]);
  assertEquals(jobs!.options, { "memory": "1g", "add-host": ["a:1", "b:2"] });
  assertEquals(stopsOf(plan).map(({ role, timeout }) => [role, timeout]), [
    ["web", 40],
    ["web", 40],
    ["jobs", 90],
  ]);
});

Deno.test("planDeploy() gives requests and jobs their time to end", async () => {
  const plan = await (await serving({ spec: { settings: { drainTimeout: 12, deployTimeout: 7 } } }))
    .plan({ name: "deploy" }, "v2");
  // kamal-proxy drains before a web container stops; jobs have nobody but themselves.
  assertEquals(stopsOf(plan).map(({ timeout }) => timeout), [undefined, undefined, 12]);
  const routes = stepsOf(plan).flatMap(({ operations }) => operations)
    .filter((operation) => operation.kind === "route-traffic");
  assert(routes.every(({ flags }) => flags.includes("--drain-timeout=12s")));
  assert(routes.every(({ flags }) => flags.includes("--deploy-timeout=7s")));
});

Deno.test("planDeploy() stops what an interrupted run has left, side by side with the old", async () => {
  const { fleet } = await serving();
  const deployment = new Deployment(fleet, await shop());
  const host = fleet.host("10.0.0.1");
  const image = "registry.acme.dev/acme/shop:v0";
  const labels = { service: "shop", role: "web", destination: "" };
  host.addContainer({ name: "shop-web-v0", image, labels }).state = "started";
  const plan = await deployment.plan({ name: "deploy" }, "v2");
  const stop = stepsOf(plan).find(({ id }) => id === "10.0.0.1 stop old")!;
  assertEquals(stop.operations.map((one) => one.kind === "stop-container" && one.name).sort(), [
    "shop-web-v0",
    "shop-web-v1",
  ]);
  assertEquals((await deployment.run(plan)).report.failures, []);
  assertEquals(containersOn(deployment, "10.0.0.1").filter((name) => name.endsWith("*")), [
    "shop-web-v2 *",
  ]);
});

Deno.test("planDeploy() tags the latest image only once every group has switched", async () => {
  const deployment = await serving({
    spec: { boot: { limit: 1 } },
    appsOn: { "10.0.0.2": { v2: "unhealthy" } },
  });
  const tagged = (): readonly unknown[] =>
    HOSTS.map((host) => {
      const { images } = deployment.fleet.host(host);
      const id = (tag: string): string | undefined =>
        images.get(`registry.acme.dev/acme/shop:${tag}`)?.id;
      return id("latest") === id("v1");
    });
  assertEquals(tagged(), [true, true, true]);
  assertEquals((await deployment.deploy("v2")).report.outcome, "failed");
  assertEquals(tagged(), [true, true, true]);
});

Deno.test("planDeploy() lets a slow stop hold up neither its host's other stops nor other hosts", async () => {
  const hosts = ["10.0.0.1"];
  const servers = {
    web: hosts,
    jobs: { hosts, cmd: "bin/jobs" },
    mail: { hosts, cmd: "bin/mail" },
  };
  const fleet = new SimulatedFleet({ hosts: { "10.0.0.1": {} } });
  const deployment = new Deployment(fleet, await configOf({ ...SHOP, servers }));
  await deployment.deploy("v1");
  const plan = await deployment.plan({ name: "deploy" }, "v2");
  const stops = stepsOf(plan).filter(({ operations }) =>
    operations.some(({ kind }) => kind === "stop-container")
  );
  assertEquals(stops.map(({ operations }) => operations.length), [3]);
});

function runsOf(plan: Plan): readonly RunContainer[] {
  return stepsOf(plan).flatMap(({ operations }) => operations)
    .filter((operation): operation is RunContainer => operation.kind === "run-container");
}

function stopsOf(plan: Plan): readonly StopContainer[] {
  return stepsOf(plan).flatMap(({ operations }) => operations)
    .filter((operation): operation is StopContainer => operation.kind === "stop-container");
}
