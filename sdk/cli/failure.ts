/**
 * Telling what went wrong before or beside a run.
 *
 * @module
 */

import { type ErrorCode, SextantError } from "../errors.ts";
import { renderError, renderTrouble } from "../report/error_text.ts";
import { errorLine, toJsonLine, troubleLine } from "../report/json.ts";
import { exitCodeOf, exitCodeOfError } from "./exit_code.ts";
import type { Io } from "./io.ts";

/** How failures are told. */
export interface FailureOptions {
  /** Where. */
  readonly io: Io;
  /** Whether programs read along. */
  readonly json: boolean;
  /** A last line, such as that nothing was changed. */
  readonly closing?: string | undefined;
}

/** Tells of whatever was thrown and gives its exit code. */
export function tellError(error: unknown, { io, json, closing }: FailureOptions): number {
  if (json) io.out.write(toJsonLine(errorLine(error)));
  io.err.write(renderError(error, { color: io.err.isTerminal && !io.noColor }));
  // Of a bug nobody knows what it has done.
  if (closing !== undefined && error instanceof SextantError) io.err.write(`  ${closing}\n`);
  return exitCodeOfError(error);
}

/** Tells of a failure that was not thrown and gives its exit code. */
export function tellTrouble(
  trouble: { readonly code: ErrorCode; readonly message: string; readonly hint: string },
  { io, json }: FailureOptions,
): number {
  if (json) io.out.write(toJsonLine(troubleLine(trouble)));
  io.err.write(renderTrouble(trouble, { color: io.err.isTerminal && !io.noColor }));
  return exitCodeOf(trouble.code);
}
