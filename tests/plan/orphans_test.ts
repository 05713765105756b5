import "../sanitizers.ts";
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { SextantError } from "../../sdk/errors.ts";
import { checkHosts } from "../../sdk/plan/checks.ts";
import { withoutTwins } from "../../sdk/plan/former_hosts.ts";
import { isEmpty } from "../../sdk/plan/plan.ts";
import { renderPlan } from "../../sdk/report/plan_text.ts";
import { containersOn, HOSTS, serving } from "../exec/fleets.ts";
import { assertGolden } from "../golden/golden.ts";
import { renderCommands } from "../golden/plan_commands.ts";
import { SimulatedFleet } from "../../sdk/simulate/fleet.ts";
import { configOf, SHOP, shop, SHOP_WITH_DATABASE } from "./configs.ts";
import { Deployment } from "./deployment.ts";

const MAILED = { ...SHOP.servers, mail: { hosts: ["10.0.0.3"], cmd: "bin/mail" } };

async function mailed(): Promise<SimulatedFleet> {
  const fleet = new SimulatedFleet({ hosts: { "10.0.0.1": {}, "10.0.0.2": {}, "10.0.0.3": {} } });
  await new Deployment(fleet, await shop({ servers: MAILED })).deploy("v1");
  return fleet;
}

Deno.test("orphansOf() reports a role that left the config, and leaves it running", async () => {
  const deployment = new Deployment(await mailed(), await shop());
  const plan = await deployment.plan({ name: "deploy" }, "v1");
  assert(isEmpty(plan));
  assertStringIncludes(
    renderPlan(plan),
    `
  orphan   10.0.0.3   shop-mail-v1   role mail left the config
  left as they are; .settings({ orphans: "stop" }) stops them
`,
  );
});

Deno.test("stopOrphans() stops what left the config, and the plan says so", async () => {
  const config = await shop({ settings: { orphans: "stop" } });
  const deployment = new Deployment(await mailed(), config);
  const plan = await deployment.plan({ name: "deploy" }, "v2");
  await assertGolden("deploy_with_orphans", renderCommands(plan));
  assertStringIncludes(renderPlan(plan), "shop-mail-v1  orphan: role mail left the config");
  assertStringIncludes(renderPlan(plan), "1 orphan");
  assertEquals((await deployment.run(plan)).report.outcome, "done");
  const mail = containersOn(deployment, "10.0.0.3").filter((name) => name.includes("mail"));
  assertEquals(mail, ["shop-mail-v1"]);
  assert(isEmpty(await deployment.plan({ name: "deploy" }, "v2")));
});

Deno.test("stopOrphans() takes the route of a role that moved to other hosts", async () => {
  const deployment = await serving();
  const servers = { ...SHOP.servers, web: ["10.0.0.1"], tools: ["10.0.0.2"] };
  const config = await shop({ servers, settings: { orphans: "stop" } });
  const moved = new Deployment(deployment.fleet, config);
  await moved.deploy("v1");
  assertEquals(moved.fleet.serve("10.0.0.2", "shop.acme.dev").status, 404);
  assertEquals(moved.fleet.serve("10.0.0.1", "shop.acme.dev").version, "v1");
});

Deno.test("planDeploy() lets a role that was renamed take its own route's place, and gives it back", async () => {
  const renamed = async (orphans: "stop" | "report", version: string): Promise<Deployment> => {
    const { fleet } = await serving({ apps: { v2: "healthy" } });
    const { web, ...others } = SHOP.servers!;
    const settings = { orphans, primaryRole: "app" } as const;
    const config = await shop({ servers: { app: web!, ...others }, settings });
    const deployment = new Deployment(fleet, config);
    const input = await deployment.input(version);
    if (orphans === "stop") checkHosts(input, { proxy: true });
    else {
      const error = assertThrows(() => checkHosts(input, { proxy: true }), SextantError);
      assertEquals(error.code, "ROUTE_TAKEN");
      assertStringIncludes(error.hint!, '.settings({ orphans: "stop" })');
    }
    return deployment;
  };
  await renamed("report", "v2");
  const deployment = await renamed("stop", "v2");
  const { fleet } = deployment;
  const plan = await deployment.plan({ name: "deploy" }, "v2");
  assertStringIncludes(renderPlan(plan), "shop.acme.dev  v2, in place of shop-web");
  fleet.host("10.0.0.2").failAt("route-traffic");
  assertEquals((await deployment.deploy("v2")).report.outcome, "failed");
  for (const host of ["10.0.0.1", "10.0.0.2"]) {
    assertEquals([...fleet.host(host).routes.keys()], ["shop-web"], host);
    assertEquals(fleet.serve(host, "shop.acme.dev").version, "v1", host);
  }
  assertEquals((await deployment.deploy("v2")).report.failures, []);
  assertEquals(fleet.gaps, []);
  for (const host of ["10.0.0.1", "10.0.0.2"]) {
    assertEquals([...fleet.host(host).routes.keys()], ["shop-app"], host);
    assertEquals(fleet.serve(host, "shop.acme.dev").container, "shop-app-v2", host);
  }
  assert(isEmpty(await deployment.plan({ name: "deploy" }, "v2")));
});

Deno.test("orphansOf() touches nothing without this deployment's labels", async () => {
  const deployment = await serving({ spec: { settings: { orphans: "stop" } } });
  const image = "registry.acme.dev/acme/shop:v1";
  const host = deployment.fleet.host("10.0.0.3");
  for (
    const [name, labels] of [
      ["shop-staging", { service: "shop", role: "mail", destination: "staging" }],
      ["blog", { service: "blog", role: "web", destination: "" }],
      ["shop-db", { service: "shop-db" }],
      ["bare", {}],
    ] as const
  ) {
    host.addContainer({ name, image, labels }).state = "started";
  }
  const plan = await deployment.plan({ name: "deploy" }, "v1");
  assertEquals([isEmpty(plan), plan.orphans], [true, undefined]);
});

Deno.test("orphansOf() finds an accessory that left the config by its owner", async () => {
  const hosts = Object.fromEntries(HOSTS.map((host) => [host, {}]));
  const fleet = new SimulatedFleet({ hosts, images: ["postgres:17"] });
  await new Deployment(fleet, await configOf(SHOP_WITH_DATABASE)).do({ name: "setup" }, "v1");
  const plan = await new Deployment(fleet, await shop()).plan({ name: "deploy" }, "v1");
  assertEquals(plan.orphans?.map(({ container, because }) => [container, because]), [
    ["shop-db", "accessory shop-db left the config"],
  ]);
});

Deno.test("orphansOf() asks a host of the last release that left the config, and leaves what runs there", async () => {
  const deployment = await withoutJobs("report");
  const plan = await deployment.plan({ name: "deploy" }, "v1");
  assertEquals([isEmpty(plan), plan.orphans?.map(({ host, container }) => [host, container])], [
    true,
    [["10.0.0.3", "shop-jobs-v1"]],
  ]);
  assertStringIncludes(
    renderPlan(plan),
    "  orphan   10.0.0.3   shop-jobs-v1   the host left the config\n",
  );
  // It is told of again and again, as long as anything runs there.
  await deployment.deploy("v2");
  const { orphans = [] } = await deployment.plan({ name: "deploy" }, "v2");
  assertEquals(orphans.map(({ host }) => host), ["10.0.0.3"]);
});

Deno.test("stopOrphans() stops what is ours on a host that left the config, and then forgets the host", async () => {
  const deployment = await withoutJobs("stop");
  const host = deployment.fleet.host("10.0.0.3");
  host.addContainer({ name: "blog", image: "blog:1", labels: { service: "blog", role: "web" } })
    .state = "started";
  const { report, events } = await deployment.deploy("v2");
  assertEquals([report.outcome, report.warnings], ["done", []]);
  const running = [...host.containers.values()].filter(({ state }) => state === "started");
  assertEquals(running.map(({ name }) => name), ["blog"]);
  assertEquals(events.filter(({ type }) => type === "notice"), []);
  const plan = await deployment.plan({ name: "deploy" }, "v2");
  assertEquals([isEmpty(plan), plan.orphans], [true, undefined]);
});

Deno.test("stopOrphans() takes the route of a host that left the config", async () => {
  const { fleet } = await serving();
  const servers = { web: ["10.0.0.1"] };
  const config = await shop({ servers, env: {}, settings: { orphans: "stop" } });
  const moved = new Deployment(fleet, config);
  await moved.deploy("v2");
  assertEquals(fleet.serve("10.0.0.2", "shop.acme.dev").status, 404);
  assertEquals(containersOn(moved, "10.0.0.2"), ["shop-web-v1"]);
  assertEquals(containersOn(moved, "10.0.0.3"), ["shop-jobs-v1"]);
});

Deno.test("withoutTwins() knows a host that only has another name today by its containers", async () => {
  const { fleet } = await serving();
  const { states } = await new Deployment(fleet, await shop()).input("v1");
  const former = new Map([["old-name", states.get("10.0.0.3")], ["gone", undefined]]);
  assertEquals(withoutTwins(former, states).get("old-name")?.containers, []);
  const others = new Map([["10.0.0.1", states.get("10.0.0.1")!]]);
  const names = withoutTwins(former, others).get("old-name")?.containers.map(({ name }) => name);
  assertEquals(names, ["shop-jobs-v1"]);
});

Deno.test("stopOrphans() leaves an accessory alone that went from a former host to another", async () => {
  const { fleet } = await serving();
  const image = "postgres:17";
  const labels = { service: "shop-db", "sextant.deployment": "shop" };
  fleet.host("10.0.0.3").addContainer({ name: "shop-db", image, labels }).state = "started";
  const accessories = { db: { image, host: "10.0.0.1" } };
  const servers = { web: SHOP.servers!["web"]! };
  const config = await shop({ servers, accessories, settings: { orphans: "stop" } });
  const deployment = new Deployment(fleet, config);
  const { orphans = [] } = await deployment.plan({ name: "deploy" }, "v1");
  assertEquals(orphans.map(({ container, isStopped }) => [container, isStopped]), [
    ["shop-db", false],
    ["shop-jobs-v1", true],
  ]);
  await deployment.deploy("v2");
  assertEquals(fleet.host("10.0.0.3").container("shop-db")!.state, "started");
});

Deno.test("execute() only warns of what fails on a host that left the config", async () => {
  const deployment = await withoutJobs("stop");
  deployment.fleet.host("10.0.0.3").loseConnectionAt("stop-container");
  const { report } = await deployment.deploy("v2");
  assertEquals([report.outcome, report.failures], ["done", []]);
  assertEquals(report.warnings.map(({ host }) => host), ["10.0.0.3"]);
});

Deno.test("orphansOf() says that a host that left the config cannot be reached, once", async () => {
  const deployment = await withoutJobs("stop");
  deployment.fleet.host("10.0.0.3").unreachable = true;
  const plan = await deployment.plan({ name: "deploy" }, "v2");
  assertStringIncludes(
    renderPlan(plan),
    "  orphan   10.0.0.3   left the config; it could not be reached, and may still run the app\n",
  );
  assertEquals((await deployment.deploy("v2")).report.outcome, "done");
  assertEquals((await deployment.plan({ name: "deploy" }, "v2")).orphans, undefined);
});

Deno.test("orphansOf() tells of an accessory that Kamal booted and the config has no more", async () => {
  const deployment = await serving({ spec: { settings: { orphans: "stop" } } });
  const host = deployment.fleet.host("10.0.0.3");
  for (const name of ["shop-db", "shop-cache"]) {
    host.addContainer({ name, image: "postgres:17", labels: { service: name } }).state = "started";
  }
  // Of the other one no file of this deployment tells: it may be another service's.
  host.write(".kamal/apps/shop/env/accessories/db.env", "");
  const plan = await deployment.plan({ name: "deploy" }, "v1");
  assert(isEmpty(plan));
  assertStringIncludes(
    renderPlan(plan),
    "  orphan   10.0.0.3   shop-db   accessory db left the config; Kamal booted it, so it is yours to stop\n",
  );
  assert(!renderPlan(plan).includes("left as they are"));
});

Deno.test("orphansOf() tells of a service with the same image before the first release, and never stops it", async () => {
  const { fleet } = await serving();
  const settings = { orphans: "stop" } as const;
  const config = await configOf({
    ...SHOP,
    service: "store",
    proxy: { host: "new.dev" },
    settings,
  });
  const store = new Deployment(fleet, config);
  const { orphans = [], stages } = await store.plan({ name: "deploy" }, "v2");
  assertEquals(orphans.map(({ container, isStopped }) => [container, isStopped]), [
    ["shop-web-v1", false],
    ["shop-web-v1", false],
    ["shop-jobs-v1", false],
  ]);
  assertStringIncludes(orphans[0]!.because, "if that was the name of store, take it off by it");
  const stops = stages.flatMap(({ scripts }) => scripts.flatMap(({ steps }) => steps))
    .flatMap(({ operations }) => operations.filter(({ kind }) => kind === "stop-container"));
  assertEquals(stops, []);
  await store.deploy("v2");
  assertEquals((await store.plan({ name: "deploy" }, "v2")).orphans, undefined);
  assertEquals(fleet.serve("10.0.0.1", "shop.acme.dev").version, "v1");
});

/** The shop, v1 serving, whose host for jobs has left the configuration. */
async function withoutJobs(orphans: "stop" | "report"): Promise<Deployment> {
  const { fleet } = await serving();
  const servers = { web: SHOP.servers!["web"]! };
  return new Deployment(fleet, await shop({ servers, settings: { orphans } }));
}
