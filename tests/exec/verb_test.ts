import "../sanitizers.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { planFor } from "../../sdk/commander/planners.ts";
import type { Verb } from "../../sdk/commander/verb.ts";
import { SextantError } from "../../sdk/errors.ts";
import { isEmpty } from "../../sdk/plan/plan.ts";
import { renderPlan } from "../../sdk/report/plan_text.ts";
import { SimulatedFleet } from "../../sdk/simulate/fleet.ts";
import { configOf, SHOP_WITH_DATABASE } from "../plan/configs.ts";
import { Deployment } from "../plan/deployment.ts";
import { answering, containersOn, HOSTS, serving } from "./fleets.ts";

const CHANGING: readonly Verb[] = [
  { name: "app boot" },
  { name: "app stop" },
  { name: "accessory reboot", accessory: "db" },
  { name: "accessory restart", accessory: "db" },
  { name: "accessory stop", accessory: "db" },
  { name: "accessory remove", accessory: "db" },
  { name: "proxy reboot" },
  { name: "env push" },
  { name: "env delete" },
  { name: "lock acquire", message: "maintenance" },
];
const ASKING: readonly Verb[] = [
  { name: "app details" },
  { name: "app logs" },
  { name: "app exec", cmd: "bin/rails db:migrate" },
  { name: "app exec", cmd: "uptime", reuse: true },
  { name: "accessory details", accessory: "all" },
  { name: "accessory logs", accessory: "db" },
  { name: "accessory exec", accessory: "db", cmd: "psql" },
  { name: "proxy details" },
  { name: "proxy logs" },
  { name: "details" },
  { name: "audit" },
  { name: "lock status" },
];

for (const verb of [...CHANGING, ...ASKING]) {
  Deno.test(`execute() does ${verb.name} on hosts that were set up`, async () => {
    const deployment = await setUp();
    const { report } = await deployment.do(verb, "v1");
    assertEquals(report.failures, []);
    assertEquals(report.outcome, "done");
    assert(report.steps.length > 0);
  });
}

for (const verb of ASKING) {
  Deno.test(`execute() changes nothing for ${verb.name}`, async () => {
    const deployment = await setUp();
    const before = factsOf(deployment);
    await deployment.do(verb, "v1");
    assertEquals(factsOf(deployment), before);
  });
}

Deno.test("execute() of setup brings accessories and app up, and a second one has nothing to do", async () => {
  const deployment = await setUp();
  assertEquals(answering(deployment), ["v1", "v1"]);
  assertEquals(containersOn(deployment, "10.0.0.3"), ["shop-jobs-v1 *"]);
  assertEquals(deployment.fleet.host("10.0.0.3").container("shop-db")!.secrets, [
    "POSTGRES_PASSWORD",
  ]);
  assert(isEmpty(await deployment.plan({ name: "setup" }, "v1")));
});

Deno.test("execute() of server bootstrap installs Docker where it is missing", async () => {
  const hosts = { "10.0.0.1": { docker: "missing" }, "10.0.0.2": {}, "10.0.0.3": {} } as const;
  const deployment = new Deployment(
    new SimulatedFleet({ hosts }),
    await configOf(SHOP_WITH_DATABASE),
  );
  const { report } = await deployment.do({ name: "server bootstrap" }, "v1");
  assertEquals(report.steps.map(({ host }) => host), ["10.0.0.1"]);
  assertEquals(deployment.fleet.host("10.0.0.1").docker, "running");
});

Deno.test("execute() of app stop and app start takes the app away and brings it back", async () => {
  const deployment = await setUp();
  await deployment.do({ name: "app stop" }, "v1");
  assertEquals(deployment.fleet.serve("10.0.0.1", "shop.acme.dev").status, 404);
  await deployment.do({ name: "app start" }, "v1");
  assertEquals(answering(deployment), ["v1", "v1"]);
  assertEquals(containersOn(deployment, "10.0.0.3"), ["shop-jobs-v1 *"]);
});

Deno.test("planFor() of app start says so where there is nothing to start", async () => {
  const deployment = await serving();
  const start = (version?: string) => async () =>
    planFor({ name: "app start" }, await deployment.input("v1"), version);
  await assertRejects(start("v9"), SextantError, "no host has a container of version v9 to start");
  await deployment.do({ name: "app remove" }, "v1");
  await assertRejects(start(), SextantError, "no host has a container of the app to start");
});

Deno.test("planFor() of app start starts what the other hosts run, and nothing else", async () => {
  const deployment = await serving();
  for (const version of ["v2", "v3"]) await deployment.deploy(version);
  await deployment.do({ name: "rollback" }, "v3");
  const host = deployment.fleet.host("10.0.0.1");
  host.container("shop-web-v2")!.state = "stopped";
  await deployment.do({ name: "app start" }, "v2");
  assertEquals(answering(deployment), ["v2", "v2"]);
  host.containers.delete("shop-web-v2");
  const error = await assertRejects(
    () => deployment.plan({ name: "app start" }, "v2"),
    SextantError,
    "no container of v2 is left to start, which the other hosts run",
  );
  assertStringIncludes(error.hint!, "sextant rollback v2");
  await deployment.do({ name: "rollback", to: "v2" }, "v2");
  assertEquals(answering(deployment), ["v2", "v2"]);
});

Deno.test("execute() of app start gives traffic back to what an app stop left running when it was broken off", async () => {
  const deployment = await setUp();
  const cancel = new AbortController();
  deployment.fleet.host("10.0.0.1").hangAt("stop-container");
  const plan = await deployment.plan({ name: "app stop" }, "v1");
  await deployment.run(plan, {
    signal: cancel.signal,
    onEvent: (event) => {
      if (event.type === "step-begin" && event.step === "10.0.0.1 stop web") cancel.abort();
    },
  });
  assertEquals(deployment.fleet.serve("10.0.0.1", "shop.acme.dev").status, 404);
  await deployment.do({ name: "app start" }, "v1");
  assertEquals(answering(deployment), ["v1", "v1"]);
  assert(isEmpty(await deployment.plan({ name: "app start" }, "v1")));
});

Deno.test("execute() of accessory boot runs one anew whose container never came to run", async () => {
  const deployment = await setUp();
  const host = deployment.fleet.host("10.0.0.3");
  host.container("shop-db")!.state = "created";
  const { report } = await deployment.do({ name: "accessory boot", accessory: "db" }, "v1");
  assertEquals([report.outcome, host.container("shop-db")!.state], ["done", "started"]);
  assert(isEmpty(await deployment.plan({ name: "accessory boot", accessory: "db" }, "v1")));
});

Deno.test("execute() of env push writes env files to fresh hosts, and env delete takes them away", async () => {
  const hosts = Object.fromEntries(HOSTS.map((host) => [host, {}]));
  const deployment = new Deployment(
    new SimulatedFleet({ hosts }),
    await configOf(SHOP_WITH_DATABASE),
  );
  const files = ["roles/web", "roles/jobs", "accessories/db"].map((name) =>
    [`.kamal/apps/shop/env/${name}.env`, `.kamal/apps/shop/sextant/env/${name}.sh`] as const
  );
  const found = (): readonly unknown[] =>
    HOSTS.flatMap((host) =>
      files.map((paths) => paths.map((path) => deployment.fleet.host(host).files.get(path)?.mode))
    );
  const [none, both] = [[undefined, undefined], ["600", "600"]];
  await deployment.do({ name: "env push" }, "v1");
  assertEquals(found(), [both, none, none, both, none, none, none, both, both]);
  assertEquals(HOSTS.flatMap((host) => containersOn(deployment, host)), []);
  await deployment.do({ name: "env delete" }, "v1");
  assertEquals(found(), Array(9).fill(none));
});

Deno.test("planEnvPush() says until when what runs keeps its environment, and keeps to the selected roles", async () => {
  const deployment = await setUp();
  const text = renderPlan(await deployment.plan({ name: "env push" }, "v1"));
  assertStringIncludes(text, "~ env     web");
  assertStringIncludes(text, "what runs keeps its own until sextant app boot");
  assertStringIncludes(text, "what runs keeps its own until sextant accessory reboot db");
  const input = await deployment.input("v1");
  const jobs = planFor({ name: "env push" }, { ...input, roles: ["jobs"] }, undefined);
  assert(renderPlan(jobs).includes("jobs"));
  assert(!/ (?:web|db) /.test(renderPlan(jobs)));
});

Deno.test("execute() of proxy boot runs the proxy alone", async () => {
  const hosts = Object.fromEntries(HOSTS.map((host) => [host, {}]));
  const deployment = new Deployment(
    new SimulatedFleet({ hosts }),
    await configOf(SHOP_WITH_DATABASE),
  );
  await deployment.do({ name: "proxy boot" }, "v1");
  assertEquals(HOSTS.map((host) => [...deployment.fleet.host(host).containers.keys()]), [
    ["kamal-proxy"],
    ["kamal-proxy"],
    [],
  ]);
});

Deno.test("execute() of proxy reboot keeps the routes", async () => {
  const deployment = await setUp();
  await deployment.do({ name: "proxy reboot" }, "v1");
  assertEquals(answering(deployment), ["v1", "v1"]);
});

Deno.test("execute() of accessory reboot keeps the accessory's data and gives it a new container", async () => {
  const deployment = await setUp();
  const host = deployment.fleet.host("10.0.0.3");
  const { id } = host.container("shop-db")!;
  await deployment.do({ name: "accessory reboot", accessory: "db" }, "v1");
  assert(host.container("shop-db")!.id !== id);
  assert(host.directories.has("shop-db/data"));
});

Deno.test("execute() of remove leaves nothing of the app, its accessories and its files", async () => {
  const deployment = await setUp();
  const { report } = await deployment.do({ name: "remove" }, "v1");
  assertEquals([report.outcome, report.failures], ["done", []]);
  for (const name of HOSTS) {
    const host = deployment.fleet.host(name);
    assertEquals([...host.containers.keys()], []);
    assertEquals([...host.images.keys()].filter((image) => image.includes("acme/shop")), []);
    const files = [...host.files.keys()].filter((path) => path !== ".kamal/shop-audit.log");
    assertEquals(files, []);
  }
});

Deno.test("planFor() of remove has nothing to do where nothing is", async () => {
  const deployment = await serving();
  await deployment.do({ name: "remove" }, "v1");
  assert(isEmpty(await deployment.plan({ name: "remove" }, "v1")));
});

Deno.test("execute() of remove leaves the proxy to the apps that share it", async () => {
  const deployment = await setUp();
  const host = deployment.fleet.host("10.0.0.1");
  const other = host.addContainer({
    name: "blog-web-v1",
    image: "blog:v1",
    labels: { service: "blog" },
  });
  host.routes.set("blog-web", {
    service: "blog-web",
    hosts: ["blog.acme.dev"],
    pathPrefixes: [],
    targets: [`${other.id.slice(0, 12)}:80`],
    tls: false,
  });
  other.state = "started";
  await deployment.do({ name: "remove" }, "v1");
  assertEquals([...host.containers.keys()].toSorted(), ["blog-web-v1", "kamal-proxy"]);
  assertEquals([...host.routes.keys()], ["blog-web"]);
});

Deno.test("execute() of lock acquire holds the lock until lock release", async () => {
  const deployment = await setUp();
  await deployment.do({ name: "lock acquire", message: "maintenance" }, "v1");
  assertStringIncludes(deployment.fleet.host("10.0.0.1").lock("shop")!, "Message: maintenance");
  const again = await deployment.do({ name: "lock acquire", message: "me too" }, "v1");
  assertEquals(again.report.failures.map(({ code }) => code), ["LOCK_HELD"]);
  const { report } = await deployment.do({ name: "lock release" }, "v1");
  assertEquals([report.outcome, deployment.fleet.host("10.0.0.1").lock("shop")], [
    "done",
    undefined,
  ]);
  const none = await deployment.do({ name: "lock release" }, "v1");
  assertEquals(none.report.failures.map(({ code }) => code), ["LOCK_MISSING"]);
});

Deno.test("execute() of app logs shows what the containers that serve have logged", async () => {
  const deployment = await serving({ apps: { v1: { log: ["hello from v1"] } } });
  const { report } = await deployment.do({ name: "app logs" }, "v1");
  assertEquals(report.steps.map(({ stdout }) => stdout), HOSTS.map(() => "hello from v1\n"));
});

Deno.test("planFor() of prune plans what is too old, and nothing where nothing is", async () => {
  const deployment = await setUp();
  assert(isEmpty(await deployment.plan({ name: "prune" }, "v1")));
  for (let count = 2; count <= 9; count++) await deployment.do({ name: "redeploy" }, `v${count}`);
  const { report } = await deployment.do({ name: "prune" }, "v9");
  assertEquals(report.outcome, "done");
  assertEquals(containersOn(deployment, "10.0.0.1").length, 6);
});

Deno.test("planFor() plans every verb on hosts where nothing is, or says why not", async () => {
  const hosts = Object.fromEntries(HOSTS.map((host) => [host, {}]));
  const deployment = new Deployment(
    new SimulatedFleet({ hosts }),
    await configOf(SHOP_WITH_DATABASE),
  );
  const input = await deployment.input("v1");
  for (const verb of [...CHANGING, ...ASKING]) {
    try {
      planFor(verb, input, undefined);
    } catch (error) {
      assertEquals((error as Error).name, "SextantError", verb.name);
    }
  }
});

/** The shop and its database on three hosts, set up at v1. */
async function setUp(): Promise<Deployment> {
  const hosts = Object.fromEntries(HOSTS.map((host) => [host, {}]));
  const fleet = new SimulatedFleet({ hosts, images: ["postgres:17"] });
  const deployment = new Deployment(fleet, await configOf(SHOP_WITH_DATABASE));
  const { report } = await deployment.do({ name: "setup" }, "v1");
  assertEquals(report.failures, []);
  return deployment;
}

/** Everything on the hosts that a question must not change. */
function factsOf({ fleet }: Deployment): unknown {
  return HOSTS.map((name) => {
    const { containers, routes, files } = fleet.host(name);
    return JSON.stringify([[...containers], [...routes], [...files]]);
  });
}
