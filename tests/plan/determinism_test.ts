import "../sanitizers.ts";
import { assert, assertEquals } from "@std/assert";
import { planFor } from "../../sdk/commander/planners.ts";
import type { Verb } from "../../sdk/commander/verb.ts";
import type { DeploySpec } from "../../sdk/config/spec.ts";
import type { PlanInput } from "../../sdk/plan/input.ts";
import { HERE, type Plan } from "../../sdk/plan/plan.ts";
import { SimulatedFleet } from "../../sdk/simulate/fleet.ts";
import { configOf, shop, SHOP_WITH_DATABASE } from "./configs.ts";
import { Deployment } from "./deployment.ts";

const HOSTS = ["10.0.0.1", "10.0.0.2", "10.0.0.3"];
const VERBS: readonly Verb[] = [
  { name: "setup" },
  { name: "deploy" },
  { name: "redeploy" },
  { name: "app boot" },
  { name: "app stop" },
  { name: "accessory boot", accessory: "all" },
  { name: "accessory reboot", accessory: "db" },
  { name: "proxy reboot" },
  { name: "proxy upgrade", rolling: true },
  { name: "proxy restart" },
  { name: "app maintenance" },
  { name: "prune" },
  { name: "remove" },
];

for (const verb of VERBS) {
  Deno.test(`planFor() of ${verb.name} gives the same plan for the same input, byte for byte`, async () => {
    const input = await inputFor(SHOP_WITH_DATABASE);
    assertEquals(jsonOf(verb, input), jsonOf(verb, input));
  });

  Deno.test(`planFor() of ${verb.name} does not heed the order of keys, nor that of answers`, async () => {
    const plain = await inputFor(SHOP_WITH_DATABASE);
    const turned = await inputFor(reversed(SHOP_WITH_DATABASE));
    const states = new Map([...turned.states].toReversed());
    assertEquals(jsonOf(verb, { ...turned, states }), jsonOf(verb, plain));
  });
}

Deno.test("planDeploy() needs five exchanges with a host, six with the primary, the probe among them", async () => {
  const deployment = new Deployment(fleetOf(), await shop());
  await deployment.deploy("v1");
  const plan = await deployment.plan({ name: "deploy" }, "v2");
  assertEquals(HOSTS.map((host) => 1 + exchangesOf(plan, host)), [6, 5, 5]);
});

Deno.test("planDeploy() needs no exchange more for many roles on one host", async () => {
  const servers = {
    web: ["10.0.0.1"],
    jobs: ["10.0.0.1"],
    mail: { hosts: ["10.0.0.1"], cmd: "mail" },
  };
  const deployment = new Deployment(fleetOf(), await shop({ servers }));
  await deployment.deploy("v1");
  const plan = await deployment.plan({ name: "deploy" }, "v2");
  assert(1 + exchangesOf(plan, "10.0.0.1") <= 6);
});

Deno.test("planFor() gives every step a name of its own", async () => {
  const input = await inputFor(SHOP_WITH_DATABASE);
  for (const verb of VERBS) {
    const { stages, unlock, afterwards } = planFor(verb, input, undefined);
    const scripts = [...stages.flatMap((stage) => stage.scripts), unlock, afterwards];
    const ids = scripts.flatMap((script) => script?.steps.map(({ id }) => id) ?? []);
    assertEquals(ids.length, new Set(ids).size, verb.name);
  }
});

function jsonOf(verb: Verb, input: PlanInput): string {
  return JSON.stringify(planFor(verb, input, undefined), undefined, 1);
}

/** Exchanges of a host: one for every script, and the one that gives the lock back. */
function exchangesOf({ stages, unlock }: Plan, host: string): number {
  const scripts = [
    ...stages.flatMap((stage) => stage.scripts),
    ...unlock === undefined ? [] : [unlock],
  ];
  assert(scripts.every((script) => script.host !== HERE || script.steps.length > 0));
  return scripts.filter((script) => script.host === host).length;
}

/** What plans are made from where v1 serves. */
async function inputFor(spec: DeploySpec): Promise<PlanInput> {
  const deployment = new Deployment(fleetOf(), await configOf(spec));
  await deployment.do({ name: "setup" }, "v1");
  return await deployment.input("v2");
}

function fleetOf(): SimulatedFleet {
  const hosts = Object.fromEntries(HOSTS.map((host) => [host, {}]));
  return new SimulatedFleet({ hosts, images: ["postgres:17"] });
}

/** The same value with the keys of all its objects the other way round. */
function reversed<T>(value: T): T;
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => reversed(one));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).toReversed().map(([key, inner]) => [key, reversed(inner)]),
  );
}
