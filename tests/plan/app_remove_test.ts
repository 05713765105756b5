import "../sanitizers.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { SextantError } from "../../sdk/errors.ts";
import { staleContainers } from "../../sdk/plan/app_remove.ts";
import { isEmpty } from "../../sdk/plan/plan.ts";
import { assertGolden } from "../golden/golden.ts";
import { renderCommands } from "../golden/plan_commands.ts";
import { answering, containersOn, HOSTS, serving } from "../exec/fleets.ts";
import { shop } from "./configs.ts";
import { Deployment } from "./deployment.ts";
import { operationsOf } from "./operations.ts";

Deno.test("planAppRemove() takes the app off its hosts, and leaves the proxy and its log", async () => {
  const deployment = await serving();
  const plan = await deployment.plan({ name: "app remove" }, "v1");
  await assertGolden("app_remove", renderCommands(plan));
  assertEquals((await deployment.run(plan)).report.outcome, "done");
  const host = deployment.fleet.host("10.0.0.1");
  assertEquals([...host.containers.keys()], ["kamal-proxy"]);
  assertEquals([...host.routes.keys()], []);
  assert(host.read(".kamal/shop-audit.log")?.includes("Removed app"));
  assertEquals(host.read(".kamal/apps/shop/env/roles/web.env"), undefined);
  assert(isEmpty(await deployment.plan({ name: "app remove" }, "v1")));
});

Deno.test("planRemove() takes the proxy where only a candidate of its own is left in it", async () => {
  const deployment = await serving();
  const { routes } = deployment.fleet.host("10.0.0.1");
  const route = routes.get("shop-web")!;
  const targets = ["0123456789ab:80"];
  const candidate = { ...route, service: "shop-web-replica-2-candidate", targets };
  routes.set(candidate.service, candidate);
  const proxies = async (): Promise<number> =>
    operationsOf(await deployment.plan({ name: "remove" }, "v1"), "remove-proxy").length;
  assertEquals(await proxies(), 2);
  routes.set("shop-website-candidate", { ...candidate, service: "shop-website-candidate" });
  assertEquals(await proxies(), 1);
});

Deno.test("planAppRemove() has nothing to do where another destination's containers have the images", async () => {
  const deployment = await serving();
  const host = deployment.fleet.host("10.0.0.1");
  const image = "registry.acme.dev/acme/shop:v1";
  host.addContainer({
    name: "shop-web-staging-v1",
    image,
    labels: { service: "shop", role: "web", destination: "staging" },
  });
  await deployment.do({ name: "app remove" }, "v1");
  assert(host.images.has(image));
  assert(isEmpty(await deployment.plan({ name: "app remove" }, "v1")));
});

Deno.test("planRemoveContainers() removes what is stopped, of one version or of all", async () => {
  const deployment = await serving();
  for (const version of ["v2", "v3"]) await deployment.deploy(version);
  await deployment.do({ name: "app remove-container", of: "v2" }, "v3");
  assertEquals(containersOn(deployment, "10.0.0.1"), ["shop-web-v1", "shop-web-v3 *"]);
  await deployment.do({ name: "app remove-containers" }, "v3");
  assertEquals(containersOn(deployment, "10.0.0.1"), ["shop-web-v3 *"]);
  assert(isEmpty(await deployment.plan({ name: "app remove-containers" }, "v3")));
  const error = await assertRejects(
    () => deployment.plan({ name: "app remove-container", of: "v3" }, "v3"),
    SextantError,
  );
  assertEquals(error.code, "VERSION_UNKNOWN");
});

Deno.test("planStopStale() stops what runs beside what serves, and nothing else", async () => {
  const deployment = await serving();
  await deployment.deploy("v2");
  deployment.fleet.host("10.0.0.1").container("shop-web-v1")!.state = "started";
  const [stale, ...others] = staleContainers(await deployment.input("v2"));
  assertEquals([stale?.host, stale?.name, others], ["10.0.0.1", "shop-web-v1", []]);
  const plan = await deployment.plan({ name: "app stop-stale-containers" }, "v2");
  assertEquals(operationsOf(plan, "stop-container").map(({ name }) => name), ["shop-web-v1"]);
  await deployment.run(plan);
  assertEquals(staleContainers(await deployment.input("v2")), []);
  assertEquals(answering(deployment), ["v2", "v2"]);
});

Deno.test("planPrune() keeps so many versions that served, and the last that did not", async () => {
  const deployment = await serving({
    apps: { v2: "crashing", v4: "crashing" },
    spec: { settings: { retainContainers: 1 } },
  });
  for (const version of ["v2", "v3", "v4"]) await deployment.deploy(version);
  const plan = await deployment.plan({ name: "prune" }, "v3");
  await assertGolden("prune", renderCommands(plan));
  await deployment.run(plan);
  assertEquals(containersOn(deployment, "10.0.0.1"), [
    "shop-web-v1",
    "shop-web-v3 *",
    "shop-web-v4",
  ]);
});

Deno.test("planPrune() counts no containers that made room for others of their version", async () => {
  const deployment = await serving({ spec: { settings: { retainContainers: 1 } } });
  await deployment.deploy("v2");
  for (const _ of [1, 2, 3]) await deployment.do({ name: "app boot" }, "v2");
  await deployment.do({ name: "prune" }, "v2");
  const [old, ...others] = containersOn(deployment, "10.0.0.1");
  assertEquals([old, others.length, others.at(-1)], ["shop-web-v1", 2, "shop-web-v2 *"]);
  // Neither does a deploy that runs what serves anew.
  const other = new Deployment(deployment.fleet, await shop({ labels: { era: "next" } }));
  await other.do({ name: "deploy", skipPush: true }, "v2");
  assertEquals(containersOn(deployment, "10.0.0.1")[0], "shop-web-v1");
});

Deno.test("planPrune() prunes containers or images alone", async () => {
  const deployment = await serving();
  for (const version of ["v2", "v3", "v4"]) await deployment.deploy(version);
  const [containers] = operationsOf(
    await deployment.plan({ name: "prune", only: "containers", retain: 1 }, "v4"),
    "prune-versions",
  );
  assertEquals(containers?.containers.map(({ name }) => name), ["shop-web-v2", "shop-web-v1"]);
  assertEquals(containers?.images, []);
  const [told] = operationsOf(
    await deployment.plan({ name: "prune", only: "containers", retain: 1 }, "v4"),
    "record-audit",
  );
  assertEquals(told?.messages, ["Pruned containers"]);
  assert(isEmpty(await deployment.plan({ name: "prune", only: "images" }, "v4")));
});

Deno.test("pruneOperation() leaves a container that the proxy still names", async () => {
  const deployment = await serving({ spec: { settings: { retainContainers: 1 } } });
  for (const version of ["v2", "v3"]) await deployment.deploy(version);
  const host = deployment.fleet.host("10.0.0.1");
  const old = host.addContainer({
    name: "shop-web-v0",
    image: "registry.acme.dev/acme/shop:v1",
    labels: { service: "shop", role: "web", destination: "" },
  });
  const route = host.routes.get("shop-web")!;
  host.routes.set("other", { ...route, service: "other", targets: [`${old.id.slice(0, 12)}:80`] });
  const plan = await deployment.plan({ name: "prune" }, "v3");
  const named = operationsOf(plan, "prune-versions").flatMap(({ containers }) => containers);
  assert(!named.some(({ name }) => name === "shop-web-v0"));
});

Deno.test("execute() says what pruning could not do, and fails nothing", async () => {
  const deployment = await serving({ spec: { settings: { retainContainers: 1 } } });
  await deployment.deploy("v2");
  for (const host of HOSTS) {
    deployment.fleet.host(host).failAt("prune-versions", {
      exitCode: 0,
      stderr: "Error response from daemon: conflict\n",
    });
  }
  const { report, events } = await deployment.deploy("v3");
  assertEquals(report.outcome, "done");
  const notices = events.flatMap((event) => event.type === "notice" ? [event.message] : []);
  assertEquals(notices.length, 3);
  assertStringIncludes(notices[0]!, "could be removed: Error response from daemon: conflict");
});

Deno.test("planBuild() builds, pushes and pulls, and touches nothing that serves", async () => {
  const deployment = await serving();
  await deployment.do({ name: "build deliver" }, "v2");
  assert(deployment.fleet.host("10.0.0.1").images.has("registry.acme.dev/acme/shop:v2"));
  assertEquals(answering(deployment), ["v1", "v1"]);
  const pull = await deployment.plan({ name: "build pull" }, "v2");
  assertEquals(operationsOf(pull, "build-image"), []);
});

Deno.test("planRegistry() logs in here and on all hosts, unless either is left out", async () => {
  const deployment = await serving();
  const places = async (more: { skipLocal?: boolean; skipRemote?: boolean }) => {
    const plan = await deployment.plan({ name: "registry login", ...more }, "v1");
    return plan.stages.flatMap(({ scripts }) => scripts.map(({ host }) => host));
  };
  assertEquals(await places({}), ["here", ...HOSTS]);
  assertEquals(await places({ skipLocal: true }), HOSTS);
  assertEquals(await places({ skipRemote: true }), ["here"]);
});

Deno.test("planServerExec() runs on every host, with a terminal on the first alone", async () => {
  const deployment = await serving();
  const all = await deployment.plan({ name: "server exec", cmd: "uptime" }, "v1");
  assertEquals(operationsOf(all, "run-on-host").length, 3);
  const one = await deployment.plan({ name: "server exec", cmd: "sh", interactive: true }, "v1");
  assertEquals(operationsOf(one, "run-on-host"), [
    { kind: "run-on-host", cmd: "sh", interactive: true },
  ]);
});
