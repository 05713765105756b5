import "../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { driftOf } from "../../sdk/plan/drift.ts";
import { serving } from "../exec/fleets.ts";
import { shop } from "./configs.ts";
import { Deployment } from "./deployment.ts";

async function drift(deployment: Deployment): Promise<readonly (string | undefined)[][]> {
  return driftOf(await deployment.input("v9", { name: "drift" })).map((
    one,
  ) => [one.host, one.role, one.field, one.wanted, one.found]);
}

Deno.test("driftOf() finds nothing on hosts that are as configured, whatever version serves", async () => {
  assertEquals(await drift(await serving()), []);
});

Deno.test("driftOf() names each field in which a container was run otherwise", async () => {
  const { fleet } = await serving();
  const config = await shop({
    env: {
      clear: { PORT: "4000", NEW: "1" },
      secret: ["DATABASE_URL"],
      tags: { eu: { REGION: "eu" } },
    },
    labels: { team: "shop" },
  });
  const found = (await drift(new Deployment(fleet, config))).filter(([host]) =>
    host === "10.0.0.1"
  );
  assertEquals(found, [
    ["10.0.0.1", "web", "env.NEW", "1", undefined],
    ["10.0.0.1", "web", "env.PORT", "4000", "3000"],
    ["10.0.0.1", "web", "labels.team", "shop", undefined],
  ]);
});

Deno.test("driftOf() compares secrets by their digests, and says no value", async () => {
  const { fleet, config } = await serving();
  const changed = new Deployment(fleet, config, { secrets: { DATABASE_URL: "another" } });
  assertEquals((await drift(changed))[0], [
    "10.0.0.1",
    "web",
    "secrets",
    "today's values",
    "other values",
  ]);
});

Deno.test("driftOf() compares with what kamal-proxy routes, and with the files that are there", async () => {
  const deployment = await serving();
  const host = deployment.fleet.host("10.0.0.1");
  host.routes.set("shop-web", {
    ...host.routes.get("shop-web")!,
    hosts: ["old.acme.dev"],
    flags: ["--target-timeout=9s", "--buffer-requests=true", "--buffer-responses=true"],
  });
  host.files.delete(".kamal/apps/shop/env/roles/web.env");
  assertEquals(await drift(deployment), [
    ["10.0.0.1", "web", "route.host", "shop.acme.dev", "old.acme.dev"],
    ["10.0.0.1", "web", "route.health-check-host", "shop.acme.dev", undefined],
    ["10.0.0.1", "web", "route.target-timeout", "30s", "9s"],
    [
      "10.0.0.1",
      "web",
      "route.log-request-header",
      "Cache-Control,Last-Modified,User-Agent",
      undefined,
    ],
    ["10.0.0.1", "web", "file .kamal/apps/shop/env/roles/web.env", "there", undefined],
  ]);
});

Deno.test("driftOf() says where a role does not run at all", async () => {
  const deployment = await serving();
  deployment.fleet.host("10.0.0.3").container("shop-jobs-v1")!.state = "stopped";
  assertEquals(await drift(deployment), [
    ["10.0.0.3", "jobs", "container", "runs", undefined],
  ]);
});
