/**
 * Failed steps, told in words.
 *
 * @module
 */

import { type HostError, messageOf, SextantError } from "../errors.ts";
import { describeOperation, explainFailure, type Operation } from "../operations/operation.ts";
import { splitParts } from "../operations/parts.ts";
import { MOVED_STATUS } from "../operations/state.ts";
import type { StepResult } from "../transport/transport.ts";
import type { Failure } from "./event.ts";

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

/**
 * What a step that was done could not do; `undefined` where it did all. Pruning fails nothing, but disks fill where it
 * goes on failing.
 */
export function warningOfStep(
  operations: readonly Operation[],
  result: StepResult,
  redact: (text: string) => string,
): string | undefined {
  if (!operations.some(({ kind }) => kind === "prune-versions")) return undefined;
  const parts = splitParts(operations.length, { ...result, exitCode: result.exitCode ?? -1 });
  const said = parts.filter(({ index }) => operations[index]!.kind === "prune-versions")
    .map(({ stderr }) => redact(stderr).trim()).join("");
  return said === "" ? undefined : `not all that is old could be removed: ${said}`;
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
