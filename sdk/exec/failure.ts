/**
 * Failed steps, told in words.
 *
 * @module
 */

import { type HostError, messageOf, SextantError } from "../errors.ts";
import {
  describeOperation,
  explainFailure,
  type Operation,
  warnOf,
} from "../operations/operation.ts";
import { splitParts } from "../operations/parts.ts";
import { MOVED_STATUS } from "../operations/state.ts";
import type { StepResult } from "../transport/transport.ts";
import type { Failure, HostWarning } from "./event.ts";

/** Tells why a step failed, once for what is alike; the texts are free of secrets. */
export function failuresOfStep(
  host: string,
  operations: readonly Operation[],
  result: StepResult,
  redact: (text: string) => string,
): readonly Failure[] {
  const outcome = {
    exitCode: result.exitCode ?? -1,
    stdout: redact(result.stdout),
    stderr: redact(result.stderr),
  };
  const failed = splitParts(operations.length, outcome).filter(({ exitCode }) => exitCode !== 0);
  const parts = failed.length === 0 ? [{ index: 0, ...outcome }] : failed;
  const alike = Map.groupBy(parts, ({ index }) => {
    const { noun } = describeOperation(operations[index]!);
    return `${operations[index]!.kind} ${noun}`;
  });
  return [...alike.values()].map(([first, ...others]) => {
    const explanation = explainFailure(operations[first!.index]!, first!);
    const names = others.map(({ index }) => describeOperation(operations[index]!).subject);
    const also = names.length === 0 ? [] : [`so did ${names.join(", ")}`];
    return {
      code: explanation.code,
      host,
      message: explanation.message,
      hint: explanation.hint,
      details: [...also, ...explanation.details ?? []],
      ...explanation.cause === undefined ? {} : { cause: explanation.cause },
    };
  });
}

/** What a step should be warned of, one by one; the texts are free of secrets. */
export function warningsOfStep(
  host: string,
  operations: readonly Operation[],
  result: StepResult,
  redact: (text: string) => string,
): readonly HostWarning[] {
  const outcome = {
    exitCode: result.exitCode ?? -1,
    stdout: redact(result.stdout),
    stderr: redact(result.stderr),
  };
  return splitParts(operations.length, outcome).flatMap((part) => {
    if (part.exitCode !== 0) return [];
    const warning = warnOf(operations[part.index]!, part);
    return warning === undefined ? [] : [{ host, ...warning }];
  });
}

/** The new state that a step found where its host is no longer as planned; `undefined` where it is. */
export function movedState(
  operations: readonly Operation[],
  result: StepResult,
): string | undefined {
  if (result.exitCode !== MOVED_STATUS || operations[0]!.kind !== "check-state") return undefined;
  const parts = splitParts(operations.length, { ...result, exitCode: result.exitCode });
  return parts.find(({ index }) => index === 0)?.stdout;
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
