import { assertEquals } from "@std/assert";
import type { Event } from "../../sdk/exec/event.ts";
import { renderEvent } from "../../sdk/report/event_text.ts";
import { advance, NO_PROGRESS, type Progress, renderLive } from "../../sdk/report/progress.ts";
import { NEW, planOf, runRole, script, shopPlan, stage, step } from "./shop_plan.ts";

function after(...events: readonly (readonly [at: number, event: Event])[]): Progress {
  return events.reduce((progress, [at, event]) => advance(progress, event, at), NO_PROGRESS);
}

function begin(host: string, id: string): Event {
  return { type: "step-begin", host, step: id, stage: "boot", title: "words of the executor" };
}

function end(host: string, id: string, status: "done" | "failed" = "done"): Event {
  return { type: "step-end", host, step: id, stage: "boot", status, seconds: 0.4 };
}

const planned: Event = { type: "planned", plan: shopPlan() };

Deno.test("renderLive() has a line per host with what it does and since when", () => {
  const progress = after(
    [0, planned],
    [1, {
      type: "waiting",
      host: "10.0.0.3",
      stage: "boot",
      reason: "after the first healthy web",
    }],
    [1, begin("10.0.0.2", "10.0.0.2 run web")],
    [1, begin("10.0.0.1", "10.0.0.1 run web")],
    [1.4, end("10.0.0.2", "10.0.0.2 run web")],
    [1.4, begin("10.0.0.2", "10.0.0.2 healthy web")],
  );
  assertEquals(renderLive(progress, 2.1, { columns: 70 }), [
    "  10.0.0.1   boot         starting shop-web-8c1f2ab              1.1 s",
    "  10.0.0.2   boot         waiting for /up of web                 0.7 s",
    "  10.0.0.3   waiting      for the first healthy web              1.1 s",
  ]);
});

Deno.test("renderLive() keeps to the terminal's size", () => {
  const progress = after(
    [0, planned],
    ...["10.0.0.1", "10.0.0.2", "10.0.0.3"].map((host) =>
      [0, begin(host, `${host} run web`)] as const
    ),
  );
  const lines = renderLive(progress, 0, { columns: 50, rows: 2 });
  assertEquals(lines, [
    "  10.0.0.1   boot         starting shop-…    0.0 s",
    "  and 2 more",
  ]);
  assertEquals(renderLive(progress, 0, { columns: 20, rows: 2 })[0], "  10.0.0.1   boot  …");
});

Deno.test("renderLive() shows how a step ended until the next begins", () => {
  const progress = after([0, planned], [0, end("10.0.0.1", "10.0.0.1 run web", "failed")]);
  assertEquals(renderLive(progress, 9, { columns: 80 }), [
    "  10.0.0.1   boot         starting shop-web-8c1f2ab: failed                0.4 s",
  ]);
});

Deno.test("advance() takes a host off the screen that a stage leaves out, and all at the end", () => {
  const running = after(
    [0, planned],
    [0, begin("here", "build")],
    [0, begin("10.0.0.1", "10.0.0.1 pull")],
    [1, { type: "stage-begin", stage: "prepare", group: undefined, seconds: 0 }],
  );
  assertEquals([...running.hosts.keys()], ["10.0.0.1"]);
  const ended = advance(running, { type: "end", outcome: "done", seconds: 1 }, 2);
  assertEquals(renderLive(ended, 2), []);
});

Deno.test("advance() shows connecting before there is a plan, and the executor's words for what no plan has", () => {
  const progress = after([0, { type: "connecting", host: "10.0.0.1" }], [
    0,
    begin("10.0.0.2", "undo"),
  ]);
  assertEquals(renderLive(progress, 0.2, { columns: 60 }), [
    "  10.0.0.1   connect      connecting                   0.2 s",
    "  10.0.0.2   boot         words of the executor        0.2 s",
  ]);
});

Deno.test("renderEvent() has a line for each step that is not housekeeping", () => {
  const progress = after([0, planned]);
  const lock: Event = {
    type: "step-end",
    host: "10.0.0.1",
    step: "lock",
    stage: "prepare",
    status: "done",
    seconds: 0.1,
  };
  assertEquals(
    renderEvent(progress, end("10.0.0.1", "10.0.0.1 run web")),
    "  10.0.0.1   boot         starting shop-web-8c1f2ab  0.4 s",
  );
  assertEquals(
    renderEvent(progress, end("10.0.0.1", "10.0.0.1 run web", "failed")),
    "  10.0.0.1   boot         starting shop-web-8c1f2ab  failed  0.4 s",
  );
  assertEquals(renderEvent(progress, lock), undefined);
  assertEquals(
    renderEvent(progress, { ...lock, seconds: 1.5 }),
    "  10.0.0.1   prepare      lock .kamal/lock-shop  1.5 s",
  );
  assertEquals(
    renderEvent(progress, lock, { verbose: true }),
    "  10.0.0.1   prepare      lock .kamal/lock-shop  0.1 s",
  );
});

Deno.test("renderEvent() tells of waiting for another role, and not of waiting for the lock", () => {
  const progress = after([0, planned]);
  const jobs: Event = {
    type: "waiting",
    host: "10.0.0.3",
    stage: "boot",
    reason: "after the first healthy web",
  };
  const lock: Event = {
    type: "waiting",
    host: "10.0.0.2",
    stage: "prepare",
    reason: "for the lock",
  };
  assertEquals(renderEvent(progress, jobs), "  10.0.0.3   waiting      for the first healthy web");
  assertEquals(renderEvent(progress, lock), undefined);
});

Deno.test("renderEvent() tells the end of a stage that several hosts share", () => {
  const progress = after([0, planned]);
  const over = (name: "boot" | "build"): Event => ({
    type: "stage-end",
    stage: name,
    group: undefined,
    seconds: 1.25,
  });
  assertEquals(renderEvent(progress, over("boot")), "  boot over · 1.3 s");
  assertEquals(renderEvent(progress, over("build")), undefined);
});

Deno.test("renderEvent() tells of a quiet hook where it fails, or where everything is told", () => {
  const hook = step("pre-build", { kind: "run-hook", name: "pre-build", hosts: [], quiet: true });
  const plan = planOf([stage("hook", [script("here", hook)])]);
  const progress = after([0, { type: "planned", plan }]);
  const where = { step: "pre-build", host: "here", stage: "hook" } as const;
  const end = (status: "done" | "failed"): Event => ({
    type: "step-end",
    ...where,
    status,
    seconds: 2,
  });
  const said: Event = { type: "step-output", ...where, stream: "stdout", text: "one" };
  assertEquals(renderEvent(progress, said), undefined);
  assertEquals(renderEvent(progress, end("done")), undefined);
  assertEquals(
    renderEvent(progress, end("failed")),
    "  here       hook         running pre-build  failed  2.0 s",
  );
  assertEquals(
    renderEvent(progress, said, { verbose: true }),
    "  here       hook         | one",
  );
});

Deno.test("renderEvent() always shows what hooks print, and other output when it is verbose", () => {
  const hook = step("pre-deploy", {
    kind: "run-hook",
    name: "pre-deploy",
    hosts: [],
    quiet: false,
  });
  const run = step("run", runRole("web", NEW));
  const wait = step("healthy", {
    kind: "await-healthy",
    name: "shop-web-v2",
    role: "web",
    target: { id: "0123456789ab" },
    previous: undefined,
    folder: ".kamal/apps/shop/sextant",
    timeout: 30,
    readiness: { by: "container", readinessDelay: 7 },
  });
  const progress = after([0, {
    type: "planned",
    plan: planOf([stage("hook", [script("here", hook, run, wait)])]),
  }]);
  const said = (id: string): Event => ({
    type: "step-output",
    step: id,
    host: "here",
    stage: "hook",
    stream: "stdout",
    text: "one\ntwo\n",
  });
  const lines = "  here       hook         | one\n  here       hook         | two";
  assertEquals(renderEvent(progress, said("pre-deploy")), lines);
  assertEquals(renderEvent(progress, said("run")), undefined);
  assertEquals(renderEvent(progress, said("run"), { verbose: true }), lines);
  // The facts and the log of a wait that failed stand at the end, in words.
  assertEquals(renderEvent(progress, said("healthy"), { verbose: true }), undefined);
});

Deno.test("renderEvent() tells notices with their host, and that hosts go back", () => {
  const notice: Event = { type: "notice", host: "10.0.0.1", message: "its key was not known" };
  assertEquals(renderEvent(NO_PROGRESS, notice), "  10.0.0.1   notice       its key was not known");
  assertEquals(renderEvent(NO_PROGRESS, { ...notice, host: undefined }), "  its key was not known");
  assertEquals(
    renderEvent(NO_PROGRESS, { ...notice, message: "it was slow", hint: "give it time" }),
    "  10.0.0.1   notice       it was slow\n  10.0.0.1                give it time",
  );
  assertEquals(
    renderEvent(NO_PROGRESS, { type: "undo-begin", hosts: ["10.0.0.1", "10.0.0.2"] }),
    "  going back on 10.0.0.1, 10.0.0.2",
  );
});
