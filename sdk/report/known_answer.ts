/**
 * Answers that no step gave, as text.
 *
 * @module
 */

import type { Answer, DriftAnswer, StaleAnswer } from "../plan/answer.ts";
import type { Difference } from "../plan/drift.ts";
import { renderCanaries } from "./canary_text.ts";
import { pad, type RenderOptions, widest } from "./layout.ts";
import { renderReleases } from "./releases_text.ts";

/** Renders an answer; ends with a newline. */
export function renderAnswer(answer: Answer, options: RenderOptions = {}): string {
  switch (answer.type) {
    case "releases":
      return renderReleases(answer.releases, options);
    case "canary":
      return renderCanaries(answer.canaries, options);
    case "drift":
      return renderDrift(answer);
    case "stale-containers":
      return renderStale(answer);
    default:
      return answer satisfies never;
  }
}

function renderDrift({ differences }: DriftAnswer): string {
  if (differences.length === 0) return "the hosts are as configured\n";
  const column = (of: (one: Difference) => string): number => widest(differences.map(of)) + 3;
  const widths = [column(({ host }) => host), column(({ role }) => role)] as const;
  const fields = column(({ field }) => field);
  return differences.map(({ host, role, field, wanted, found }) =>
    `${pad(host, widths[0])}${pad(role, widths[1])}${pad(field, fields)}${
      found ?? "nothing"
    }, wanted ${wanted ?? "nothing"}\n`
  ).join("");
}

function renderStale({ containers }: StaleAnswer): string {
  if (containers.length === 0) return "all that runs serves\n";
  const hosts = widest(containers.map(({ host }) => host)) + 3;
  const roles = widest(containers.map(({ role }) => role)) + 3;
  return containers.map(({ host, role, name }) => `${pad(host, hosts)}${pad(role, roles)}${name}\n`)
    .join("");
}
