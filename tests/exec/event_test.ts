import "../sanitizers.ts";
import { assert, assertEquals } from "@std/assert";
import type { Event } from "../../sdk/exec/event.ts";
import type { StepReport } from "../../sdk/exec/report.ts";
import { serving } from "./fleets.ts";

Deno.test("execute() begins and ends every stage in the plan's order", async () => {
  const deployment = await serving();
  const { events } = await deployment.deploy("v2");
  const stages = events.flatMap((event) =>
    event.type === "stage-begin" || event.type === "stage-end"
      ? [`${event.type} ${event.stage}`]
      : []
  );
  assertEquals(
    stages,
    ["build", "prepare", "boot", "switch", "finish"].flatMap((stage) => [
      `stage-begin ${stage}`,
      `stage-end ${stage}`,
    ]),
  );
});

Deno.test("execute() begins and ends every step once, a host's steps in order", async () => {
  const deployment = await serving();
  const { events, report } = await deployment.deploy("v2");
  const steps = report.steps.filter(({ host }) => host === "10.0.0.1").map(({ step }) => step);
  const heard = events.flatMap((event) =>
    (event.type === "step-begin" || event.type === "step-end") && event.host === "10.0.0.1" &&
      event.stage !== "unlock"
      ? [`${event.type} ${event.step}`]
      : []
  );
  assertEquals(
    heard,
    steps.flatMap((step) => [`step-begin ${step}`, `step-end ${step}`]),
  );
});

Deno.test("execute() ends with one event that says how", async () => {
  for (const [version, outcome] of [["v2", "done"], ["v3", "failed"]] as const) {
    const deployment = await serving({ apps: { v3: "crashing" } });
    const { events } = await deployment.deploy(version);
    const ends = events.filter((event) => event.type === "end");
    assertEquals(ends.map((event) => event.outcome), [outcome]);
    assertEquals(events.at(-1)?.type, "end");
  }
});

Deno.test("execute() says which hosts go back, and when they have", async () => {
  const deployment = await serving({ appsOn: { "10.0.0.2": { v2: "crashing" } } });
  const { events } = await deployment.deploy("v2");
  const undos = events.flatMap((event) =>
    event.type === "undo-begin" || event.type === "undo-end" ? [[event.type, event.hosts]] : []
  );
  // The jobs' host had begun as soon as the first web was healthy.
  assertEquals(undos, [
    ["undo-begin", ["10.0.0.1", "10.0.0.2", "10.0.0.3"]],
    ["undo-end", ["10.0.0.1", "10.0.0.2", "10.0.0.3"]],
  ]);
});

Deno.test("execute() gives events that survive JSON", async () => {
  const deployment = await serving({ apps: { v2: "unhealthy" } });
  const { events, report } = await deployment.deploy("v2");
  assertEquals(JSON.parse(JSON.stringify(events)).length, events.length);
  assertEquals(events.filter(({ type }) => type === "end").length, 1);
  assertEquals(JSON.parse(JSON.stringify(report)).outcome, "failed");
});

Deno.test("execute() reports every step of the plan with what became of it", async () => {
  const deployment = await serving();
  const { report } = await deployment.deploy("v2");
  const planned = report.plan.stages.flatMap(({ scripts }) => scripts.flatMap(({ steps }) => steps))
    .map(({ id }) => id);
  assertEquals(report.steps.map(({ step }) => step), planned);
  const odd = report.steps.filter(({ status, exitCode }) => status !== "done" || exitCode !== 0);
  assertEquals(odd, []);
  assertEquals(report.stages.map(({ stage }) => stage), [
    "build",
    "prepare",
    "boot",
    "switch",
    "finish",
  ]);
});

Deno.test("execute() shows no secret in events, reports and failures, wherever it comes from", async () => {
  const value = "s3cret-of-the-database";
  const deployment = await serving({ secrets: { DATABASE_URL: value } });
  deployment.fleet.host("10.0.0.1").failAt("run-container", {
    stdout: `trying ${value}\n`,
    stderr: `cannot connect with ${value}\nbase64: ${btoa(value)}\n`,
  });
  const { events, report } = await deployment.deploy("v2");
  const all = JSON.stringify([events, report]);
  assert(!all.includes(value));
  assert(!all.includes(btoa(value)));
  assert(all.includes("cannot connect with [DATABASE_URL]"));
});

Deno.test("execute() keeps the plan free of secrets", async () => {
  const value = "s3cret-of-the-database";
  const deployment = await serving({
    secrets: { DATABASE_URL: value, REGISTRY_PASSWORD: "pa55word!" },
  });
  const plan = JSON.stringify(await deployment.plan({ name: "deploy" }, "v2"));
  assert(!plan.includes(value) && !plan.includes("pa55word!"));
  assert(plan.includes("DATABASE_URL"));
});

Deno.test("execute() notes where it is not known how far a step came on a lost host", async () => {
  const deployment = await serving();
  deployment.fleet.host("10.0.0.2").loseConnectionAt("run-container");
  const { events, report } = await deployment.deploy("v2");
  const notices = events.filter((event: Event) => event.type === "notice");
  assertEquals(notices.map((event) => [event.host, event.message]), [
    ["10.0.0.2", 'it is not known how far "10.0.0.2 run shop-web-v2" came'],
  ]);
  const step = report.steps.find(({ step }: StepReport) => step === "10.0.0.2 run shop-web-v2");
  assertEquals(step!.status, "cancelled");
});
