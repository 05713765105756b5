import "../sanitizers.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
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

Deno.test("orphansOf() names a host of the last release that left the config", async () => {
  const deployment = await serving();
  const servers = { web: ["10.0.0.1", "10.0.0.2"] };
  const plan = await new Deployment(deployment.fleet, await shop({ servers }))
    .plan({ name: "deploy" }, "v1");
  assertEquals(plan.orphans?.map(({ host, container }) => [host, container]), [
    ["10.0.0.3", undefined],
  ]);
  assertStringIncludes(renderPlan(plan), "  orphan   10.0.0.3   left the config; it was not asked");
});
