import "../sanitizers.ts";
import { assertEquals } from "@std/assert";
import type { Operation } from "../../sdk/operations/operation.ts";
import { isEmpty, type Plan } from "../../sdk/plan/plan.ts";
import { SimulatedFleet } from "../../sdk/simulate/fleet.ts";
import { configOf, SHOP_WITH_DATABASE } from "../plan/configs.ts";
import { Deployment, type RunPlanOptions } from "../plan/deployment.ts";
import { HOSTS } from "./fleets.ts";

const CONFIG = await configOf({
  ...SHOP_WITH_DATABASE,
  // Roles that share a host, and one on a host that the primary role does not have.
  servers: {
    web: ["10.0.0.1", "10.0.0.2"],
    jobs: { hosts: ["10.0.0.2"], cmd: "bin/jobs" },
    mail: { hosts: ["10.0.0.2", "10.0.0.3"], cmd: "bin/mail" },
  },
});

Deno.test("execute() leaves no app running when any operation of a setup fails, and the next one ends well", async () => {
  for (const { host, step, operation } of await places()) {
    const { deployment, plan } = await prepared();
    deployment.fleet.host(host).failAt((one) => JSON.stringify(one) === JSON.stringify(operation));
    const { report } = await deployment.run(plan);
    assertEquals([report.outcome, report.cleanUpFailures], ["failed", []], step);
    // Housekeeping at the end is no reason to take the app away again.
    const isOver = report.steps.some(({ stage, status }) =>
      stage === "finish" && status !== "skipped"
    );
    if (!isOver) assertEquals(appsOn(deployment), [], step);
    await assertSetUp(deployment, step);
  }
});

Deno.test("execute() leaves no app running when a setup is cancelled at any step, and the next one ends well", async () => {
  for (const step of new Set((await places()).map((place) => place.step))) {
    const { deployment, plan } = await prepared();
    const cancel = new AbortController();
    const options: RunPlanOptions = {
      signal: cancel.signal,
      onEvent: (event) => {
        if (event.type === "step-begin" && event.step === step) cancel.abort();
      },
    };
    const { report } = await deployment.run(plan, options);
    if (report.outcome === "cancelled") assertEquals(appsOn(deployment), [], step);
    assertEquals(deployment.fleet.host("10.0.0.1").lock("shop"), undefined, step);
    await assertSetUp(deployment, step);
  }
});

interface Place {
  readonly host: string;
  readonly step: string;
  readonly operation: Operation;
}

async function places(): Promise<readonly Place[]> {
  const { plan } = await prepared();
  return plan.stages.flatMap((stage) => stage.scripts).flatMap(({ host, steps }) =>
    steps.flatMap(({ id, operations }) =>
      operations.map((operation) => ({ host, step: id, operation }))
    )
  );
}

async function prepared(): Promise<{ deployment: Deployment; plan: Plan }> {
  const hosts = Object.fromEntries(HOSTS.map((host) => [host, {}]));
  const fleet = new SimulatedFleet({ hosts, images: ["postgres:17"] });
  const deployment = new Deployment(fleet, CONFIG);
  return { deployment, plan: await deployment.plan({ name: "setup" }, "v1") };
}

async function assertSetUp(deployment: Deployment, when: string): Promise<void> {
  const { report } = await deployment.do({ name: "setup" }, "v1");
  assertEquals(report.failures, [], when);
  assertEquals(appsOn(deployment), [
    "shop-web-v1",
    "shop-web-v1",
    "shop-jobs-v1",
    "shop-mail-v1",
    "shop-mail-v1",
  ], when);
  assertEquals(isEmpty(await deployment.plan({ name: "setup" }, "v1")), true, when);
}

function appsOn({ fleet }: Deployment): readonly string[] {
  return HOSTS.flatMap((host) => [...fleet.host(host).containers.values()])
    .filter(({ state, labels }) => state === "started" && labels["service"] === "shop")
    .map(({ name }) => name);
}
