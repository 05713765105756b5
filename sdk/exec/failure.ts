/**
 * Failed steps, told in words.
 *
 * @module
 */

import { type HostError, messageOf, SextantError } from "../errors.ts";
import { explainFailure, type Operation } from "../operations/operation.ts";
import { MOVED_STATUS } from "../operations/state.ts";
import type { StepResult } from "../transport/transport.ts";
import type { Failure } from "./event.ts";

/** Tells why a step failed; the texts are free of secrets. */
export function failureOfStep(
  host: string,
  operations: readonly Operation[],
  result: StepResult,
  redact: (text: string) => string,
): Failure {
  const outcome = {
    exitCode: result.exitCode ?? -1,
    stdout: redact(result.stdout),
    stderr: redact(result.stderr),
  };
  const explanation = explainFailure(culprit(operations, outcome.exitCode), outcome);
  return {
    code: explanation.code,
    host,
    message: explanation.message,
    hint: explanation.hint,
    details: explanation.details ?? [],
  };
}

/** Tells what was thrown while a host worked. */
export function failureOfError(
  host: string,
  error: unknown,
  redact: (text: string) => string,
): Failure {
  if (!(error instanceof SextantError)) {
    return {
      code: "COMMAND_FAILED",
      host,
      message: redact(messageOf(error)),
      hint: undefined,
      details: [],
    };
  }
  const named = (error as Partial<HostError>).host;
  // A host error says its host itself, and so does a failure.
  const message = named === undefined ? error.message : error.message.slice(named.length + 2);
  return {
    code: error.code,
    host,
    message: redact(message),
    hint: error.hint,
    details: error.details.map(redact),
  };
}

/** The operation that most likely failed among those side by side: a check has an exit status of its own. */
function culprit(operations: readonly Operation[], exitCode: number): Operation {
  const changing = operations.find((operation) => operation.kind !== "check-state");
  const isMoved = exitCode === MOVED_STATUS && operations[0]!.kind === "check-state";
  return isMoved ? operations[0]! : changing ?? operations[0]!;
}
