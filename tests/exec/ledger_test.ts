import { assertEquals, assertThrows } from "@std/assert";
import { Ledger } from "../../sdk/exec/ledger.ts";
import type { HostScript, Plan, Stage, Step } from "../../sdk/plan/plan.ts";

Deno.test("Ledger holds every step as skipped until something becomes of it", () => {
  const ledger = new Ledger(planOf([stageOf("prepare", undefined, ["a", "b"])]));
  ledger.note("b", { status: "done", exitCode: 0 });
  assertEquals(ledger.reports().map(({ step, status }) => [step, status]), [
    ["a", "skipped"],
    ["b", "done"],
  ]);
});

Deno.test("Ledger.touched() gives the steps of a host that did something, of one group where named", () => {
  const plan = planOf([stageOf("boot", 0, ["a"]), stageOf("boot", 1, ["b", "c"])]);
  const ledger = new Ledger(plan);
  for (const step of ["a", "b"]) ledger.note(step, { status: "cancelled" });
  assertEquals(ledger.touched(plan, "h", undefined).map(({ id }) => id), ["a", "b"]);
  assertEquals(ledger.touched(plan, "h", 1).map(({ id }) => id), ["b"]);
  assertEquals(ledger.touched(plan, "other", undefined), []);
});

Deno.test("Ledger refuses a plan with two steps of one name", () => {
  const plan = planOf([stageOf("prepare", undefined, ["a"]), stageOf("boot", 0, ["a"])]);
  assertThrows(() => new Ledger(plan), RangeError, 'Two steps of the plan are named "a"');
});

function stageOf(name: Stage["name"], group: number | undefined, ids: readonly string[]): Stage {
  const steps = ids.map((id): Step => ({ id, operations: [], undo: [] }));
  const script: HostScript = { host: "h", after: undefined, steps };
  return { name, group, scripts: [script], interruptible: true, pauseSeconds: 0 };
}

function planOf(stages: readonly Stage[]): Plan {
  return {
    verb: "deploy",
    service: "shop",
    destination: undefined,
    version: "v1",
    hosts: ["h"],
    serving: {},
    stages,
    unlock: undefined,
    notes: [],
    afterwards: undefined,
    onFailure: "rollback",
  };
}
