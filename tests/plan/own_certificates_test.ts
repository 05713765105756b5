import "../sanitizers.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { DeploySpec } from "../../sdk/config/spec.ts";
import { settingsOf } from "../../sdk/observe/route_flags.ts";
import { describeOperation } from "../../sdk/operations/operation.ts";
import { planAppStart } from "../../sdk/plan/app.ts";
import { planDeploy } from "../../sdk/plan/deploy.ts";
import { isEmpty, secretsNeededBy } from "../../sdk/plan/plan.ts";
import { serving } from "../exec/fleets.ts";
import { assertGolden } from "../golden/golden.ts";
import { renderCommands } from "../golden/plan_commands.ts";
import { shop } from "./configs.ts";
import { Deployment } from "./deployment.ts";
import { operationsOf } from "./operations.ts";

const PROXY = {
  host: "shop.acme.dev",
  appPort: 3000,
  ssl: { certificatePem: "CERTIFICATE_PEM", privateKeyPem: "PRIVATE_KEY_PEM" },
};
const SPEC: Partial<DeploySpec> = { proxy: PROXY };
const TLS = ".kamal/proxy/apps-config/shop/tls/web";
const PARTS = {
  verb: "deploy",
  build: false,
  noCache: false,
  pull: true,
  accessories: false,
  prune: true,
  replaced: "changed" as const,
};
const RENEWED = { secrets: { CERTIFICATE_PEM: "renewed" } };

Deno.test("planDeploy() gives hosts a certificate before anything boots, and none to roles that have none", async () => {
  const { fleet } = await serving();
  const plan = await new Deployment(fleet, await shop(SPEC)).plan({ name: "deploy" }, "v2");
  const hosts = plan.stages.find(({ name }) => name === "prepare")!.scripts
    .filter(({ steps }) => steps.some(({ id }) => id.includes(" certificate ")));
  assertEquals(hosts.map(({ host }) => host), ["10.0.0.1", "10.0.0.2"]);
  assertEquals(
    secretsNeededBy(plan).filter((name) => name.endsWith("_PEM")),
    ["CERTIFICATE_PEM", "PRIVATE_KEY_PEM"],
  );
  await assertGolden("deploy_certificate", renderCommands(plan));
});

Deno.test("planDeploy() serves a renewed certificate without another container, and removes the old one", async () => {
  const before = await serving({ spec: SPEC });
  assert(isEmpty(await before.plan({ name: "deploy" }, "v1")));
  const old = folders(before);
  const deployment = new Deployment(before.fleet, before.config, RENEWED);
  const plan = await deployment.plan({ name: "deploy" }, "v1");
  assertEquals(operationsOf(plan, "run-container"), []);
  const [route] = operationsOf(plan, "route-traffic");
  assertEquals(describeOperation(route!).detail, "v1, another certificate");
  assertEquals((await deployment.run(plan)).report.failures, []);
  const now = folders(deployment);
  assertEquals([old.length, now.length], [1, 1]);
  assert(old[0] !== now[0]);
  assertStringIncludes(flagsOf(deployment), now[0]!.slice(TLS.length));
  assert(isEmpty(await deployment.plan({ name: "deploy" }, "v1")));
});

Deno.test("planDeploy() takes the former certificate back with the route", async () => {
  const { fleet, config } = await serving({ spec: SPEC });
  const deployment = new Deployment(fleet, config, RENEWED);
  const before = flagsOf(deployment);
  fleet.host("10.0.0.2").failAt("route-traffic");
  assertEquals((await deployment.deploy("v2")).report.outcome, "failed");
  assertEquals(settled(flagsOf(deployment)), settled(before));
});

Deno.test("planDeploy() leaves a certificate that another role's route still has", async () => {
  const { fleet, config } = await serving({ spec: SPEC });
  const deployment = new Deployment(fleet, config, RENEWED);
  const { roles, ...input } = await deployment.input("v2");
  assertEquals(roles.length, 2);
  const plan = planDeploy({ ...input, roles: ["jobs"] }, PARTS);
  assertEquals(operationsOf(plan, "remove-path"), []);
});

Deno.test("planRollback() serves today's certificate with an earlier release", async () => {
  const { fleet, config } = await serving({ spec: SPEC });
  const deployment = new Deployment(fleet, config, RENEWED);
  await deployment.deploy("v2");
  const now = folders(deployment);
  const { report } = await deployment.do({ name: "rollback" }, "v2");
  assertEquals(report.failures, []);
  assertEquals(folders(deployment), now);
  assertStringIncludes(flagsOf(deployment), now[0]!.slice(TLS.length));
});

Deno.test("planAppStart() needs no secret where the certificate is there", async () => {
  const deployment = await serving({ spec: SPEC });
  await deployment.do({ name: "app stop" }, "v1");
  const input = { ...await deployment.input("v1"), secretDigests: undefined };
  const plan = planAppStart(input, undefined);
  assertEquals(operationsOf(plan, "write-certificate"), []);
  assertStringIncludes(
    operationsOf(plan, "route-traffic")[0]!.flags.join(" "),
    folders(deployment)[0]!.slice(TLS.length),
  );
});

Deno.test("planAppStart() asks for the secrets where the certificate is gone", async () => {
  const deployment = await serving({ spec: SPEC });
  await deployment.do({ name: "app stop" }, "v1");
  deployment.fleet.host("10.0.0.1").remove(TLS);
  const input = { ...await deployment.input("v1"), secretDigests: undefined };
  assertEquals(secretsNeededBy(planAppStart(input, undefined)), [
    "CERTIFICATE_PEM",
    "PRIVATE_KEY_PEM",
  ]);
});

function folders({ fleet }: Deployment): readonly string[] {
  const files = [...fleet.host("10.0.0.1").files.keys()];
  return files.filter((path) => path.startsWith(`${TLS}/`) && path.endsWith("/key.pem"))
    .map((path) => path.slice(0, path.lastIndexOf("/")));
}

function flagsOf({ fleet }: Deployment): string {
  return fleet.host("10.0.0.1").routes.get("shop-web")!.flags!.join(" ");
}

/** What kamal-proxy remembers of flags, however they are written. */
function settled(flags: string): unknown {
  return settingsOf(flags.split(" "));
}
