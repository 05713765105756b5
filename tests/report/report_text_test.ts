import { assertEquals, assertStringIncludes } from "@std/assert";
import type { StepStatus } from "../../sdk/exec/event.ts";
import { renderReport, type RunSummary } from "../../sdk/report/report_text.ts";
import {
  failureOn,
  NEW,
  OLD,
  planOf,
  reportOf,
  script,
  shopPlan,
  stage,
  step,
} from "./shop_plan.ts";

const ALL_NEW = { "10.0.0.1": NEW, "10.0.0.2": NEW, "10.0.0.3": NEW };
const ALL_OLD = { "10.0.0.1": OLD, "10.0.0.2": OLD, "10.0.0.3": OLD };

function summaryOf(more: Partial<RunSummary>): RunSummary {
  return {
    report: reportOf(shopPlan()),
    serving: ALL_NEW,
    connectSeconds: 0.3,
    probeSeconds: 0.1,
    exchanges: { "10.0.0.1": 5, "10.0.0.2": 5, "10.0.0.3": 5 },
    ...more,
  };
}

Deno.test("renderReport() tells what serves, how long it took and what it cost", () => {
  const report = reportOf(shopPlan(), () => "done", {
    stages: [
      { stage: "build", seconds: 14.2 },
      { stage: "prepare", seconds: 0.9 },
      { stage: "boot", seconds: 0.7 },
      { stage: "switch", seconds: 0.3 },
      { stage: "boot", seconds: 0.5 },
      { stage: "switch", seconds: 0.2 },
      { stage: "finish", seconds: 0.2 },
    ],
    seconds: 17,
    lock: "released",
  });
  assertEquals(
    renderReport(summaryOf({ report })),
    `\
✔ shop 8c1f2ab serves on 3 hosts · 3.1 s, after 14.2 s of build
  connect 0.2 · probe 0.1 · prepare 0.9 · boot 1.2 · switch 0.5 · finish 0.2 · 5 exchanges per host
`,
  );
});

Deno.test("renderReport() says where another version serves still", () => {
  const text = renderReport(summaryOf({ serving: { ...ALL_NEW, "10.0.0.3": OLD } }));
  assertStringIncludes(text, "✔ shop 8c1f2ab serves on 2 of 3 hosts · 1.3 s\n");
});

Deno.test("renderReport() names a command that makes nothing serve", () => {
  const plan = planOf(shopPlan().stages, { verb: "accessory boot", hosts: ["10.0.0.3"] });
  assertStringIncludes(
    renderReport(summaryOf({ report: reportOf(plan), serving: {} })),
    "✔ accessory boot of shop done on 1 host · 1.3 s\n",
  );
});

/** The second web host does not become healthy, and all go back. */
function unhealthy(host: string, id: string): StepStatus {
  if (host === "here") return "done";
  if (id === "10.0.0.2 healthy web") return "failed";
  if (id.includes("10.0.0.3")) {
    return id.endsWith("pull") || id.endsWith("env") ? "done" : "skipped";
  }
  if (id.includes("route") || id.includes("stop") || id.includes("tag")) return "skipped";
  return id.includes("run") || id.includes("healthy") ? "undone" : "done";
}

Deno.test("renderReport() tells a failure: where, what, why, what next, what serves now", () => {
  const report = reportOf(shopPlan(), unhealthy, {
    outcome: "failed",
    failures: [failureOn("10.0.0.2")],
    lock: "released",
    seconds: 31.1,
  });
  assertEquals(
    renderReport(summaryOf({ report, serving: ALL_OLD })),
    `\
✖ web did not become healthy within 30 s on 10.0.0.2 · UNHEALTHY
  GET :3000/up answered 301
  Let /up through, or check another path.

  last lines of shop-web-8c1f2ab
    GET /up 301

  10.0.0.1   51d20ce serves   8c1f2ab was healthy and was not switched
  10.0.0.2   51d20ce serves   8c1f2ab stopped, kept for \`sextant app logs --version 8c1f2ab\`
  10.0.0.3   51d20ce runs     prepared, and nothing was started
  lock released · 31.4 s
`,
  );
});

Deno.test("renderReport() tells hosts together that failed in the same way, and others apart", () => {
  const report = reportOf(shopPlan(), () => "failed", {
    outcome: "failed",
    failures: [
      failureOn("10.0.0.1"),
      failureOn("10.0.0.3", { message: "jobs exited" }),
      failureOn("10.0.0.2"),
    ],
    lock: "kept",
    cleanUpFailures: [
      failureOn("10.0.0.1", { message: "the lock could not be released", hint: undefined }),
    ],
  });
  const lines = renderReport(summaryOf({ report })).split("\n");
  assertEquals(lines.filter((line) => line.startsWith("✖")), [
    "✖ web did not become healthy within 30 s on 10.0.0.1, 10.0.0.2 · UNHEALTHY",
    "✖ jobs exited on 10.0.0.3 · UNHEALTHY",
  ]);
  assertEquals(
    lines.includes("  could not be cleaned up on 10.0.0.1: the lock could not be released"),
    true,
  );
  assertEquals(lines.includes("  lock kept: sextant lock release · 1.3 s"), true);
});

Deno.test("renderReport() tells causes apart, and whose log it shows where hosts have one in common", () => {
  const failures = [["10.0.0.1", 503], ["10.0.0.2", 404], ["10.0.0.3", 503]] as const;
  const report = reportOf(shopPlan(), () => "failed", {
    outcome: "failed",
    failures: failures.map(([host, status]) =>
      failureOn(host, {
        cause: { kind: "health-status", status },
        details: [`GET :3000/up answered ${status}`, "last lines of shop-web-8c1f2ab", "  up"],
      })
    ),
  });
  const lines = renderReport(summaryOf({ report })).split("\n");
  assertEquals(lines.filter((line) => /^✖|answered|last lines/.test(line)), [
    "✖ web did not become healthy within 30 s on 10.0.0.1, 10.0.0.3 · UNHEALTHY",
    "  GET :3000/up answered 503",
    "  last lines of shop-web-8c1f2ab on 10.0.0.1",
    "✖ web did not become healthy within 30 s on 10.0.0.2 · UNHEALTHY",
    "  GET :3000/up answered 404",
    "  last lines of shop-web-8c1f2ab",
  ]);
});

Deno.test("renderReport() says that a run was broken off, and what became of each host", () => {
  const report = reportOf(
    shopPlan(),
    (host, id) => host === "10.0.0.1" && id.includes("run") ? "cancelled" : "skipped",
    { outcome: "cancelled", lock: "released" },
  );
  assertEquals(
    renderReport(summaryOf({ report, serving: { "10.0.0.1": OLD } })),
    `\
✖ deploy was broken off · CANCELLED

  10.0.0.1   51d20ce serves   broken off
  10.0.0.2   nothing serves   untouched
  10.0.0.3   nothing serves   untouched
  lock released · 1.3 s
`,
  );
});

Deno.test("renderReport() says of a host that does not answer that it is not known what serves", () => {
  const report = reportOf(shopPlan(), () => "cancelled", { outcome: "failed" });
  const text = renderReport(summaryOf({ report, serving: ALL_OLD, silent: ["10.0.0.2"] }));
  assertStringIncludes(text, "10.0.0.1   51d20ce serves");
  assertStringIncludes(text, "10.0.0.2   does not answer: not known what serves");
});

Deno.test("renderReport() leaves out what serves where no such thing was touched", () => {
  const show = step("10.0.0.1 logs", {
    kind: "list-containers",
    title: "proxy",
    filters: [],
  });
  const plan = planOf([stage("ask", [script("10.0.0.1", show)])], { verb: "details" });
  const report = reportOf(plan, () => "failed", {
    outcome: "failed",
    failures: [
      failureOn("10.0.0.1", {
        code: "COMMAND_FAILED",
        message: "no answer",
        hint: undefined,
        details: [],
      }),
    ],
  });
  assertEquals(renderReport(summaryOf({ report })), "✖ no answer on 10.0.0.1 · COMMAND_FAILED\n");
});
