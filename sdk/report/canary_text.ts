/**
 * Canaries as text: what `canary status` prints.
 *
 * @module
 */

import { shareText } from "../operations/rollout.ts";
import type { StandingCanary } from "../plan/canary_status.ts";
import { counted, pad, type RenderOptions, shortVersion, widest } from "./layout.ts";
import { painter } from "./style.ts";

/** Renders canaries, a line for each role on each host: what stands there, beside what, and who gets it. */
export function renderCanaries(
  canaries: readonly StandingCanary[],
  options: RenderOptions = {},
): string {
  if (canaries.length === 0) return "no canary stands\n";
  const paint = painter(options.color ?? false);
  const rows = canaries.map((canary) => cellsOf(canary, options.verbose ?? false));
  const widths = rows[0]!.map((_, column) => widest(rows.map((cells) => cells[column]!)) + 3);
  return rows.map((cells) => {
    const [host = "", ...rest] = cells.map((cell, column) => pad(cell, widths[column]!));
    return `${paint("host", host)}${rest.join("").trimEnd()}\n`;
  }).join("");
}

function cellsOf(
  { host, role, version, serving, share, containers }: StandingCanary,
  isVerbose: boolean,
): readonly string[] {
  const named = (one: string): string => isVerbose ? one : shortVersion(one);
  return [
    host,
    role,
    version === undefined ? "its containers are gone" : `canary ${named(version)}`,
    serving === undefined ? "nothing serves" : `${named(serving)} serves`,
    counted(containers.length, "container"),
    share === undefined ? "nobody gets it: sextant canary start" : shareText(share),
  ];
}
