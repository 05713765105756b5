import "../sanitizers.ts";
import { assert, assertEquals } from "@std/assert";
import { isEmpty, type Plan, stepsOf } from "../../sdk/plan/plan.ts";
import { type FleetOptions, SimulatedFleet } from "../../sdk/simulate/fleet.ts";
import { assertOrder } from "../exec/fleets.ts";
import { configOf, shop, SHOP_WITH_DATABASE } from "../plan/configs.ts";
import { Deployment, type DeploymentOptions } from "../plan/deployment.ts";
import { operationsOf } from "../plan/operations.ts";
import { assertGolden } from "./golden.ts";
import { renderCommands } from "./plan_commands.ts";

Deno.test("planDeploy() sets fresh hosts up, with their accessories before the app", async () => {
  const deployment = new Deployment(new SimulatedFleet(FRESH), await configOf(SHOP_WITH_DATABASE));
  const plan = await deployment.plan({ name: "setup" }, "v1");
  assertEquals(namesOf(plan), ["build", "prepare", "accessories", "boot", "switch", "finish"]);
});

Deno.test("planDeploy() switches two web hosts and one for jobs", async () => {
  const plan = await (await serving()).plan({ name: "deploy" }, "v2");
  assertEquals(runsOf(plan), ["shop-web-v2", "shop-web-v2", "shop-jobs-v2"]);
});

Deno.test("planDeploy() places hooks around what they are about", async () => {
  const names = ["pre-build", "pre-deploy", "pre-app-boot", "post-app-boot", "post-deploy"];
  const hooks = Object.fromEntries(names.map((name) => [name, () => {}]));
  const plan = await (await serving({ hooks })).plan({ name: "deploy" }, "v2");
  // With a hook first, the lock is taken in a stage of its own.
  assertEquals(namesOf(plan).slice(0, 4), ["build", "lock", "hook", "prepare"]);
  await assertGolden("deploy_with_hooks", renderCommands(plan));
});

Deno.test("planDeploy() switches host after host with boot.limit 1", async () => {
  const { fleet } = await serving();
  const deployment = new Deployment(fleet, await shop({ boot: { limit: 1, wait: 5 } }));
  const plan = await deployment.plan({ name: "deploy" }, "v2");
  assertEquals(
    plan.stages.filter(({ name }) => name === "switch").map(({ pauseSeconds }) => pauseSeconds),
    [5, 5, 0],
  );
  await assertGolden("deploy_in_groups", renderCommands(plan));
});

Deno.test("planDeploy() gives an empty plan for what is up to date", async () => {
  const plan = await (await serving()).plan({ name: "deploy" }, "v1");
  assert(isEmpty(plan));
  await assertGolden("nothing_to_do", renderCommands(plan));
});

Deno.test("planDeploy() renames the container of the version that runs when its environment changes", async () => {
  const { fleet } = await serving();
  const env = { clear: { PORT: "4000" }, secret: ["DATABASE_URL"], tags: { eu: { REGION: "eu" } } };
  const plan = await new Deployment(fleet, await shop({ env })).plan({ name: "deploy" }, "v1");
  const renames = operationsOf(plan, "rename-container");
  assertEquals(renames[0], {
    kind: "rename-container",
    from: "shop-web-v1",
    to: "shop-web-v1_replaced_1000000000000000",
    takesBack: false,
  });
  await assertGolden("deploy_changed_env", renderCommands(plan));
});

Deno.test("planDeploy() takes over from Kamal: its containers have no labels of ours", async () => {
  const plan = await new Deployment(kamalsFleet(), await shop()).plan({ name: "deploy" }, "v2");
  assertEquals(operationsOf(plan, "stop-container").map(({ name }) => name), [
    "shop-web-v1",
    "shop-web-v1",
    "shop-jobs-v1",
  ]);
  await assertGolden("takeover", renderCommands(plan));
});

Deno.test("planRollback() starts the containers of the earlier version again", async () => {
  const deployment = await serving();
  await deployment.deploy("v2");
  const plan = await deployment.plan({ name: "rollback" }, "v2");
  assertEquals(plan.version, "v1");
  assertEquals(runsOf(plan), []);
});

Deno.test("planRollback() runs a release anew from its image where its containers are gone", async () => {
  const deployment = await serving();
  await deployment.deploy("v2");
  for (const host of ["10.0.0.1", "10.0.0.2", "10.0.0.3"]) {
    const { containers, images } = deployment.fleet.host(host);
    for (const name of ["shop-web-v1", "shop-jobs-v1"]) containers.delete(name);
    images.delete("registry.acme.dev/acme/shop:v1");
  }
  const plan = await deployment.plan({ name: "rollback" }, "v2");
  assertEquals(runsOf(plan), ["shop-web-v1", "shop-web-v1", "shop-jobs-v1"]);
  await assertGolden("rollback_anew", renderCommands(plan));
});

Deno.test("planAccessory() boots an accessory that is missing, and only that", async () => {
  const { fleet } = await serving();
  const deployment = new Deployment(fleet, await configOf(SHOP_WITH_DATABASE));
  const plan = await deployment.plan({ name: "accessory boot", accessory: "db" }, "v1");
  assertEquals(runsOf(plan), ["shop-db"]);
});

Deno.test("planEnvPush() writes the files of roles and accessories, and boots nothing", async () => {
  const { fleet } = await serving();
  const deployment = new Deployment(fleet, await configOf(SHOP_WITH_DATABASE));
  const plan = await deployment.plan({ name: "env push" }, "v1");
  assertEquals(runsOf(plan), []);
  assertEquals(operationsOf(plan, "write-env").map(({ role }) => role), [
    "web",
    "web",
    "jobs",
    "db",
  ]);
});

Deno.test("planAppStop() takes the route away before it stops", async () => {
  const plan = await (await serving()).plan({ name: "app stop" }, "v1");
  const kinds = stepsOf(plan).flatMap(({ operations }) => operations.map(({ kind }) => kind));
  assertOrder(kinds, "remove-route", "stop-container");
});

Deno.test("planDeploy() lets Traefik leave the old containers before they stop", async () => {
  const config = await shop({ traefik: {} });
  const fleet = new SimulatedFleet({ ...FRESH, images: ["traefik:v2.11"] });
  await new Deployment(fleet, config).deploy("v1");
  const plan = await new Deployment(fleet, config).plan({ name: "deploy" }, "v2");
  const kinds = stepsOf(plan).flatMap(({ operations }) => operations.map(({ kind }) => kind));
  assertOrder(kinds, "make-cord", "run-container", "await-healthy", "cut-cord", "stop-container");
  assert(!kinds.includes("route-traffic"));
  await assertGolden("deploy_with_traefik", renderCommands(plan));
});

Deno.test("planMaintenance() takes the traffic from every route, with a message", async () => {
  const verb = { name: "app maintenance", message: "back soon" } as const;
  const plan = await (await serving()).plan(verb, "v1");
  assertEquals(operationsOf(plan, "begin-maintenance").length, 2);
});

Deno.test("planProxyReboot() goes host after host with rolling, and runs what the role's hosts want", async () => {
  const { fleet } = await serving();
  const run = { bindIps: ["10.0.0.1", "fd00::1"], metricsPort: 9090, version: "v0.9.3" };
  const config = await shop({ proxy: { host: "shop.acme.dev", appPort: 3000, run } });
  const plan = await new Deployment(fleet, config).plan(
    { name: "proxy reboot", rolling: true },
    "v1",
  );
  assertEquals(plan.stages.map(({ group }) => group), [undefined, 0, 1]);
  await assertGolden("proxy_reboot", renderCommands(plan));
});

Deno.test("planProxyRestart(), planProxyStop() and planProxyRemove() are about the proxy alone", async () => {
  const deployment = await serving();
  for (const name of ["restart", "stop", "remove"] as const) {
    const plan = await deployment.plan({ name: `proxy ${name}`, force: true }, "v1");
    assertEquals(plan.hosts.length, 3);
    assertEquals(stepsOf(plan).some(({ id }) => id.includes("10.0.0.3")), false);
  }
});

const FRESH: FleetOptions = { hosts: { "10.0.0.1": {}, "10.0.0.2": {}, "10.0.0.3": {} } };

/** The shop with v1 serving. */
async function serving(options: DeploymentOptions = {}): Promise<Deployment> {
  const fleet = new SimulatedFleet(FRESH);
  const config = await shop();
  await new Deployment(fleet, config).deploy("v1");
  return new Deployment(fleet, config, options);
}

/** Hosts as Kamal leaves them. */
function kamalsFleet(): SimulatedFleet {
  const image = "registry.acme.dev/acme/shop:v1";
  const web = {
    proxy: "basecamp/kamal-proxy:v0.9.2",
    containers: [{
      name: "shop-web-v1",
      image,
      labels: { service: "shop", role: "web", destination: "" },
    }],
    routes: [{
      service: "shop-web",
      container: "shop-web-v1",
      port: 3000,
      hosts: ["shop.acme.dev"],
    }],
    files: { ".kamal/apps/shop/env/roles/web.env": "DATABASE_URL=[DATABASE_URL]\n" },
  };
  const jobs = {
    name: "shop-jobs-v1",
    image,
    labels: { service: "shop", role: "jobs", destination: "" },
  };
  return new SimulatedFleet({
    hosts: { "10.0.0.1": web, "10.0.0.2": web, "10.0.0.3": { containers: [jobs] } },
  });
}

function namesOf(plan: Plan): readonly string[] {
  return plan.stages.map(({ name }) => name);
}

function runsOf(plan: Plan): readonly string[] {
  return operationsOf(plan, "run-container").map(({ name }) => name);
}
