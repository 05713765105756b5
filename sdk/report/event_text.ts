/**
 * Events as lines, for outputs that cannot be painted over.
 *
 * @module
 */

import type { Event, NoticeEvent, StageEvent, StepEndEvent, WaitEvent } from "../exec/event.ts";
import type { Step } from "../plan/plan.ts";
import { pad, type RenderOptions, secondsText, shortenCommits } from "./layout.ts";
import { isMinor } from "./plan_rows.ts";
import { hostWidthOf, type Progress, STAGE_WIDTH, titleOf, waitText } from "./progress.ts";
import { type Paint, painter, type Style } from "./style.ts";

type Line = (host: string, stage: string, text: string) => string;

/** Seconds from which housekeeping is worth a line. */
const WORTH_A_LINE = 1;

const STATUS_STYLES: Readonly<Record<StepEndEvent["status"], Style | undefined>> = Object.freeze({
  done: undefined,
  failed: "fail",
  skipped: "faint",
  cancelled: "warn",
  undone: "warn",
});

/** The line that an event is worth where lines cannot be painted over; `undefined` for none. */
export function renderEvent(
  progress: Progress,
  event: Event,
  options: RenderOptions = {},
): string | undefined {
  const paint = painter(options.color ?? false);
  const line = (host: string, stage: string, text: string): string =>
    hostLine(progress, paint, host, stage, text);
  switch (event.type) {
    case "connected":
      return options.verbose
        ? line(event.host, "connect", `answered  ${secondsText(event.seconds)}`)
        : undefined;
    case "notice":
      return noticeLines(event, line);
    case "stage-end":
      return isShared(progress, event) || options.verbose
        ? `  ${event.stage} over · ${secondsText(event.seconds)}`
        : undefined;
    case "step-end":
      return stepLine(progress, event, options, line);
    case "step-output":
      return outputLines(progress, event, options, line);
    case "waiting":
      return options.verbose || !isMinorWait(progress, event)
        ? line(event.host, "waiting", waitText(event.reason))
        : undefined;
    case "undo-begin":
      return `  ${paint("warn", "going back")} on ${event.hosts.join(", ")}`;
    case "connecting":
    case "planned":
    case "stage-begin":
    case "step-begin":
    case "undo-end":
    case "end":
      return undefined;
    default:
      return event satisfies never;
  }
}

function noticeLines({ host, message, hint }: NoticeEvent, line: Line): string {
  const lines = [message, ...hint === undefined ? [] : [hint]];
  if (host === undefined) return lines.map((text) => `  ${text}`).join("\n");
  return lines.map((text, index) => line(host, index === 0 ? "notice" : "", text)).join("\n");
}

function hostLine(
  progress: Progress,
  paint: Paint,
  host: string,
  stage: string,
  text: string,
): string {
  return `  ${paint("host", pad(host, hostWidthOf(progress)))}${pad(stage, STAGE_WIDTH)}${text}`;
}

/** Whether several hosts took part in a stage, so that its end says more than theirs. */
function isShared({ plan }: Progress, { stage, group }: StageEvent): boolean {
  const scripts = plan?.stages.find((one) => one.name === stage && one.group === group)?.scripts;
  return scripts === undefined || scripts.length > 1;
}

/** Whether a host waits only for housekeeping, such as the lock. */
function isMinorWait({ plan, steps }: Progress, { host, stage, reason }: WaitEvent): boolean {
  const script = plan?.stages.filter(({ name }) => name === stage)
    .flatMap(({ scripts }) => scripts)
    .find((script) => script.host === host && script.after?.reason === reason);
  const awaited = script?.after?.steps.map((id) => steps.get(id)) ?? [];
  return awaited.length > 0 && awaited.every((step) => step !== undefined && isMinor(step));
}

function stepLine(
  progress: Progress,
  event: StepEndEvent,
  options: RenderOptions,
  line: Line,
): string | undefined {
  const step = progress.steps.get(event.step);
  const isDone = event.status === "done" && step !== undefined;
  const isQuiet = event.status === "skipped" ||
    (isDone && event.seconds < WORTH_A_LINE && isMinor(step)) || (isDone && isQuietHook(step));
  if (isQuiet && !options.verbose) return undefined;
  const title = titleOf(progress, event, event.step);
  const text = options.verbose ? title : shortenCommits(title);
  const status = painter(options.color ?? false)(STATUS_STYLES[event.status], event.status);
  const parts = [text, ...event.status === "done" ? [] : [status], secondsText(event.seconds)];
  return line(event.host, event.stage, parts.join("  "));
}

function isQuietHook({ operations }: Step): boolean {
  return operations.some((operation) => operation.kind === "run-hook" && operation.quiet);
}

function outputLines(
  progress: Progress,
  event: Event & { type: "step-output" },
  options: RenderOptions,
  line: Line,
): string | undefined {
  const operations = progress.steps.get(event.step)?.operations ?? [];
  // What a hook prints is meant for whoever runs it; what a wait finds is told in words at the end.
  const isHook = operations.some((operation) => operation.kind === "run-hook" && !operation.quiet);
  const isLook = event.stream === "stdout" &&
    operations.some(({ kind }) => kind === "await-healthy");
  if (isLook || (!options.verbose && !isHook)) return undefined;
  const lines = event.text.split("\n").map((text) => text.trimEnd()).filter((text) => text !== "");
  return lines.length === 0
    ? undefined
    : lines.map((text) => line(event.host, event.stage, `| ${text}`)).join("\n");
}
