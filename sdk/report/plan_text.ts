/**
 * A plan as text: what, where and why, in reading order.
 *
 * @module
 */

import { HERE, isEmpty, type Plan, type Stage } from "../plan/plan.ts";
import {
  counted,
  fill,
  pad,
  type RenderOptions,
  shortenVersions,
  shortVersion,
  widest,
  widthOf,
} from "./layout.ts";
import { renderCounts } from "./plan_counts.ts";
import { allStages, blocksOf, type PlanBlock, type PlanRow } from "./plan_rows.ts";
import { type Paint, painter, type Style } from "./style.ts";

/** Narrowest column in which a detail is still wrapped beside its subject. */
const LEAST_DETAIL = 24;

/** Hosts that stand below each other before the rest is only counted. */
const MOST_HOSTS = 8;

const MARK_STYLES: Readonly<Record<"+" | "-" | "~", Style>> = Object.freeze({
  "+": "ok",
  "-": "fail",
  "~": "warn",
});

/** Commands that are about a version, and say so in place of their own name. */
const VERSION_VERBS: ReadonlySet<string> = new Set([
  "setup",
  "deploy",
  "redeploy",
  "app boot",
  "canary start",
  "canary promote",
  "upgrade",
]);

/** How commands say what they do with their version; the others name it alone. */
const WITH_VERSION: Readonly<Record<string, (version: string) => string>> = {
  "rollback": (version) => `rollback to ${version}`,
  "canary start": (version) => `canary ${version}`,
  "canary promote": (version) => `canary ${version} for everybody`,
  "upgrade": (version) => `${version} behind kamal-proxy`,
};

interface Widths {
  readonly stage: number;
  readonly host: number;
  readonly noun: number;
}

interface Section {
  readonly label: string;
  readonly stage: Stage;
  readonly blocks: readonly PlanBlock[];
}

/**
 * Renders a plan; one that does nothing is one line.
 *
 * Equal hosts share their rows, and housekeeping shows only in a verbose plan. Ends with a newline.
 */
export function renderPlan(plan: Plan, options: RenderOptions = {}): string {
  if (isEmpty(plan)) {
    return [renderNothingToDo(plan), ...renderOrphans(plan), ...renderRemarks(plan), ""].join("\n");
  }
  const verbose = options.verbose ?? false;
  const sections = allStages(plan).map((stage) => ({
    label: stageLabel(plan, stage),
    stage,
    blocks: blocksOf(plan, stage, verbose),
  })).filter((section) => section.blocks.length > 0);
  const widths = widthsOf(plan, sections, verbose);
  const writer = new PlanWriter(plan, options, widths);
  const body = sections.flatMap((section) => ["", ...writer.section(section)]);
  const empty = sections.length === 0 ? ["", "  housekeeping only (-v shows it)"] : [];
  return `${
    [
      renderHead(plan, verbose),
      ...body,
      ...empty,
      ...renderOrphans(plan),
      ...renderRemarks(plan),
      "",
      `  ${renderCounts(plan)}`,
    ].join("\n")
  }\n`;
}

/** What is worth knowing besides, a line each. */
function renderRemarks({ remarks = [] }: Plan): readonly string[] {
  return remarks.length === 0 ? [] : ["", ...remarks.map((remark) => `  ${remark}`)];
}

/** What was left behind and stays, a line each, with what would stop it. */
function renderOrphans({ orphans = [] }: Plan): readonly string[] {
  const left = orphans.filter(({ isStopped }) => !isStopped);
  if (left.length === 0) return [];
  const hosts = widest(left.map(({ host }) => host)) + 3;
  const names = widest(left.map(({ container }) => container ?? "")) + 3;
  const stays = left.some(({ isOwn }) => isOwn);
  return [
    "",
    ...left.map(({ host, container, because }) => {
      const name = container === undefined ? "" : pad(container, names);
      return `  orphan   ${pad(host, hosts)}${name}${because}`;
    }),
    ...stays ? ['  left as they are; .settings({ orphans: "stop" }) stops them'] : [],
  ];
}

/** The first line: service, destination, what it is about, how many hosts. */
function renderHead(plan: Plan, verbose: boolean): string {
  const version = named(plan.version, verbose);
  const about = WITH_VERSION[plan.verb]?.(version) ?? version;
  const isAboutVersion = plan.verb === "rollback" || VERSION_VERBS.has(plan.verb);
  // The configuration's own counts hold again from then on.
  const verb = plan.verb === "app scale" ? "app scale until the next deploy" : plan.verb;
  const what = isAboutVersion ? `${about} (${servingText(plan, verbose)})` : verb;
  return headOf(plan, what, counted(plan.hosts.length, "host"));
}

function renderNothingToDo(plan: Plan): string {
  const hosts = counted(plan.hosts.length, "host");
  if (!VERSION_VERBS.has(plan.verb) && plan.verb !== "rollback") {
    return headOf(plan, plan.verb, hosts, "nothing to do");
  }
  const versions = Object.values(plan.serving);
  const isServing = versions.length > 0 && versions.every((version) => version === plan.version);
  const what = shortVersion(plan.version);
  return isServing
    ? headOf(plan, `${what} serves on ${counted(versions.length, "host")}`, "nothing to do")
    : headOf(plan, what, hosts, "nothing to do");
}

function headOf({ service, destination }: Plan, ...parts: readonly string[]): string {
  return [service, destination, ...parts].filter((part) => part).join(" · ");
}

function servingText(plan: Plan, verbose: boolean): string {
  const versions = [...new Set(Object.values(plan.serving))].map((version) =>
    named(version, verbose)
  );
  if (versions.length === 0) return "nothing serves yet";
  return `${versions.join(" and ")} ${versions.length === 1 ? "serves" : "serve"}`;
}

function named(version: string, verbose: boolean): string {
  return verbose ? version : shortVersion(version);
}

/** The stage's name, with the number of the group where there are several. */
function stageLabel(plan: Plan, { name, group }: Stage): string {
  const groups = new Set(
    plan.stages.map((stage) => stage.group).filter((group) => group !== undefined),
  );
  return group === undefined || groups.size < 2 ? name : `${name} ${group + 1}`;
}

function widthsOf(plan: Plan, sections: readonly Section[], verbose: boolean): Widths {
  const blocks = sections.flatMap((section) => section.blocks);
  const rows = blocks.flatMap((block) => block.rows).filter((row) => row.mark !== undefined);
  const labels = blocks.flatMap((block) => hostLabels(plan, block, verbose));
  return {
    stage: Math.max(7, widest(sections.map((section) => section.label))) + 2,
    host: Math.max(9, widest(labels)) + 2,
    noun: Math.max(6, widest(rows.map((row) => row.noun))) + 2,
  };
}

/** What stands in the column of hosts, a line each. */
function hostLabels(plan: Plan, { hosts, rows }: PlanBlock, verbose: boolean): readonly string[] {
  if (hosts.length > 1 && plan.hosts.every((host) => hosts.includes(host))) return ["all hosts"];
  const most = Math.max(MOST_HOSTS, rows.length);
  if (verbose || hosts.length <= most) return hosts;
  return [...hosts.slice(0, most - 1), `and ${hosts.length - most + 1} more`];
}

/** Writes the stages of one plan, all with the same columns. */
class PlanWriter {
  readonly #plan: Plan;
  readonly #columns: number;
  readonly #verbose: boolean;
  readonly #paint: Paint;
  readonly #widths: Widths;

  constructor(plan: Plan, { columns, color, verbose }: RenderOptions, widths: Widths) {
    this.#plan = plan;
    this.#columns = columns ?? Infinity;
    this.#verbose = verbose ?? false;
    this.#paint = painter(color ?? false);
    this.#widths = widths;
  }

  section({ label, stage, blocks }: Section): readonly string[] {
    const rows = blocks.flatMap((block) => block.rows).filter((row) => row.mark !== undefined);
    const subjectWidth = widest(rows.map((row) => row.subject)) + 2;
    return blocks.flatMap((block, index) => {
      const begins = index > 0 && block.after !== undefined &&
        blocks[index - 1]!.after === undefined;
      const title = begins ? "then" : index === 0 ? label : "";
      const lines = this.#block(block, stage, title, subjectWidth);
      return begins ? ["", ...lines] : lines;
    });
  }

  #block(block: PlanBlock, stage: Stage, title: string, subjectWidth: number): readonly string[] {
    const widths = this.#widths;
    const texts = this.#rows(block, stage, subjectWidth);
    const hosts = hostLabels(this.#plan, block, this.#verbose);
    const count = Math.max(texts.length, hosts.length);
    return Array.from({ length: count }, (_, index) => {
      const host = hosts[index] ?? "";
      const style = host === HERE || host === "all hosts" ? undefined : "host";
      return [
        "  ",
        pad(index === 0 ? title : "", widths.stage),
        this.#paint(style, host),
        " ".repeat(widths.host - widthOf(host)),
        texts[index] ?? "",
      ].join("").trimEnd();
    });
  }

  #rows({ rows, after }: PlanBlock, { name }: Stage, subjectWidth: number): readonly string[] {
    const room = this.#columns - 2 - this.#widths.stage - this.#widths.host;
    const lines: string[] = [];
    let sentences: string[] = [];
    let waits = after;
    const flush = (): void => {
      lines.push(...fill(sentences, ", ", room));
      sentences = [];
    };
    for (const row of rows) {
      const details = [...waits === undefined ? [] : [waits], ...row.details].map((detail) =>
        this.#prose(detail)
      );
      waits = undefined;
      if (row.mark === undefined) {
        const noun = row.noun === name ? "" : row.noun;
        const parts = [noun, this.#prose(row.subject), ...details];
        sentences.push(parts.filter((part) => part !== "").join(" "));
        continue;
      }
      flush();
      lines.push(...this.#marked(row, details.join(", "), subjectWidth, room));
    }
    flush();
    return lines;
  }

  #marked(
    { mark, noun, subject }: PlanRow,
    detail: string,
    subjectWidth: number,
    room: number,
  ): readonly string[] {
    const widths = this.#widths;
    const style = mark === undefined ? undefined : MARK_STYLES[mark];
    const head = this.#paint(style, `${mark} ${noun}`) + " ".repeat(widths.noun - widthOf(noun));
    if (detail === "") return [head + subject];
    const besides = 2 + widths.noun + subjectWidth;
    if (widthOf(detail) <= room - besides || room - besides >= LEAST_DETAIL) {
      const [first = "", ...rest] = fill(detail.split(" "), " ", room - besides);
      const line = head + pad(subject, subjectWidth) + this.#paint("faint", first);
      return [line, ...rest.map((more) => " ".repeat(besides) + this.#paint("faint", more))];
    }
    const below = 4 + widths.noun;
    const lines = fill(detail.split(" "), " ", room - below);
    return [head + subject, ...lines.map((line) => " ".repeat(below) + this.#paint("faint", line))];
  }

  #prose(text: string): string {
    return this.#verbose ? text : shortenVersions(text);
  }
}
