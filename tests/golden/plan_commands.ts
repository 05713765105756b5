/**
 * A plan as the commands that it becomes, for people to review.
 *
 * Stages stand at the margin, hosts below them, then a line per command: `-` for one after the other, `=` for those
 * of one step that run side by side, `undo` for what takes a step back. A `#` tells a command of many lines in words.
 *
 * @module
 */

import { toText } from "../../sdk/command.ts";
import {
  describeOperation,
  type Operation,
  renderOperation,
} from "../../sdk/operations/operation.ts";
import type { EndNote, HostScript, Plan, Stage, Step } from "../../sdk/plan/plan.ts";

/** Renders a plan; ends with a newline. */
export function renderCommands(plan: Plan): string {
  const { verb, version, destination, service } = plan;
  const serving = Object.entries(plan.serving).map(([host, one]) => `${host} ${one}`).join(", ");
  return [
    `${verb} ${version} of ${[service, destination].filter((part) => part).join(" for ")}`,
    `serving: ${serving || "nothing"}`,
    `on failure: ${plan.onFailure}`,
    ...plan.stages.flatMap(stageLines),
    ...plan.notes.length === 0 ? [] : ["", "noted where it does not come to its end"],
    ...plan.notes.flatMap(noteLines),
    ...plan.unlock === undefined ? [] : ["", "unlock", ...scriptLines(plan.unlock)],
    ...plan.afterwards === undefined ? [] : ["", "afterwards", ...scriptLines(plan.afterwards)],
    "",
  ].join("\n");
}

function noteLines({ host, failed, undone }: EndNote): readonly string[] {
  const line = (operation: Operation): string => `    - ${commandLine(host, operation)}`;
  return [`  ${host}, failed there`, ...failed.map(line), `  ${host}, undone`, ...undone.map(line)];
}

function stageLines(
  { name, group, scripts, interruptible, pauseSeconds }: Stage,
): readonly string[] {
  const facts = [
    name,
    group === undefined ? "" : `group ${group + 1}`,
    interruptible ? "" : "not to be broken off",
    pauseSeconds > 0 ? `then ${pauseSeconds} s of pause` : "",
  ];
  return ["", facts.filter((fact) => fact !== "").join(", "), ...scripts.flatMap(scriptLines)];
}

function scriptLines({ host, after, steps }: HostScript): readonly string[] {
  const wait = after === undefined
    ? ""
    : `, ${after.reason} (${after.until} of ${after.steps.join(", ")})`;
  return [`  ${host}${wait}`, ...steps.flatMap((step) => stepLines(host, step))];
}

function stepLines(host: string, { operations, undo }: Step): readonly string[] {
  const mark = operations.length > 1 ? "=" : "-";
  return [
    ...operations.map((operation) => `    ${mark} ${commandLine(host, operation)}`),
    ...undo.map((operation) => `        undo ${commandLine(host, operation)}`),
  ];
}

function commandLine(host: string, operation: Operation): string {
  const context = { secret: (name: string) => `[${name}]`, file: (path: string) => `[${path}]` };
  const text = toText(renderOperation(operation, context));
  if (!text.includes("\n") && operation.kind !== "run-hook") return `${host}$ ${text}`;
  const { noun, subject, detail } = describeOperation(operation);
  const isEnv = operation.kind === "write-env";
  const names = isEnv ? Object.keys(operation.secrets).join(", ") : undefined;
  return `${host}# ${[noun, subject].join(" ")}${
    [detail, names].filter((part) => part).map((part) => `, ${part}`).join("")
  }`;
}
