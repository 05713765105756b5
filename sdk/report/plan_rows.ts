/**
 * What a plan shows of each stage: rows, equal hosts folded.
 *
 * @module
 */

import { describeOperation, type Operation, type OperationKind } from "../operations/operation.ts";
import type { HostScript, Plan, Stage, Step } from "../plan/plan.ts";

/** One line about one host. */
export interface PlanRow {
  /** What happens to the subject; `undefined` where nothing that serves is touched. */
  readonly mark: "+" | "-" | "~" | undefined;
  /** What it is about. */
  readonly noun: string;
  /** The thing itself. */
  readonly subject: string;
  /** Conditions and reasons. */
  readonly details: readonly string[];
  /** The operations that it stands for. */
  readonly kinds: readonly OperationKind[];
}

/** Hosts that have the same rows. */
export interface PlanBlock {
  /** The hosts, in the plan's order. */
  readonly hosts: readonly string[];
  /** What they wait for, in words; `undefined` for nothing worth a word. */
  readonly after: string | undefined;
  /** The rows. */
  readonly rows: readonly PlanRow[];
}

interface HostRows {
  readonly host: string;
  readonly after: string | undefined;
  readonly rows: readonly PlanRow[];
}

/** All stages of a plan, what runs after its success among them. */
export function allStages(plan: Plan): readonly Stage[] {
  if (plan.afterwards === undefined) return plan.stages;
  const last: Stage = {
    name: "hook",
    group: undefined,
    scripts: [plan.afterwards],
    interruptible: true,
    pauseSeconds: 0,
  };
  return [...plan.stages, last];
}

/** All steps of a plan by id. */
export function stepsById(plan: Plan): ReadonlyMap<string, Step> {
  const scripts = allStages(plan).flatMap((stage) => stage.scripts);
  return new Map(scripts.flatMap((script) => script.steps).map((step) => [step.id, step]));
}

/** The blocks of a stage, those that wait for others last. */
export function blocksOf(plan: Plan, stage: Stage, verbose: boolean): readonly PlanBlock[] {
  const minor = minorSteps(plan, verbose);
  const blocks = fold(stage.scripts.map((script) => hostRows(script, minor, verbose)));
  return [
    ...blocks.filter((block) => block.after === undefined),
    ...blocks.filter((block) => block.after !== undefined),
  ];
}

/** The rows of one host in a stage. */
export function rowsOf(script: HostScript, verbose: boolean): readonly PlanRow[] {
  const rows: PlanRow[] = [];
  for (const operation of script.steps.flatMap((step) => step.operations)) {
    const row = rowOf(operation, verbose);
    if (row === undefined) continue;
    // Running a container and waiting for it is one thing to a reader.
    const index = rows.findLastIndex((other) =>
      other.noun === row.noun && other.subject === row.subject
    );
    const same = rows[index];
    if (same !== undefined && (row.mark === undefined || row.mark === same.mark)) {
      rows[index] = merge(same, row);
    } else rows.push(row);
  }
  return rows;
}

/** Whether all that a step does is housekeeping. */
export function isMinor(step: Step): boolean {
  return step.operations.every((operation) => describeOperation(operation).minor === true);
}

function hostRows(script: HostScript, minor: ReadonlySet<string>, verbose: boolean): HostRows {
  const { host, after } = script;
  // A wait for housekeeping, such as the lock, is housekeeping itself.
  const isWorthAWord = after !== undefined && !after.steps.every((step) => minor.has(step));
  return { host, after: isWorthAWord ? after.reason : undefined, rows: rowsOf(script, verbose) };
}

function minorSteps(plan: Plan, verbose: boolean): ReadonlySet<string> {
  if (verbose) return new Set();
  return new Set([...stepsById(plan).values()].filter(isMinor).map((step) => step.id));
}

function rowOf(operation: Operation, verbose: boolean): PlanRow | undefined {
  const { mark, noun, subject, detail, minor } = describeOperation(operation);
  if (minor && !verbose) return undefined;
  return {
    mark,
    noun,
    subject,
    details: detail === undefined ? [] : [detail],
    kinds: [operation.kind],
  };
}

function merge(row: PlanRow, other: PlanRow): PlanRow {
  return {
    ...row,
    details: [...new Set([...row.details, ...other.details])],
    kinds: [...row.kinds, ...other.kinds],
  };
}

/** Rows that several hosts share stand once, beside all of these hosts. */
function fold(all: readonly HostRows[]): readonly PlanBlock[] {
  const hostsByRow = new Map<
    string,
    { row: PlanRow; after: string | undefined; hosts: string[] }
  >();
  for (const { host, after, rows } of all) {
    for (const row of rows) {
      const key = JSON.stringify([after, row.mark, row.noun, row.subject, row.details]);
      const entry = hostsByRow.get(key) ?? { row, after, hosts: [] };
      if (entry.hosts.at(-1) !== host) entry.hosts.push(host);
      hostsByRow.set(key, entry);
    }
  }
  const blocks = new Map<string, { hosts: string[]; after: string | undefined; rows: PlanRow[] }>();
  for (const { row, after, hosts } of hostsByRow.values()) {
    const key = JSON.stringify([after, hosts]);
    const block = blocks.get(key) ?? { hosts, after, rows: [] };
    block.rows.push(row);
    blocks.set(key, block);
  }
  return [...blocks.values()];
}
