/**
 * The last line of a plan: what it amounts to.
 *
 * @module
 */

import { HERE, type Plan } from "../plan/plan.ts";
import { counted, exchangesText } from "./layout.ts";
import { type PlanRow, rowsOf } from "./plan_rows.ts";

/** Counts what a plan starts, stops and changes over all hosts, and the exchanges that it takes. */
export function renderCounts(plan: Plan): string {
  const rows = plan.stages.flatMap((stage) =>
    stage.scripts.flatMap((script) => rowsOf(script, false))
  );
  const count = (is: (row: PlanRow) => boolean): number => rows.filter(is).length;
  const removes = (row: PlanRow): boolean =>
    row.mark === "-" && row.kinds.some((kind) => /^(remove|prune)-/.test(kind));
  const others = rows.filter((row) => row.noun !== "route");
  const amount = (number: number, word: string): string => number === 0 ? "" : `${number} ${word}`;
  const routes = count((row) => row.noun === "route");
  const orphans = count((row) => row.details.some((detail) => detail.startsWith("orphan")));
  const parts = [
    amount(others.filter((row) => row.mark === "+").length, "start"),
    amount(others.filter((row) => row.mark === "-" && !removes(row)).length, "stop"),
    amount(others.filter(removes).length, "remove"),
    amount(others.filter((row) => row.mark === "~").length, "change"),
    routes === 0 ? "" : counted(routes, "route"),
    orphans === 0 ? "" : counted(orphans, "orphan"),
  ].filter((part) => part !== "");
  return [parts.join(", "), exchangesText(plannedExchanges(plan))].filter((part) => part !== "")
    .join(" · ");
}

/** How many scripts each host will answer: the probe, one per stage, and the unlock. */
export function plannedExchanges(plan: Plan): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { host } of plan.stages.flatMap((stage) => stage.scripts)) {
    if (host !== HERE) counts[host] = (counts[host] ?? 1) + 1;
  }
  const unlocks = plan.unlock?.host;
  if (unlocks !== undefined) counts[unlocks] = (counts[unlocks] ?? 1) + 1;
  return counts;
}
