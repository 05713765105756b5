/**
 * What happens while a command runs, as it happens: plain, serialisable data without secrets.
 *
 * @module
 */

import type { ErrorCode } from "../errors.ts";
import type { Cause } from "../operations/cause.ts";
import type { Warning } from "../operations/definition.ts";
import type { Plan, StageName } from "../plan/plan.ts";

/** One thing that happened. */
export type Event =
  | ConnectingEvent
  | ConnectedEvent
  | NoticeEvent
  | PlannedEvent
  | StageEvent
  | StepBeginEvent
  | StepOutputEvent
  | StepEndEvent
  | WaitEvent
  | UndoEvent
  | EndEvent;

/** A host is being reached. */
export interface ConnectingEvent {
  /** Which event. */
  readonly type: "connecting";
  /** The host. */
  readonly host: string;
}

/** A host answered its probe. */
export interface ConnectedEvent {
  /** Which event. */
  readonly type: "connected";
  /** The host. */
  readonly host: string;
  /** Seconds from the start of connecting. */
  readonly seconds: number;
}

/** Something that the user should know; nothing failed. */
export interface NoticeEvent {
  /** Which event. */
  readonly type: "notice";
  /** Where; `undefined` for here. */
  readonly host: string | undefined;
  /** What. */
  readonly message: string;
  /** What to do about it; left out where there is nothing to do. */
  readonly hint?: string | undefined;
}

/** A plan was made. */
export interface PlannedEvent {
  /** Which event. */
  readonly type: "planned";
  /** The plan. */
  readonly plan: Plan;
}

/** A stage began or ended. */
export interface StageEvent {
  /** Which event. */
  readonly type: "stage-begin" | "stage-end";
  /** Name of the stage. */
  readonly stage: StageName;
  /** Boot group; `undefined` outside of groups. */
  readonly group: number | undefined;
  /** Seconds that it took; 0 at its beginning. */
  readonly seconds: number;
}

/** Where a step stands. */
export interface StepEvent {
  /** Id of the step in the plan; `undo` and `unlock` are those of the clean-up. */
  readonly step: string;
  /** The host, or `here`. */
  readonly host: string;
  /** Name of its stage. */
  readonly stage: StageName | "undo" | "unlock";
}

/** A step began. */
export interface StepBeginEvent extends StepEvent {
  /** Which event. */
  readonly type: "step-begin";
  /** What it does, such as `starting shop-web-8c1f2ab`. */
  readonly title: string;
}

/** A step wrote something. */
export interface StepOutputEvent extends StepEvent {
  /** Which event. */
  readonly type: "step-output";
  /** Where it wrote to. */
  readonly stream: "stdout" | "stderr";
  /** What, secrets replaced by their names. */
  readonly text: string;
}

/** A step ended. */
export interface StepEndEvent extends StepEvent {
  /** Which event. */
  readonly type: "step-end";
  /** How. */
  readonly status: StepStatus;
  /** Seconds that it took. */
  readonly seconds: number;
}

/** A host waits for others. */
export interface WaitEvent {
  /** Which event. */
  readonly type: "waiting";
  /** The host. */
  readonly host: string;
  /** Name of its stage. */
  readonly stage: StageName;
  /** For what. */
  readonly reason: string;
}

/** Something failed, and what was done goes back. */
export interface UndoEvent {
  /** Which event. */
  readonly type: "undo-begin" | "undo-end";
  /** Hosts that go back. */
  readonly hosts: readonly string[];
}

/** The run ended. */
export interface EndEvent {
  /** Which event. */
  readonly type: "end";
  /** How. */
  readonly outcome: RunOutcome;
  /** Seconds since it began. */
  readonly seconds: number;
}

/** How a step ended: done, failed, never begun, broken off, or done and taken back. */
export type StepStatus = "done" | "failed" | "skipped" | "cancelled" | "undone";

/** How a run ended: all done, something failed, the user broke it off, or a host was not as planned. */
export type RunOutcome = "done" | "failed" | "cancelled" | "moved";

/** Something that went well and should go better, as it stands in a report. */
export interface HostWarning extends Warning {
  /** The host. */
  readonly host: string;
}

/** A failure as it stands in a report. */
export interface Failure {
  /** Kind of failure. */
  readonly code: ErrorCode;
  /** The host, or `here`. */
  readonly host: string;
  /** What went wrong. */
  readonly message: string;
  /** What to do next. */
  readonly hint: string | undefined;
  /** Lines that show it. */
  readonly details: readonly string[];
  /** Why a container did not become ready, for programs; left out where it is about something else, or unknown. */
  readonly cause?: Cause | undefined;
}
