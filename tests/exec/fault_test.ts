import "../sanitizers.ts";
import { assert, assertEquals } from "@std/assert";
import type { Verb } from "../../sdk/commander/verb.ts";
import type { Config } from "../../sdk/config/config.ts";
import type { DeploySpec } from "../../sdk/config/spec.ts";
import type { Operation } from "../../sdk/operations/operation.ts";
import type { Plan } from "../../sdk/plan/plan.ts";
import { SimulatedFleet } from "../../sdk/simulate/fleet.ts";
import { shop } from "../plan/configs.ts";
import { Deployment, type Run } from "../plan/deployment.ts";

/** A change whose every step is put to the test, from a fleet on which v0 and then v1 were deployed. */
interface Scenario {
  readonly title: string;
  readonly verb: Verb;
  readonly version: string;
  readonly spec: Partial<DeploySpec>;
}

const SCENARIOS: readonly Scenario[] = [
  { title: "a deploy", verb: { name: "deploy" }, version: "v2", spec: {} },
  {
    title: "a deploy by groups",
    verb: { name: "deploy" },
    version: "v2",
    spec: { boot: { limit: 1 } },
  },
  {
    title: "a deploy of the version that runs",
    verb: { name: "deploy" },
    version: "v1",
    spec: { env: { clear: { PORT: "4000" }, secret: ["DATABASE_URL"] } },
  },
  { title: "a rollback", verb: { name: "rollback", to: "v0" }, version: "v1", spec: {} },
  { title: "an app boot", verb: { name: "app boot" }, version: "v1", spec: {} },
];

for (const scenario of SCENARIOS) {
  Deno.test(`execute() leaves all of the old or all of the new when any operation of ${scenario.title} fails`, async () => {
    const { places, before, after } = await reference(scenario);
    for (const { host, operation, step } of places) {
      const { fleet, deployment, plan } = await prepared(scenario);
      fleet.host(host).failAt((one) => isSame(one, operation));
      const { report } = await deployment.run(plan);
      assertEquals(report.outcome, "failed", step);
      assertClean(fleet, [before, after], `${operation.kind} of ${step} failed`);
      assertEquals(report.cleanUpFailures, [], step);
      await assertRecovers(deployment, scenario, after, step);
    }
  });

  Deno.test(`execute() leaves all of the old or all of the new when ${scenario.title} is cancelled at any step`, async () => {
    const { places, before, after } = await reference(scenario);
    for (const step of new Set(places.map((place) => place.step))) {
      const { fleet, deployment, plan } = await prepared(scenario);
      const { report } = await cancelAt(deployment, plan, step);
      assert(["cancelled", "done"].includes(report.outcome), `${step}: ${report.outcome}`);
      // What kamal-proxy waits for it gives up in the end.
      await fleet.clock.sleep(60);
      assertClean(fleet, [before, after], `cancelled at ${step}`);
      assertEquals(report.cleanUpFailures, [], step);
      await assertRecovers(deployment, scenario, after, step);
    }
  });

  Deno.test(`execute() loses no request when the connection is lost at any operation of ${scenario.title}`, async () => {
    const { places, after } = await reference(scenario);
    for (const { host, operation, step } of places) {
      const { fleet, deployment, plan } = await prepared(scenario);
      fleet.host(host).loseConnectionAt((one) => isSame(one, operation));
      const { report } = await deployment.run(plan);
      assertEquals(report.outcome, "failed", step);
      assert(report.failures.some(({ code }) => code === "CONNECTION_LOST"), step);
      assertEquals(fleet.gaps, [], step);
      fleet.host(host).unreachable = false;
      // Whoever sees that the run is dead releases its lock.
      fleet.host("10.0.0.1").remove(".kamal/lock-shop");
      await assertRecovers(deployment, scenario, after, step);
    }
  });
}

const HOSTS = ["10.0.0.1", "10.0.0.2", "10.0.0.3"];

/** What serves and runs on every host, by the configuration that its containers were run with. */
type Picture = Readonly<Record<string, readonly string[]>>;

interface Place {
  readonly host: string;
  readonly step: string;
  readonly operation: Operation;
}

/** The places at which something can go wrong, and how the fleet looks before and after a run without a fault. */
async function reference(
  scenario: Scenario,
): Promise<{ places: readonly Place[]; before: Picture; after: Picture }> {
  const { fleet, deployment, plan } = await prepared(scenario);
  const before = pictureOf(fleet);
  const { report } = await deployment.run(plan);
  assertEquals(report.outcome, "done");
  assertEquals(fleet.gaps, []);
  const places = plan.stages.flatMap((stage) =>
    stage.scripts.flatMap(({ host, steps }) =>
      steps.flatMap(({ id, operations }) =>
        operations.map((operation) => ({ host, step: id, operation }))
      )
    )
  );
  return { places, before, after: pictureOf(fleet) };
}

async function prepared(
  { verb, version, spec }: Scenario,
): Promise<{ fleet: SimulatedFleet; deployment: Deployment; plan: Plan }> {
  const fleet = new SimulatedFleet({ hosts: Object.fromEntries(HOSTS.map((host) => [host, {}])) });
  const earlier = new Deployment(fleet, await plainShop);
  for (const old of ["v0", "v1"]) await earlier.deploy(old);
  const deployment = new Deployment(fleet, await shop(spec));
  return { fleet, deployment, plan: await deployment.plan(verb, version) };
}

const plainShop: Promise<Config> = shop();

async function cancelAt(deployment: Deployment, plan: Plan, step: string): Promise<Run> {
  const cancel = new AbortController();
  return await deployment.run(plan, {
    signal: cancel.signal,
    onEvent: (event) => {
      if (event.type === "step-begin" && event.step === step) cancel.abort();
    },
  });
}

function pictureOf(fleet: SimulatedFleet): Picture {
  return Object.fromEntries(HOSTS.map((name) => {
    const host = fleet.host(name);
    const { status, container } = fleet.serve(name, "shop.acme.dev");
    const running = [...host.containers.values()]
      .filter(({ state, labels }) => state === "started" && labels["service"] === "shop")
      .map((one) => `${one.name} ${one.labels["sextant.config"]}`);
    return [name, [`${status} ${container}`, ...running, ...host.routes.keys()]];
  }));
}

function assertClean(fleet: SimulatedFleet, allowed: readonly Picture[], when: string): void {
  assertEquals(fleet.gaps, [], when);
  assertEquals(fleet.host("10.0.0.1").lock("shop"), undefined, when);
  const picture = pictureOf(fleet);
  const fitting = allowed.find((one) => JSON.stringify(one) === JSON.stringify(picture));
  if (fitting === undefined) assertEquals(picture, allowed[0], when);
}

/** The next run ends well, without a gap. */
async function assertRecovers(
  deployment: Deployment,
  { verb, version }: Scenario,
  after: Picture,
  when: string,
): Promise<void> {
  const { report } = await deployment.do(verb, version);
  assertEquals(report.failures, [], `the run after ${when}`);
  assertEquals(pictureOf(deployment.fleet), after, `the run after ${when}`);
  assertEquals(deployment.fleet.gaps, [], `the run after ${when}`);
}

function isSame(one: Operation, other: Operation): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
