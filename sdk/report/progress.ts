/**
 * What is going on, from events, and the lines that a terminal shows of it: one per host.
 *
 * @module
 */

import type { Event, StepEndEvent, StepEvent } from "../exec/event.ts";
import { HERE, type Plan, type Step } from "../plan/plan.ts";
import { cut, pad, type RenderOptions, secondsText, shortenCommits, widest } from "./layout.ts";
import { stepsById } from "./plan_rows.ts";
import { painter } from "./style.ts";
import { stepTitle } from "./title.ts";

/** All that events have told so far. */
export interface Progress {
  /** The plan that runs; `undefined` before there is one. */
  readonly plan: Plan | undefined;
  /** Its steps by id. */
  readonly steps: ReadonlyMap<string, Step>;
  /** What each host is doing. */
  readonly hosts: ReadonlyMap<string, HostProgress>;
}

/** What one host is doing. */
export interface HostProgress {
  /** Name of the stage, or what stands in its place, such as `waiting`. */
  readonly stage: string;
  /** What it does. */
  readonly title: string;
  /** When that began, in seconds on the caller's clock. */
  readonly since: number;
  /** How long it took; `undefined` while it goes on. */
  readonly seconds: number | undefined;
}

/** How live lines are written. */
export interface LiveOptions extends RenderOptions {
  /** Lines that may be used; `undefined` for any number. */
  readonly rows?: number | undefined;
}

/** Columns of a stage's name. */
export const STAGE_WIDTH = 13;

const TIME_WIDTH = 9;

/** Where a run stands before its first event. */
export const NO_PROGRESS: Progress = Object.freeze({
  plan: undefined,
  steps: new Map(),
  hosts: new Map(),
});

/** Where a run stands after one more event, which came at a moment on the caller's clock, in seconds. */
export function advance(progress: Progress, event: Event, at: number): Progress {
  const begin = (host: string, stage: string, title: string): Progress =>
    withHost(progress, host, { stage, title, since: at, seconds: undefined });
  switch (event.type) {
    case "connecting":
      return begin(event.host, "connect", "connecting");
    case "connected":
      return withHost(progress, event.host, {
        stage: "connect",
        title: "answered",
        since: at,
        seconds: event.seconds,
      });
    case "planned":
      return { plan: event.plan, steps: stepsById(event.plan), hosts: new Map() };
    case "stage-begin":
      return { ...progress, hosts: withoutIdle(progress, event.stage, event.group) };
    case "step-begin":
      return begin(event.host, event.stage, titleOf(progress, event, event.title));
    case "step-end":
      return withHost(progress, event.host, endOf(progress, event, at));
    case "waiting":
      return begin(event.host, "waiting", waitText(event.reason));
    case "undo-begin":
      return event.hosts.reduce(
        (state, host) =>
          withHost(state, host, {
            stage: "undo",
            title: "going back",
            since: at,
            seconds: undefined,
          }),
        progress,
      );
    case "end":
      return { ...progress, hosts: new Map() };
    case "notice":
    case "stage-end":
    case "step-output":
    case "undo-end":
      return progress;
    default:
      return event satisfies never;
  }
}

/** The lines that a terminal shows for now, one per host; none where nothing goes on. */
export function renderLive(
  progress: Progress,
  at: number,
  options: LiveOptions = {},
): readonly string[] {
  const paint = painter(options.color ?? false);
  const hosts = sortedHosts(progress);
  const most = Math.max(1, options.rows ?? Infinity);
  const shown = hosts.length <= most ? hosts : hosts.slice(0, most - 1);
  const hostWidth = hostWidthOf(progress);
  const columns = Math.min(options.columns ?? 80, 100);
  const lines = shown.map((host) => {
    const { stage, title, since, seconds } = progress.hosts.get(host)!;
    const time = secondsText(seconds ?? Math.max(0, at - since));
    const room = Math.max(0, columns - 2 - hostWidth - STAGE_WIDTH - TIME_WIDTH);
    const text = pad(cut(shortenCommits(title), room), room) + time.padStart(TIME_WIDTH);
    const rest = cut(`${pad(stage, STAGE_WIDTH)}${text}`, columns - 2 - hostWidth);
    return `  ${paint("host", cut(pad(host, hostWidth), columns - 2))}${rest}`;
  });
  return shown.length === hosts.length
    ? lines
    : [...lines, `  and ${hosts.length - shown.length} more`];
}

/** What a step does: by the plan, or by the event's own words for a step that the plan does not have. */
export function titleOf(progress: Progress, { step }: StepEvent, otherwise: string): string {
  const known = progress.steps.get(step);
  return known === undefined ? otherwise : stepTitle(known);
}

function endOf(progress: Progress, event: StepEndEvent, at: number): HostProgress {
  const title = titleOf(progress, event, event.step);
  const ended = event.status === "done" ? title : `${title}: ${event.status}`;
  return { stage: event.stage, title: ended, since: at, seconds: event.seconds };
}

/** What a host waits for. */
export function waitText(reason: string): string {
  return `for ${reason.replace(/^(after|for) /, "")}`;
}

function withHost(progress: Progress, host: string, line: HostProgress): Progress {
  return { ...progress, hosts: new Map(progress.hosts).set(host, line) };
}

/** Hosts that have nothing to do in a stage that begins leave the screen; the others keep their last line. */
function withoutIdle(
  { plan, hosts }: Progress,
  name: string,
  group: number | undefined,
): Progress["hosts"] {
  const stage = plan?.stages.find((stage) => stage.name === name && stage.group === group);
  if (stage === undefined) return hosts;
  const busy = new Set(stage.scripts.map((script) => script.host));
  return new Map([...hosts].filter(([host]) => busy.has(host)));
}

function sortedHosts({ plan, hosts }: Progress): readonly string[] {
  const order = [HERE, ...plan?.hosts ?? []].filter((host) => hosts.has(host));
  return [...order, ...[...hosts.keys()].filter((host) => !order.includes(host))];
}

/** Columns of the hosts' names. */
export function hostWidthOf({ plan, hosts }: Progress): number {
  return Math.max(9, widest([...plan?.hosts ?? [], ...hosts.keys()])) + 2;
}
