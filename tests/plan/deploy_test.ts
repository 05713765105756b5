import "../sanitizers.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { ProxyInput } from "../../sdk/config/proxy.ts";
import { resolveConfig } from "../../sdk/config/resolve.ts";
import type { DeploySpec } from "../../sdk/config/spec.ts";
import {
  describeOperation,
  type Operation,
  type OperationKind,
} from "../../sdk/operations/operation.ts";
import { proxyFlags } from "../../sdk/plan/app_container.ts";
import { isEmpty, type Plan, stepsOf } from "../../sdk/plan/plan.ts";
import { serving } from "../exec/fleets.ts";
import { wordsOf } from "../commands/texts.ts";
import { SHOP, shop } from "./configs.ts";
import { Deployment, type DeploymentOptions } from "./deployment.ts";

Deno.test("planDeploy() boots only where something differs", async () => {
  const deployment = await serving();
  const env = { clear: { PORT: "3000" }, secret: ["DATABASE_URL"], tags: { eu: { REGION: "us" } } };
  const plan = await again(deployment, { env });
  assertEquals(hostsOf(plan, "run-container"), ["10.0.0.2"]);
});

Deno.test("planDeploy() boots anew for another value of a secret, and says why", async () => {
  const deployment = await serving();
  const plan = await again(deployment, {}, { secrets: { DATABASE_URL: "postgres://other" } });
  assertEquals(hostsOf(plan, "run-container"), ["10.0.0.1", "10.0.0.2", "10.0.0.3"]);
  assertEquals(operations(plan, "write-env").map(({ because }) => because), [
    "secrets changed",
    "secrets changed",
    "secrets changed",
  ]);
});

Deno.test("planDeploy() boots nothing for a changed order of the environment", async () => {
  const deployment = await serving({ spec: { env: { clear: { A: "1", B: "2" } } } });
  assert(isEmpty(await again(deployment, { env: { clear: { B: "2", A: "1" } } })));
});

Deno.test("planDeploy() sends traffic back where somebody changed the route by hand", async () => {
  const deployment = await serving();
  const host = deployment.fleet.host("10.0.0.2");
  host.routes.set("shop-web", { ...host.routes.get("shop-web")!, hosts: ["old.acme.dev"] });
  const plan = await again(deployment);
  assertEquals([hostsOf(plan, "route-traffic"), hostsOf(plan, "run-container")], [
    ["10.0.0.2"],
    [],
  ]);
});

Deno.test("planDeploy() sets a route anew for changed settings, replaces no container, and says what changes", async () => {
  const deployment = await serving();
  const proxy = {
    host: "shop.acme.dev",
    appPort: 3000,
    responseTimeout: 60,
    buffering: { requests: false },
    logging: { requestHeaders: ["X-Id"] },
  };
  const plan = await again(deployment, { proxy });
  assertEquals([hostsOf(plan, "route-traffic"), hostsOf(plan, "run-container")], [
    ["10.0.0.1", "10.0.0.2"],
    [],
  ]);
  assertEquals(
    describeOperation(operations(plan, "route-traffic")[0]!).detail,
    "v1, target-timeout 30s → 60s, buffer-requests true → false, log-request-header Cache-Control,Last-Modified,User-Agent → X-Id",
  );
  const changed = new Deployment(deployment.fleet, await shop({ proxy }));
  assertEquals((await changed.deploy("v1")).report.outcome, "done");
  assert(isEmpty(await changed.plan({ name: "deploy" }, "v1")));
});

Deno.test("planDeploy() counts settings that a line has no room for", async () => {
  const deployment = await serving();
  const healthcheck = { path: "/", interval: 3, timeout: 4 };
  const proxy = { host: "shop.acme.dev", appPort: 3000, responseTimeout: 60, healthcheck };
  const [route] = operations(await again(deployment, { proxy }), "route-traffic");
  assertStringIncludes(describeOperation(route!).detail!, "/up → /, 1 more");
});

Deno.test("planDeploy() sees what somebody else told kamal-proxy of a route", async () => {
  const deployment = await serving();
  const host = deployment.fleet.host("10.0.0.2");
  const route = host.routes.get("shop-web")!;
  host.routes.set("shop-web", { ...route, flags: [...route.flags!, "--target-timeout=9s"] });
  assertEquals(hostsOf(await again(deployment), "route-traffic"), ["10.0.0.2"]);
});

Deno.test("planDeploy() stops what runs beside the version that serves", async () => {
  const deployment = await serving();
  await deployment.deploy("v2");
  deployment.fleet.host("10.0.0.3").container("shop-jobs-v1")!.state = "started";
  const plan = await deployment.plan({ name: "deploy" }, "v2");
  assertEquals(operations(plan, "stop-container").map(({ name }) => name), ["shop-jobs-v1"]);
});

Deno.test("planDeploy() takes for serving what has the traffic, not what was started last", async () => {
  const deployment = await serving();
  const host = deployment.fleet.host("10.0.0.1");
  // As a run that was lost before its switch leaves it.
  host.loseConnectionAt("route-traffic");
  await deployment.deploy("v2");
  host.unreachable = false;
  host.remove(".kamal/lock-shop");
  host.routes.set("shop-web", {
    ...host.routes.get("shop-web")!,
    targets: [`${host.container("shop-web-v1")!.id.slice(0, 12)}:3000`],
  });
  host.container("shop-web-v1")!.state = "started";
  assertEquals((await deployment.plan({ name: "deploy" }, "v3")).serving["10.0.0.1"], "v1");
});

Deno.test("planDeploy() boots a version anew whose container was stopped or removed by hand", async () => {
  const deployment = await serving();
  deployment.fleet.host("10.0.0.1").containers.delete("shop-web-v1");
  deployment.fleet.host("10.0.0.3").container("shop-jobs-v1")!.state = "stopped";
  assertEquals(hostsOf(await again(deployment), "run-container"), ["10.0.0.1", "10.0.0.3"]);
});

Deno.test("planDeploy() starts a proxy that is stopped, and runs one that is missing", async () => {
  const deployment = await serving();
  deployment.fleet.host("10.0.0.1").container("kamal-proxy")!.state = "stopped";
  deployment.fleet.host("10.0.0.2").containers.delete("kamal-proxy");
  const plan = await deployment.plan({ name: "deploy" }, "v2");
  assertEquals([hostsOf(plan, "start-proxy"), hostsOf(plan, "run-proxy")], [["10.0.0.1"], [
    "10.0.0.2",
  ]]);
});

Deno.test("planDeploy() does not build for a change that needs no new container", async () => {
  const deployment = await serving();
  const host = deployment.fleet.host("10.0.0.2");
  host.routes.delete("shop-web");
  assertEquals(operations(await again(deployment), "build-image"), []);
});

Deno.test("planDeploy() keeps five old containers of each role, those of other roles apart", async () => {
  const servers = { web: ["10.0.0.1"], jobs: { hosts: ["10.0.0.1"], cmd: "bin/jobs" } };
  const deployment = await serving({ spec: { servers } });
  for (const version of ["v2", "v3", "v4", "v5", "v6", "v7"]) await deployment.deploy(version);
  const names = [...deployment.fleet.host("10.0.0.1").containers.keys()].toSorted();
  assertEquals(
    names.filter((name) => name.startsWith("shop-web-")),
    ["v2", "v3", "v4", "v5", "v6", "v7"].map((v) => `shop-web-${v}`),
  );
  assertEquals(names.filter((name) => name.startsWith("shop-jobs-")).length, 6);
  const images = [...deployment.fleet.host("10.0.0.1").images.keys()];
  assert(!images.includes("registry.acme.dev/acme/shop:v1"), images.join("\n"));
});

Deno.test("planDeploy() names a failed start's leftovers out of the way", async () => {
  const deployment = await serving({ apps: { v2: "crashing" } });
  await deployment.deploy("v2");
  const plan = await deployment.plan({ name: "deploy" }, "v2");
  assertEquals(operations(plan, "rename-container").map(({ from }) => from), [
    "shop-web-v2",
    "shop-web-v2",
  ]);
});

Deno.test("planDeploy() keeps destinations apart on one host", async () => {
  const production = await serving({
    spec: { servers: { web: ["10.0.0.1"] }, proxy: { host: "shop.acme.dev" } },
  });
  const spec: DeploySpec = {
    ...SHOP,
    servers: { web: ["10.0.0.1"] },
    proxy: { host: "shop.acme.dev" },
    destinations: { staging: { proxy: { host: "staging.acme.dev" } } },
  };
  const staging = new Deployment(
    production.fleet,
    await resolveConfig(spec, { destination: "staging" }),
  );
  const { report } = await staging.deploy("v5");
  assertEquals(report.outcome, "done");
  assertEquals(production.fleet.serve("10.0.0.1", "staging.acme.dev").version, "v5");
  assertEquals(production.fleet.serve("10.0.0.1", "shop.acme.dev").version, "v1");
  assert(isEmpty(await production.plan({ name: "deploy" }, "v1")));
});

Deno.test("proxyFlags() tells kamal-proxy what Kamal tells it", async () => {
  const proxy = {
    host: "shop.example.com",
    appPort: 3000,
    ssl: true,
    healthcheck: { host: false },
  };
  const config = await shop({ servers: { web: ["10.0.0.1"] }, proxy });
  const kamal = wordsOf(
    '--host="shop.example.com" --tls --deploy-timeout="30s" --drain-timeout="30s" --buffer-requests --buffer-responses --log-request-header="Cache-Control" --log-request-header="Last-Modified" --log-request-header="User-Agent"',
  );
  const ours = proxyFlags(config, config.roles[0]!.proxy!);
  // What Kamal leaves to kamal-proxy's defaults is said as well.
  const defaults = [
    "--health-check-interval=1s",
    "--health-check-timeout=5s",
    "--health-check-path=/up",
  ];
  assertEquals(
    ours.filter((flag) => !defaults.includes(flag)).map((flag) =>
      flag.replace(/^(--buffer-\w+)=true$/, "$1")
    ),
    kamal,
  );
});

Deno.test("proxyFlags() has the app asked by its public host", async () => {
  const asked = async (proxy: ProxyInput): Promise<readonly string[]> => {
    const config = await shop({ servers: { web: ["10.0.0.1"] }, proxy });
    return proxyFlags(config, config.roles[0]!.proxy!)
      .filter((flag) => flag.startsWith("--health-check-host"));
  };
  const hosts = ["*.acme.dev", "acme.dev", "www.acme.dev"];
  assertEquals(await asked({ hosts }), ["--health-check-host=acme.dev"]);
  assertEquals(await asked({ hosts, canonicalHost: "www.acme.dev" }), [
    "--health-check-host=www.acme.dev",
  ]);
  assertEquals(await asked({ hosts, healthcheck: { host: "up.acme.dev" } }), [
    "--health-check-host=up.acme.dev",
  ]);
  assertEquals(await asked({ hosts, healthcheck: { host: true } }), [
    "--health-check-host=acme.dev",
  ]);
  assertEquals(await asked({ hosts, healthcheck: { host: false } }), []);
  assertEquals(await asked({ host: "*.acme.dev" }), []);
  assertEquals(await asked({}), []);
});

Deno.test("proxyFlags() tells kamal-proxy what Kamal never does, where it is asked for", async () => {
  const proxy = {
    hosts: ["acme.dev", "www.acme.dev"],
    canonicalHost: "www.acme.dev",
    ssl: true,
    sslStaging: true,
    healthcheck: { host: "acme.dev", port: 9000 },
  };
  const config = await shop({ servers: { web: ["10.0.0.1"] }, proxy });
  const flags = proxyFlags(config, config.roles[0]!.proxy!);
  for (
    const flag of [
      "--canonical-host=www.acme.dev",
      "--tls-staging",
      "--health-check-host=acme.dev",
      "--health-check-port=9000",
    ]
  ) assert(flags.includes(flag), flag);
});

/** Plans a deploy of v1 again, over the same hosts, with another configuration. */
async function again(
  { fleet, config }: Deployment,
  more?: Partial<DeploySpec>,
  options?: DeploymentOptions,
): Promise<Plan> {
  const changed = more === undefined ? config : await shop(more);
  return await new Deployment(fleet, changed, options).plan({ name: "deploy" }, "v1");
}

function operations<K extends OperationKind>(
  plan: Plan,
  kind: K,
): readonly Extract<Operation, { kind: K }>[] {
  return stepsOf(plan).flatMap((step) => step.operations)
    .filter((one): one is Extract<Operation, { kind: K }> => one.kind === kind);
}

function hostsOf(plan: Plan, kind: OperationKind): readonly string[] {
  return plan.stages.flatMap((stage) => stage.scripts)
    .filter(({ steps }) => steps.some((step) => step.operations.some((one) => one.kind === kind)))
    .map(({ host }) => host);
}
