import "../sanitizers.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { ProxyInput } from "../../sdk/config/proxy.ts";
import type { RoleInput } from "../../sdk/config/role.ts";
import { settingsOf } from "../../sdk/observe/route_flags.ts";
import { describeOperation } from "../../sdk/operations/operation.ts";
import { driftOf } from "../../sdk/plan/drift.ts";
import { isEmpty } from "../../sdk/plan/plan.ts";
import { SimulatedFleet } from "../../sdk/simulate/fleet.ts";
import { configOf } from "./configs.ts";
import { Deployment } from "./deployment.ts";
import { operationsOf } from "./operations.ts";

const HOST = "10.0.0.1";
const DIRECTORY = "https://ca.acme.dev/directory";
const PROXY = { host: "shop.acme.dev", ssl: true } as const;

Deno.test("planDeploy() checks that kamal-proxy can be called before the first route that needs it, and not again", async () => {
  const deployment = await shopWith({ ...PROXY, acmeDirectory: DIRECTORY });
  const first = await deployment.plan({ name: "deploy" }, "v1");
  const prepare = first.stages.find(({ name }) => name === "prepare")!.scripts[0]!.steps
    .flatMap(({ operations }) => operations.map(({ kind }) => kind));
  assertEquals(prepare.slice(prepare.indexOf("run-proxy")), ["run-proxy", "check-proxy-call"]);
  assertEquals((await deployment.run(first)).report.failures, []);
  assert(isEmpty(await deployment.plan({ name: "deploy" }, "v1")));
  const next = await deployment.plan({ name: "deploy" }, "v2");
  assertEquals(operationsOf(next, "check-proxy-call"), []);
});

Deno.test("planDeploy() checks nothing for routes that the command line can tell", async () => {
  const deployment = await shopWith({ ...PROXY, sslStaging: true });
  const plan = await deployment.plan({ name: "deploy" }, "v1");
  assertEquals(operationsOf(plan, "check-proxy-call"), []);
});

Deno.test("planDeploy() goes to another authority without another container, and asks it for certificates", async () => {
  const { fleet } = await served(PROXY);
  const deployment = await shopWith({ ...PROXY, acmeDirectory: DIRECTORY }, fleet);
  const plan = await deployment.plan({ name: "deploy" }, "v1");
  assertEquals(operationsOf(plan, "run-container"), []);
  const [route] = operationsOf(plan, "route-traffic");
  assertEquals(describeOperation(route!).detail, `v1, tls-acme-directory none → ${DIRECTORY}`);
  const [obtain] = operationsOf(plan, "obtain-certificates");
  assertEquals(obtain?.hosts, ["shop.acme.dev"]);
  assertEquals(describeOperation(obtain!).detail, `from ${DIRECTORY}, by a first visit`);
  assertEquals((await deployment.run(plan)).report.failures, []);
  assert(isEmpty(await deployment.plan({ name: "deploy" }, "v1")));
});

Deno.test("planDeploy() asks an authority for no certificates that it gave before", async () => {
  const { fleet } = await served({ ...PROXY, acmeDirectory: DIRECTORY });
  const deployment = await shopWith({ ...PROXY, acmeDirectory: DIRECTORY }, fleet);
  const plan = await deployment.plan({ name: "deploy" }, "v2");
  assertEquals(operationsOf(plan, "obtain-certificates"), []);
});

Deno.test("execute() takes a route back to the authority that it had", async () => {
  const fleet = new SimulatedFleet({ hosts: { [HOST]: {}, "10.0.0.2": {} } });
  const api = { hosts: ["10.0.0.2"], proxy: { host: "api.acme.dev" } };
  await (await shopWith({ ...PROXY, acmeDirectory: DIRECTORY }, fleet, { api })).deploy("v1");
  const before = settings(fleet);
  const deployment = await shopWith({ ...PROXY, sslStaging: true }, fleet, { api });
  fleet.host("10.0.0.2").failAt("route-traffic");
  assertEquals((await deployment.deploy("v2")).report.outcome, "failed");
  assertEquals(settings(fleet), before);
  assertEquals(before["tls-acme-directory"], DIRECTORY);
});

Deno.test("planRollback() goes back to the authority of the release", async () => {
  const { fleet } = await served({ ...PROXY, acmeDirectory: DIRECTORY });
  const deployment = await shopWith(PROXY, fleet);
  await deployment.deploy("v2");
  assertEquals(settings(fleet)["tls-acme-directory"], "");
  const { report } = await deployment.do({ name: "rollback" }, "v2");
  assertEquals(report.failures, []);
  assertEquals(settings(fleet)["tls-acme-directory"], DIRECTORY);
});

Deno.test("planRollback() serves a certificate of one's own with a release that had an authority", async () => {
  const { fleet } = await served({ ...PROXY, acmeDirectory: DIRECTORY });
  const ssl = { certificatePem: "CERTIFICATE_PEM", privateKeyPem: "PRIVATE_KEY_PEM" };
  const deployment = await shopWith({ ...PROXY, ssl }, fleet);
  await deployment.deploy("v2");
  await deployment.do({ name: "rollback" }, "v2");
  const now = settings(fleet);
  assertEquals([now["tls"], now["tls-acme-directory"]], ["true", ""]);
  assertStringIncludes(now["tls-certificate-path"]!, "/tls/web/");
});

Deno.test("planProxyBoot() gives a lost route its authority back", async () => {
  const deployment = await served({ ...PROXY, acmeDirectory: DIRECTORY });
  const { fleet } = deployment;
  fleet.host(HOST).routes.clear();
  const { report } = await deployment.do({ name: "proxy boot" }, "v1");
  assertEquals(report.failures, []);
  assertEquals(settings(fleet)["tls-acme-directory"], DIRECTORY);
});

Deno.test("driftOf() names the authority of a route that has another", async () => {
  const { fleet } = await served({ ...PROXY, acmeDirectory: "https://old.acme.dev/" });
  const deployment = await shopWith({ ...PROXY, acmeDirectory: DIRECTORY }, fleet);
  const found = driftOf(await deployment.input("v1", { name: "drift" }));
  assertEquals(
    found.map(({ field, wanted, found }) => [field, wanted, found]),
    [["route.tls-acme-directory", DIRECTORY, "https://old.acme.dev/"]],
  );
});

async function shopWith(
  proxy: ProxyInput,
  fleet = new SimulatedFleet({ hosts: { [HOST]: {} } }),
  others: Readonly<Record<string, RoleInput>> = {},
): Promise<Deployment> {
  const config = await configOf({
    service: "shop",
    image: "acme/shop",
    registry: { server: "registry.acme.dev" },
    servers: { web: [HOST], ...others },
    proxy,
  });
  return new Deployment(fleet, config);
}

/** A deployment whose first version serves. */
async function served(proxy: ProxyInput): Promise<Deployment> {
  const deployment = await shopWith(proxy);
  assertEquals((await deployment.deploy("v1")).report.failures, []);
  return deployment;
}

/** What kamal-proxy remembers of the route. */
function settings(fleet: SimulatedFleet): Readonly<Record<string, string>> {
  const { tls, flags = [] } = fleet.host(HOST).routes.get("shop-web")!;
  return settingsOf([`--tls=${tls}`, ...flags]);
}
