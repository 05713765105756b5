/**
 * Answers of hosts as text: what `details`, `logs`, `exec`, `audit` and `version` print.
 *
 * @module
 */

import type { Report } from "../exec/report.ts";
import { describeOperation } from "../operations/operation.ts";
import type { Plan } from "../plan/plan.ts";
import { pad, type RenderOptions, widest } from "./layout.ts";
import { painter } from "./style.ts";

/** What each step of a plan is called beside its answer, by id; nothing where only one answers. */
export function answerLabels(plan: Plan): ReadonlyMap<string, string> {
  const scripts = plan.stages.filter((stage) => stage.name === "ask").flatMap((stage) =>
    stage.scripts
  );
  const isAlone = scripts.flatMap((script) => script.steps).length === 1;
  return new Map(scripts.flatMap(({ host, steps }) =>
    steps.map((step) => {
      const [operation] = step.operations;
      const subject = steps.length === 1 || operation === undefined
        ? ""
        : describeOperation(operation).subject;
      const parts = scripts.length === 1 ? [subject] : [host, subject];
      return [step.id, isAlone ? "" : parts.filter((part) => part !== "").join(" · ")] as const;
    })
  ));
}

/** Renders all answers of a run, each under its host where several answer; empty where nothing was said. */
export function renderAnswers({ plan, steps }: Report, options: RenderOptions = {}): string {
  const paint = painter(options.color ?? false);
  const labels = answerLabels(plan);
  const answers = steps.filter(({ step, status }) => labels.has(step) && status !== "skipped")
    .map(({ step, stdout }) => ({ label: labels.get(step) ?? "", text: stdout.trimEnd() }))
    .filter(({ label, text }) => label !== "" || text !== "");
  return answers.map(({ label, text }) => {
    const head = label === "" ? "" : `${paint("host", label)}\n`;
    return `${head}${text === "" ? "nothing" : text}\n`;
  }).join("\n");
}

/** Renders a piece of an answer as it comes, each line behind its label. */
export function renderAnswerLines(
  label: string,
  labels: Iterable<string>,
  text: string,
  options: RenderOptions = {},
): string {
  if (label === "") return text;
  const prefix = painter(options.color ?? false)("host", pad(label, widest(labels)));
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line) => `${prefix}  ${line}\n`).join("");
}

/** Renders which version serves on each host: the version alone where there is one host. */
export function renderServing(
  hosts: readonly string[],
  serving: Readonly<Record<string, string>>,
  options: RenderOptions = {},
): string {
  const paint = painter(options.color ?? false);
  const width = widest(hosts) + 3;
  return hosts.map((host) => {
    const version = serving[host] ?? "nothing serves";
    return hosts.length === 1 ? `${version}\n` : `${paint("host", pad(host, width))}${version}\n`;
  }).join("");
}
