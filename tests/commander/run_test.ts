import "../sanitizers.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { RunFailedError } from "../../sdk/commander/run.ts";
import type { CommandOptions } from "../../sdk/commander.ts";
import { deploy } from "../../sdk/deploy.ts";
import { ConfigError } from "../../sdk/errors.ts";
import { SimulatedFleet } from "../../sdk/simulate/fleet.ts";
import { withProject } from "../fixtures/project_folder.ts";

const APP = deploy("shop").image("acme/shop").servers({ web: ["10.0.0.1", "10.0.0.2"] })
  .proxy({ host: "shop.test" });

function optionsOn(fleet: SimulatedFleet, version: string): CommandOptions {
  return { root: Deno.cwd(), transport: fleet, local: fleet, version, skipHooks: true };
}

function newFleet(): SimulatedFleet {
  return new SimulatedFleet({
    hosts: { "10.0.0.1": {}, "10.0.0.2": {} },
    apps: { v2: "unhealthy" },
  });
}

Deno.test("Deploy.run() gives the result to whoever awaits it", async () => {
  const fleet = newFleet();
  const result = await APP.run({ name: "setup" }, optionsOn(fleet, "v1"));
  assertEquals(result.serving, { "10.0.0.1": "v1", "10.0.0.2": "v1" });
  assertEquals(fleet.serve("10.0.0.1", "shop.test").version, "v1");
});

Deno.test("Deploy.run() gives all events to whoever iterates, and to several", async () => {
  const run = APP.run({ name: "setup" }, optionsOn(newFleet(), "v1"));
  const types = async (): Promise<string[]> => {
    const seen: string[] = [];
    for await (const event of run) seen.push(event.type);
    return seen;
  };
  const [one, other] = await Promise.all([types(), types()]);
  assertEquals(one, other);
  assertEquals(one.at(-1), "end");
  assert(one.includes("planned") && one.includes("step-end"));
});

Deno.test("Deploy.deploy() rejects with the report when a version is refused", async () => {
  const fleet = newFleet();
  await APP.run({ name: "setup" }, optionsOn(fleet, "v1"));
  const error = await assertRejects(
    async () => await APP.deploy(optionsOn(fleet, "v2")),
    RunFailedError,
  );
  assertEquals(error.code, "UNHEALTHY");
  assertEquals(error.result.report?.outcome, "failed");
  assertEquals(error.result.serving, { "10.0.0.1": "v1", "10.0.0.2": "v1" });
  assertEquals(fleet.gaps, []);
});

Deno.test("Deploy.plan() plans and does nothing", async () => {
  const fleet = newFleet();
  const plan = await APP.plan(optionsOn(fleet, "v1"));
  assertEquals(plan.hosts, ["10.0.0.1", "10.0.0.2"]);
  assert(plan.stages.some(({ name }) => name === "boot"));
  assertEquals(fleet.journal.filter(({ operation }) => operation.kind !== "probe"), []);
});

Deno.test("runVerb() refuses a plan that is not approved, and touches nothing", async () => {
  const fleet = newFleet();
  const options = { ...optionsOn(fleet, "v1"), approve: () => false };
  const error = await assertRejects(async () => await APP.run({ name: "setup" }, options));
  assertEquals((error as { code?: string }).code, "NOT_CONFIRMED");
  assertEquals(fleet.journal.filter(({ operation }) => operation.kind !== "probe"), []);
});

Deno.test("runVerb() names every host that cannot be reached, and touches none", async () => {
  const fleet = newFleet();
  fleet.host("10.0.0.2").unreachable = true;
  const error = await assertRejects(async () =>
    await APP.run({ name: "setup" }, optionsOn(fleet, "v1"))
  );
  assertEquals((error as { code?: string }).code, "HOST_UNREACHABLE");
  assert(String(error).includes("10.0.0.2"));
  assertEquals(fleet.journal.filter(({ operation }) => operation.kind !== "probe"), []);
});

Deno.test("Deploy.plan() refuses Kamal 1's hooks of Traefik where kamal-proxy serves", async () => {
  await withProject({ ".kamal/hooks/pre-traefik-reboot": "" }, async (root) => {
    const options = { ...optionsOn(newFleet(), "v1"), root, skipHooks: false };
    const error = await assertRejects(async () => await APP.plan(options), ConfigError);
    assertEquals(error.details, [
      ".kamal/hooks/pre-traefik-reboot  is of Kamal 1, and kamal-proxy serves this app: call it pre-proxy-reboot",
    ]);
  });
});
