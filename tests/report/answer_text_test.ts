import { assertEquals } from "@std/assert";
import type { Report } from "../../sdk/exec/report.ts";
import type { Plan } from "../../sdk/plan/plan.ts";
import {
  answerLabels,
  renderAnswerLines,
  renderAnswers,
  renderServing,
} from "../../sdk/report/answer_text.ts";
import { planOf, reportOf, script, stage, step } from "./shop_plan.ts";

function details(...asked: readonly (readonly [host: string, ...titles: string[]])[]): Plan {
  const scripts = asked.map(([host, ...titles]) =>
    script(
      host,
      ...titles.map((title) =>
        step(`${host} ${title}`, { kind: "list-containers", title, filters: [] })
      ),
    )
  );
  return planOf([stage("ask", scripts)], { verb: "details" });
}

function answered(plan: Plan, answer: (step: string) => string): Report {
  const report = reportOf(plan);
  return { ...report, steps: report.steps.map((one) => ({ ...one, stdout: answer(one.step) })) };
}

Deno.test("renderAnswers() prints one answer as it is", () => {
  const report = answered(details(["10.0.0.1", "app"]), () => "NAMES\nshop-web-1\n");
  assertEquals(renderAnswers(report), "NAMES\nshop-web-1\n");
});

Deno.test("renderAnswers() puts several answers under their hosts", () => {
  const report = answered(
    details(["10.0.0.1", "proxy", "app"], ["10.0.0.2", "app"]),
    (id) => id === "10.0.0.2 app" ? "" : `${id} runs\n`,
  );
  assertEquals(
    renderAnswers(report),
    "10.0.0.1 · proxy\n10.0.0.1 proxy runs\n\n10.0.0.1 · app\n10.0.0.1 app runs\n\n10.0.0.2\nnothing\n",
  );
});

Deno.test("renderAnswers() leaves out hosts that were not asked", () => {
  const plan = details(["10.0.0.1", "app"], ["10.0.0.2", "app"]);
  const report = reportOf(plan, (host) => host === "10.0.0.1" ? "done" : "skipped");
  assertEquals(renderAnswers(report), "10.0.0.1\nnothing\n");
});

Deno.test("renderAnswerLines() puts the host before each line where several answer", () => {
  const labels = answerLabels(details(["10.0.0.1", "app"], ["10.0.0.12", "app"]));
  const text = renderAnswerLines(labels.get("10.0.0.1 app") ?? "", labels.values(), "one\ntwo\n");
  assertEquals(text, "10.0.0.1   one\n10.0.0.1   two\n");
  const alone = answerLabels(details(["10.0.0.1", "app"]));
  assertEquals(
    renderAnswerLines(alone.get("10.0.0.1 app") ?? "", alone.values(), "no newline"),
    "no newline",
  );
});

Deno.test("renderServing() tells the version of each host, and of one host the version alone", () => {
  assertEquals(renderServing(["10.0.0.1"], { "10.0.0.1": "8c1f2ab" }), "8c1f2ab\n");
  assertEquals(
    renderServing(["10.0.0.1", "10.0.0.2"], { "10.0.0.1": "8c1f2ab" }),
    "10.0.0.1   8c1f2ab\n10.0.0.2   nothing serves\n",
  );
});
