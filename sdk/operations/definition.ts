/**
 * What every kind of operation must say of itself.
 *
 * @module
 */

import type { Command } from "../command.ts";
import type { ErrorCode } from "../errors.ts";
import type { Cause } from "./cause.ts";
import type { ImageLayer } from "./image_size.ts";
import type { Operation } from "./operation.ts";

/** How an operation shows in a plan. */
export interface Description {
  /** `+` starts or adds, `-` stops or removes, `~` changes; absent where nothing that serves is touched. */
  readonly mark?: "+" | "-" | "~" | undefined;
  /** What it is about: a role, an accessory, `route`, `pull` … */
  readonly noun: string;
  /** The thing itself, as a user would type it. */
  readonly subject: string;
  /** A condition or a reason, such as `healthy at /up within 30 s`. */
  readonly detail?: string | undefined;
  /** Housekeeping: shown only in a verbose plan. */
  readonly minor?: boolean | undefined;
}

/** How an operation ended on a host, without its secrets. */
export interface Outcome {
  /** Exit status. */
  readonly exitCode: number;
  /** Standard output. */
  readonly stdout: string;
  /** Standard error. */
  readonly stderr: string;
}

/** Why an operation failed, in words. */
export interface Explanation {
  /** Kind of failure. */
  readonly code: ErrorCode;
  /** What went wrong; the host is named beside it. */
  readonly message: string;
  /** What to do next. */
  readonly hint?: string | undefined;
  /** Lines that show it. */
  readonly details?: readonly string[] | undefined;
  /** Why, for programs; `undefined` where the facts show nothing certain. */
  readonly cause?: Cause | undefined;
}

/** What an operation that was done could not do, or took long for. */
export interface Warning {
  /** What; the host is named beside it. */
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string | undefined;
}

/** Values that come into being only when a plan runs. */
export interface RenderContext {
  /** Gives a secret's value. */
  readonly secret: (name: string) => string;
  /** Gives a project file's content as Base64. */
  readonly file: (path: string) => string;
  /** Gives the layers of an image that was built here, the lowest first; `undefined` for any other. */
  readonly layers?: (image: string) => readonly ImageLayer[] | undefined;
}

/** A look at an operation that takes long. */
export interface SlowLook {
  /** Seconds from which it is looked at. */
  readonly from: number;
  /** Shell text; `$sx_s` is the seconds that it took. */
  readonly shell: string;
}

/** Everything that is known about one kind of operation. */
export interface Definition<O> {
  /** Whether it changes anything on a host or in a registry. */
  readonly changes: boolean;
  /** How it shows in a plan. */
  readonly describe: (operation: O) => Description;
  /** The command it becomes. */
  readonly render: (operation: O, context: RenderContext) => Command;
  /** The operations that take it back, in order; harmless where it was only half done or not at all. */
  readonly inverse?: (operation: O) => readonly Operation[];
  /** Shell text that finds out more after it has failed; its output is read by `explain`. */
  readonly look?: (operation: O) => string;
  /** Shell text that finds out more after it has taken long; its output is read by `warn`. */
  readonly lookAtSlow?: (operation: O) => SlowLook;
  /** Reads a failure; without it the end of standard error is the message. */
  readonly explain?: (operation: O, outcome: Outcome) => Explanation;
  /** Reads what an operation that was done should be warned of; `undefined` for nothing. */
  readonly warn?: (operation: O, outcome: Outcome) => Warning | undefined;
}

/** A container as people know it: an id, which stays where names move, in the length that Docker shows. */
export function shownContainer(nameOrId: string): string {
  return /^[0-9a-f]{64}$/.test(nameOrId) ? nameOrId.slice(0, 12) : nameOrId;
}

/** The last lines of a text, without empty ones. */
export function lastLines(text: string, count: number): readonly string[] {
  return text.split("\n").map((line) => line.trimEnd()).filter((line) => line !== "").slice(-count);
}
