import "../sanitizers.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import type { Verb } from "../../sdk/commander/verb.ts";
import { HostError, HostsError, SextantError } from "../../sdk/errors.ts";
import { checkHosts } from "../../sdk/plan/checks.ts";
import { servingVersions } from "../../sdk/plan/current.ts";
import { isEmpty } from "../../sdk/plan/plan.ts";
import { renderPlan } from "../../sdk/report/plan_text.ts";
import { renderQuestion } from "../../sdk/report/question_text.ts";
import { SimulatedFleet } from "../../sdk/simulate/fleet.ts";
import type { HostOptions } from "../../sdk/simulate/host_options.ts";
import { assertOrder, done, HOSTS } from "../exec/fleets.ts";
import { shop, SHOP_WITH_DATABASE } from "./configs.ts";
import { Deployment, type DeploymentOptions } from "./deployment.ts";
import { operationsOf } from "./operations.ts";

const UPGRADE = { name: "upgrade" } as const;
const WEB_HOSTS = HOSTS.slice(0, 2);

Deno.test("planUpgrade() goes from Kamal 1's Traefik to kamal-proxy, and does nothing a second time", async () => {
  const deployment = await kamals();
  const { report } = await deployment.do(UPGRADE, "v1");
  assertEquals([report.outcome, report.failures], ["done", []]);
  assertOrder(
    done(deployment),
    "10.0.0.1 run-proxy",
    "10.0.0.1 run-container",
    "10.0.0.1 await-healthy",
    "10.0.0.1 route-traffic",
    "10.0.0.1 take-ports",
    "10.0.0.1 stop-container",
    "10.0.0.1 remove-container",
  );
  for (const host of WEB_HOSTS) {
    assertEquals(runningOn(deployment, host), ["kamal-proxy", "shop-web-v1"]);
    assertEquals(deployment.fleet.host(host).containers.get("kamal-proxy")?.ports, {
      "80/tcp": ["80"],
      "443/tcp": ["443"],
    });
  }
  assertEquals(deployment.fleet.gaps, []);
  assert(isEmpty(await deployment.plan(UPGRADE, "v1")));
});

Deno.test("planUpgrade() is told as what it comes to: a version behind kamal-proxy", async () => {
  const plan = await (await kamals()).plan(UPGRADE, "v1");
  assertStringIncludes(renderPlan(plan), "shop · v1 behind kamal-proxy (v1 serves) · 3 hosts\n");
  assertEquals(renderQuestion(plan), "put shop v1 behind kamal-proxy on 3 hosts?");
});

Deno.test("planUpgrade() lets accessories join the app's network and go on", async () => {
  const deployment = await kamals();
  const db = deployment.fleet.host("10.0.0.3").containers.get("shop-db")!;
  const { id, startedAt } = db;
  const plan = await deployment.plan(UPGRADE, "v1");
  assertEquals(operationsOf(plan, "connect-network").map(({ container }) => container), [
    "shop-db",
  ]);
  await deployment.do(UPGRADE, "v1");
  assertEquals([db.id, db.startedAt, [...db.joined]], [id, startedAt, ["kamal"]]);
});

Deno.test("planUpgrade() obtains the certificates that Traefik had", async () => {
  const { fleet } = await kamals();
  const servers = { web: ["10.0.0.1"] };
  const config = await shop({ servers, proxy: { host: "shop.acme.dev", ssl: true } });
  const plan = await new Deployment(fleet, config).plan(UPGRADE, "v1");
  assertEquals(operationsOf(plan, "obtain-certificates").map(({ hosts }) => hosts), [
    ["shop.acme.dev"],
  ]);
});

Deno.test("planUpgrade() leaves Traefik serving where new containers get not healthy", async () => {
  const deployment = await kamals({}, { v1: "unhealthy" });
  const { report } = await deployment.do(UPGRADE, "v1");
  assertEquals([report.outcome, report.cleanUpFailures], ["failed", []]);
  await assertAsBefore(deployment);
});

Deno.test("planUpgrade() takes hosts back to Traefik that had gone over when another could not", async () => {
  const deployment = await kamals();
  deployment.fleet.host("10.0.0.2").failAt("take-ports");
  const { report } = await deployment.do(UPGRADE, "v1");
  assertEquals([report.outcome, report.cleanUpFailures], ["failed", []]);
  const undone = done(deployment).filter((entry) => entry.startsWith("10.0.0.1"));
  const from = undone.lastIndexOf("10.0.0.1 take-ports");
  assertOrder(
    undone.slice(from),
    "10.0.0.1 start-container",
    "10.0.0.1 give-ports",
    "10.0.0.1 remove-route",
    "10.0.0.1 remove-proxy",
  );
  await assertAsBefore(deployment);
});

Deno.test("planUpgrade() goes host after host with rolling, between its hooks", async () => {
  const heard: string[] = [];
  const hooks = Object.fromEntries(
    ["pre-proxy-reboot", "post-proxy-reboot"].map((name) => [name, ({ hosts }) => {
      heard.push(`${name} ${hosts.join(",")}`);
    }]),
  ) satisfies DeploymentOptions["hooks"];
  const deployment = await kamals({ hooks });
  await deployment.do({ ...UPGRADE, rolling: true }, "v1");
  assertEquals(heard.slice(0, 4), [
    "pre-proxy-reboot 10.0.0.1",
    "post-proxy-reboot 10.0.0.1",
    "pre-proxy-reboot 10.0.0.2",
    "post-proxy-reboot 10.0.0.2",
  ]);
});

Deno.test("planUpgrade() takes up what an upgrade left that did not take itself back", async () => {
  const halting = await shop({ ...SHOP_WITH_DATABASE, boot: { onFailure: "halt" } });
  const { fleet, config } = await kamals();
  fleet.host("10.0.0.2").failAt("take-ports");
  const { report } = await new Deployment(fleet, halting).do(UPGRADE, "v1");
  assertEquals(report.outcome, "failed");
  const deployment = new Deployment(fleet, config);
  assertEquals((await deployment.do(UPGRADE, "v1")).report.failures, []);
  for (const host of WEB_HOSTS) {
    assertEquals(runningOn(deployment, host), ["kamal-proxy", "shop-web-v1"]);
    assert(!fleet.host(host).containers.has("traefik"));
  }
  assert(isEmpty(await deployment.plan(UPGRADE, "v1")));
});

Deno.test("planUpgrade() ends a handover that was killed once kamal-proxy had the ports", async () => {
  const deployment = await kamals();
  await deployment.do(UPGRADE, "v1");
  const host = deployment.fleet.host("10.0.0.1");
  host.addContainer(TRAEFIK);
  host.addContainer({ name: "kamal-proxy-next", image: "basecamp/kamal-proxy:v0.9.2" });
  const plan = await deployment.plan(UPGRADE, "v1");
  assertEquals(operationsOf(plan, "take-ports"), []);
  await deployment.do(UPGRADE, "v1");
  assertEquals(runningOn(deployment, "10.0.0.1"), ["kamal-proxy", "shop-web-v1"]);
  assert(!host.containers.has("kamal-proxy-next") && !host.containers.has("traefik"));
});

Deno.test("planUpgrade() refuses to cut off other apps, unless it is forced to", async () => {
  const deployment = await kamals({}, {}, [{
    name: "blog-web-v7",
    image: "blog:v7",
    labels: { service: "blog", "traefik.http.routers.blog-web.rule": "Host(`blog.acme.dev`)" },
  }]);
  const error = await refusal(deployment, UPGRADE);
  assert(error instanceof HostsError);
  assertEquals(error.code, "PROXY_IN_USE");
  assertMatch(error.errors[0]!.message, /Traefik also serves blog-web-v7/);
  assertEquals(isEmpty(await deployment.plan({ ...UPGRADE, force: true }, "v1")), false);
});

Deno.test("planUpgrade() refuses a deployment that has Traefik, and hosts with several versions", async () => {
  const { fleet, config } = await kamals();
  const still = await refusal(new Deployment(fleet, await shop({ traefik: {} })), UPGRADE);
  assertEquals([still.code, still.hint?.includes(".traefik(")], ["USAGE", true]);
  const other = fleet.host("10.0.0.2").containers;
  other.get("shop-web-v1")!.name = "shop-web-v2";
  const { message, hint } = await refusal(new Deployment(fleet, config), UPGRADE);
  assertStringIncludes(message, "v1 and v2 run there");
  assertStringIncludes(hint!, "upgrade --version");
});

Deno.test("checkHosts() tells of a Traefik that serves, and of the way to kamal-proxy", async () => {
  const deployment = await kamals();
  const input = await deployment.input("v2");
  const error = assertThrows(() => checkHosts(input, { proxy: true }), HostsError);
  const [first] = error.errors;
  assert(first instanceof HostError);
  assertEquals(first.code, "PORT_TAKEN");
  assertStringIncludes(first.message, "Traefik still serves here, on port 80");
  assertStringIncludes(first.hint!, "sextant upgrade");
  checkHosts(input, { proxy: true, fromTraefik: true });
});

/** The shop as Kamal 1 left it, with kamal-proxy in its configuration. */
async function kamals(
  options: DeploymentOptions = {},
  apps: HostOptions["apps"] = {},
  others: NonNullable<HostOptions["containers"]> = [],
): Promise<Deployment> {
  const image = "registry.acme.dev/acme/shop:v1";
  const own = { image, network: "bridge", app: "healthy" } as const;
  const web = {
    ...own,
    name: "shop-web-v1",
    labels: {
      service: "shop",
      role: "web",
      destination: "",
      "traefik.http.routers.shop-web.rule": "PathPrefix(`/`)",
    },
  };
  const jobs = { ...own, name: "shop-jobs-v1", labels: { service: "shop", role: "jobs" } };
  const db = {
    name: "shop-db",
    image: "postgres:17",
    network: "bridge",
    labels: { service: "shop-db" },
  };
  const onWeb: HostOptions = {
    containers: [TRAEFIK, web, ...others],
    networks: ["bridge"],
    apps: apps ?? {},
  };
  const fleet = new SimulatedFleet({
    hosts: {
      "10.0.0.1": onWeb,
      "10.0.0.2": onWeb,
      "10.0.0.3": { containers: [jobs, db], networks: ["bridge"] },
    },
  });
  return new Deployment(fleet, await shop(SHOP_WITH_DATABASE), options);
}

const TRAEFIK = {
  name: "traefik",
  image: "traefik:v2.11",
  network: "bridge",
  publish: ["80:80"],
  labels: { "traefik.http.routers.catchall.service": "unavailable" },
};

/** Asserts that Traefik serves the old containers and nothing of kamal-proxy is left. */
async function assertAsBefore(deployment: Deployment): Promise<void> {
  for (const host of WEB_HOSTS) {
    assertEquals(runningOn(deployment, host), ["shop-web-v1", "traefik"]);
    const container = deployment.fleet.host(host).containers.get("shop-web-v1")!;
    assertEquals(container.network, "bridge");
  }
  assertEquals(servingVersions(await deployment.input("v1"))["10.0.0.1"], "v1");
}

function runningOn({ fleet }: Deployment, host: string): readonly string[] {
  return [...fleet.host(host).containers.values()].filter(({ state }) => state === "started")
    .map(({ name }) => name).toSorted();
}

async function refusal(deployment: Deployment, verb: Verb): Promise<SextantError> {
  try {
    await deployment.plan(verb, "v1");
  } catch (error) {
    assert(error instanceof SextantError);
    return error;
  }
  throw new Error("nothing was refused");
}
