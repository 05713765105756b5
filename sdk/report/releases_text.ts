/**
 * The ledger of releases as text: what `rollback --list` prints.
 *
 * @module
 */

import type { ReleaseSummary } from "../plan/release.ts";
import { counted, pad, type RenderOptions, shortVersion, widest } from "./layout.ts";
import { painter } from "./style.ts";

/** Renders releases, a line each: what became of them, when, by whom, and what the hosts still have of them. */
export function renderReleases(
  releases: readonly ReleaseSummary[],
  options: RenderOptions = {},
): string {
  if (releases.length === 0) return "no release is recorded\n";
  const paint = painter(options.color ?? false);
  const rows = releases.map((release) => ({
    isServing: release.serving.length > 0,
    cells: cellsOf(release, options.verbose ?? false),
  }));
  const widths = rows[0]!.cells.map((_, column) => widest(rows.map(({ cells }) => cells[column]!)));
  return rows.map(({ isServing, cells }) => {
    const line = cells.map((cell, column) => pad(cell, widths[column]!)).join("   ").trimEnd();
    return `${paint(isServing ? "ok" : undefined, line)}\n`;
  }).join("");
}

function cellsOf(release: ReleaseSummary, isVerbose: boolean): readonly string[] {
  const { version, status, at, performer, hosts, serving, kept, digest } = release;
  return [
    isVerbose ? version : shortVersion(version),
    serving.length > 0 ? "serves" : status.join(" and "),
    at,
    performer,
    counted(hosts.length, "host"),
    kept === "nothing" ? "to be pulled" : kept,
    ...isVerbose ? [digest ?? ""] : [],
  ];
}
