import "../sanitizers.ts";
import { assertEquals } from "@std/assert";
import type { HookCall } from "../../sdk/exec/effects.ts";
import type { Event } from "../../sdk/exec/event.ts";
import { shop } from "../plan/configs.ts";
import { Deployment, type Run } from "../plan/deployment.ts";
import { answering, containersOn, done, HOSTS, serving } from "./fleets.ts";

Deno.test("execute() ends an operation that hangs as soon as it is cancelled", async () => {
  const deployment = await serving();
  deployment.fleet.host("10.0.0.2").hangAt("pull-image");
  const { report } = await cancelledAt(deployment, "v2", isStep("10.0.0.2 pull"));
  assertEquals([report.outcome, report.lock], ["cancelled", "released"]);
  assertEquals(report.steps.find(({ step }) => step === "10.0.0.2 pull")!.status, "cancelled");
});

Deno.test("execute() stops the containers that it had started when it is cancelled", async () => {
  const deployment = await serving({ apps: { v2: "slow" } });
  await cancelledAt(deployment, "v2", isStep("10.0.0.1 healthy web"));
  for (const host of HOSTS.slice(0, 2)) {
    assertEquals(containersOn(deployment, host), ["shop-web-v1 *", "shop-web-v2"]);
  }
});

Deno.test("execute() never breaks a switch off: it ends well once it has begun", async () => {
  const deployment = await serving();
  const { report } = await cancelledAt(deployment, "v2", isStep("10.0.0.1 route web"));
  assertEquals(report.outcome, "done");
  assertEquals(answering(deployment), ["v2", "v2"]);
});

Deno.test("execute() takes earlier groups back when it is cancelled between groups", async () => {
  const deployment = await serving({ spec: { boot: { limit: 1 } } });
  const { report } = await cancelledAt(deployment, "v2", isStep("10.0.0.1 stop old"));
  assertEquals(report.outcome, "cancelled");
  assertEquals(answering(deployment), ["v1", "v1"]);
  assertEquals(deployment.fleet.gaps, []);
});

Deno.test("execute() ends the pause between groups when it is cancelled", async () => {
  const { fleet } = await serving();
  const deployment = new Deployment(fleet, await shop({ boot: { limit: 1, wait: 3600 } }));
  const isOver = (event: Event): boolean => event.type === "stage-end" && event.stage === "switch";
  const { report } = await cancelledAt(deployment, "v2", isOver);
  assertEquals(report.outcome, "cancelled");
  assertEquals(answering(deployment), ["v1", "v1"]);
});

Deno.test("execute() does nothing where it is cancelled before it begins", async () => {
  const deployment = await serving();
  const plan = await deployment.plan({ name: "deploy" }, "v2");
  const since = deployment.fleet.journal.length;
  const { report } = await deployment.run(plan, { signal: AbortSignal.abort() });
  assertEquals(report.outcome, "cancelled");
  assertEquals(done(deployment, since).filter((entry) => !entry.endsWith(" probe")), []);
});

Deno.test("execute() tells a hook that it is cancelled, and waits for its end", async () => {
  const { fleet, config } = await serving();
  const cancel = new AbortController();
  const ended: string[] = [];
  const untilTold = ({ signal, name }: HookCall): Promise<void> =>
    new Promise((_, reject) => {
      signal.addEventListener("abort", () => {
        ended.push(name);
        reject(new Error("told to end"));
      });
      cancel.abort();
    });
  const deployment = new Deployment(fleet, config, { hooks: { "pre-deploy": untilTold } });
  const { report } = await deployment.deploy("v2", { signal: cancel.signal });
  assertEquals(ended, ["pre-deploy"]);
  assertEquals([report.outcome, report.failures], ["cancelled", []]);
});

Deno.test("execute() does not run post-deploy when it was cancelled", async () => {
  const { fleet, config } = await serving();
  const ran: string[] = [];
  const hooks = { "post-deploy": ({ name }: HookCall) => void ran.push(name) };
  await cancelledAt(new Deployment(fleet, config, { hooks }), "v2", isStep("10.0.0.1 healthy web"));
  assertEquals(ran, []);
});

function isStep(step: string): (event: Event) => boolean {
  return (event) => event.type === "step-begin" && event.step === step;
}

async function cancelledAt(
  deployment: Deployment,
  version: string,
  when: (event: Event) => boolean,
): Promise<Run> {
  const cancel = new AbortController();
  return await deployment.deploy(version, {
    signal: cancel.signal,
    onEvent: (event) => {
      if (when(event)) cancel.abort();
    },
  });
}
