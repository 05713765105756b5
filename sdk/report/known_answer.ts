/**
 * Answers that no step gave, as text.
 *
 * @module
 */

import type { Answer, StaleAnswer } from "../plan/answer.ts";
import { pad, type RenderOptions, widest } from "./layout.ts";
import { renderReleases } from "./releases_text.ts";

/** Renders an answer; ends with a newline. */
export function renderAnswer(answer: Answer, options: RenderOptions = {}): string {
  switch (answer.type) {
    case "releases":
      return renderReleases(answer.releases, options);
    case "stale-containers":
      return renderStale(answer);
    default:
      return answer satisfies never;
  }
}

function renderStale({ containers }: StaleAnswer): string {
  if (containers.length === 0) return "all that runs serves\n";
  const hosts = widest(containers.map(({ host }) => host)) + 3;
  const roles = widest(containers.map(({ role }) => role)) + 3;
  return containers.map(({ host, role, name }) => `${pad(host, hosts)}${pad(role, roles)}${name}\n`)
    .join("");
}
