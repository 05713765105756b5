/**
 * Everything that happens as JSON lines, for programs: one object per line, told apart by `type`.
 *
 * @module
 */

import { ConfigError, type ConfigProblem, messageOf, SextantError } from "../errors.ts";
import type { Event, Failure, HostWarning, RunOutcome } from "../exec/event.ts";
import type { Report, StageReport, StepReport } from "../exec/report.ts";
import type { Answer } from "../plan/answer.ts";
import type { Plan } from "../plan/plan.ts";
import type { Trouble } from "./error_text.ts";
import type { RunSummary } from "./report_text.ts";

/** One line of `--json`: an event, the end of a command, or the answer to a question. */
export type JsonLine =
  | Event
  | PlanLine
  | ReportLine
  | ServingLine
  | Answer
  | ErrorLine
  | ConfigLine
  | VersionLine
  | FilesLine;

/** The answer of `plan`. */
export interface PlanLine {
  /** Which line. */
  readonly type: "plan";
  /** The plan; it does nothing where `stages` is empty. */
  readonly plan: Plan;
}

/** The end of a command that ran; its plan came before, in the event `planned`. */
export interface ReportLine {
  /** Which line. */
  readonly type: "report";
  /** How it ended. */
  readonly outcome: RunOutcome;
  /** Every step in order, with what it wrote. */
  readonly steps: readonly StepReport[];
  /** Everything that failed; the first one is why the run ended. */
  readonly failures: readonly Failure[];
  /** What failed while cleaning up. */
  readonly cleanUpFailures: readonly Failure[];
  /** What went well and should go better. */
  readonly warnings: readonly HostWarning[];
  /** Seconds of each stage. */
  readonly stages: readonly StageReport[];
  /** What became of the lock; left out where none was needed. */
  readonly lock: Report["lock"];
  /** Seconds from the first step to the last. */
  readonly seconds: number;
  /** Version that serves on each host now. */
  readonly serving: Readonly<Record<string, string>>;
  /** Hosts that were asked what serves now and did not answer; left out where there are none. */
  readonly silent?: readonly string[] | undefined;
  /** Seconds until all hosts were connected and had answered. */
  readonly connectSeconds: number;
  /** Seconds of that which the slowest host took for its answer. */
  readonly probeSeconds: number;
  /** Exchanges with each host, the probe among them. */
  readonly exchanges: Readonly<Record<string, number>>;
}

/** The answer of `app version`, and the end of a command that had nothing to do. */
export interface ServingLine {
  /** Which line. */
  readonly type: "serving";
  /** Version that serves on each host; hosts without one are left out. */
  readonly serving: Readonly<Record<string, string>>;
}

/** The command failed before anything was done. */
export interface ErrorLine {
  /** Which line. */
  readonly type: "error";
  /** Kind of failure; `BUG` for what nobody expected. */
  readonly code: string;
  /** What went wrong. */
  readonly message: string;
  /** What to do next; left out where there is nothing to say. */
  readonly hint: string | undefined;
  /** Lines that show it. */
  readonly details: readonly string[];
  /** What is wrong in the configuration, one by one; left out for other failures. */
  readonly problems: readonly ConfigProblem[] | undefined;
}

/** The answer of `config`. */
export interface ConfigLine {
  /** Which line. */
  readonly type: "config";
  /** SHA-256 in hex of the configuration. */
  readonly sha256: string;
  /** The resolved configuration; secrets stand in it by name. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** The answer of `version`. */
export interface VersionLine {
  /** Which line. */
  readonly type: "version";
  /** Version of sextant. */
  readonly version: string;
}

/** The answer of `init`. */
export interface FilesLine {
  /** Which line. */
  readonly type: "files";
  /** Files that were written. */
  readonly created: readonly string[];
  /** Files that were there already and were left as they are. */
  readonly kept: readonly string[];
}

/** A line of JSON with its newline. */
export function toJsonLine(line: JsonLine): string {
  return `${JSON.stringify(line)}\n`;
}

/** The line at the end of a run. */
export function reportLine({ report, ...rest }: RunSummary): ReportLine {
  const { outcome, steps, failures, cleanUpFailures, warnings, stages, lock, seconds } = report;
  const ended = { outcome, steps, failures, cleanUpFailures, warnings, stages, lock, seconds };
  const { serving, silent, connectSeconds, probeSeconds, exchanges } = rest;
  const known = silent === undefined ? { serving } : { serving, silent };
  return { type: "report", ...ended, ...known, connectSeconds, probeSeconds, exchanges };
}

/** The line for whatever was thrown. */
export function errorLine(error: unknown): ErrorLine {
  if (!(error instanceof SextantError)) {
    return troubleLine({ code: "BUG", message: messageOf(error) });
  }
  const problems = error instanceof ConfigError ? error.problems : undefined;
  return { ...troubleLine(error), problems };
}

/** The line for a failure that was not thrown. */
export function troubleLine({ code, message, hint, details = [] }: Trouble): ErrorLine {
  return { type: "error", code, message, hint, details, problems: undefined };
}
