/**
 * Following one step of a script.
 *
 * @module
 */

import { type MeasureImage, readLayers } from "../operations/image_size.ts";
import { describeOperation } from "../operations/operation.ts";
import { isMark, splitParts, withoutMarks } from "../operations/parts.ts";
import type { StageName, Step } from "../plan/plan.ts";
import type { StepResult } from "../transport/transport.ts";
import type { StepEvent } from "./event.ts";
import { failuresOfStep, movedState, warningsOfStep } from "./failure.ts";
import { Lines } from "./lines.ts";
import type { RunContext } from "./run_context.ts";

/** Follows one step: its events, its place in the ledger, its failure. */
export class StepWatcher {
  /** Whether the failure was told already. */
  explained = false;
  readonly #context: RunContext;
  readonly #event: StepEvent;
  readonly #step: Step;
  readonly #lines: Readonly<Record<"stdout" | "stderr", Lines>>;
  #ended = false;

  /** Watches a step of a host's script. */
  constructor(context: RunContext, stage: StageName, host: string, step: Step) {
    this.#context = context;
    this.#step = step;
    this.#event = { step: step.id, host, stage };
    const lines = (stream: "stdout" | "stderr"): Lines =>
      new Lines((text) => {
        if (isMark(text)) return;
        context.emit({
          type: "step-output",
          ...this.#event,
          stream,
          text: context.effects.redact(text),
        });
      });
    this.#lines = { stdout: lines("stdout"), stderr: lines("stderr") };
  }

  /** Notes that it has begun. */
  begin(): void {
    // Until its end is known, a step may have done anything.
    this.#context.ledger.note(this.#step.id, { status: "cancelled" });
    this.#context.emit({ type: "step-begin", ...this.#event, title: titleOf(this.#step) });
  }

  /** Takes a piece of what it says. */
  output(stream: "stdout" | "stderr", text: string): void {
    this.#lines[stream].push(text);
  }

  /** Notes its end: the first that is told. */
  end(result: StepResult): void {
    const { ledger, latches, emit, effects, fail, warn, moved } = this.#context;
    const began = ledger.statusOf(this.#step.id) !== "skipped";
    if (this.#ended || (!began && result.exitCode === undefined)) return;
    this.#ended = true;
    this.#lines.stdout.flush();
    this.#lines.stderr.flush();
    const status = result.exitCode === undefined
      ? "cancelled"
      : result.exitCode === 0
      ? "done"
      : "failed";
    const state = movedState(this.#step.operations, result);
    if (state !== undefined) moved.set(this.#event.host, state);
    const { host } = this.#event;
    const failures = status === "failed" && !this.explained
      ? failuresOfStep(host, this.#step.operations, result, effects.redact)
      : [];
    // What a cause was read from stands in the failure: a log is long enough once.
    const isRead = state !== undefined || failures.some(({ cause }) => cause !== undefined);
    ledger.note(this.#step.id, {
      status,
      seconds: result.seconds,
      exitCode: result.exitCode,
      stdout: isRead ? "" : effects.redact(withoutMarks(result.stdout)),
      stderr: effects.redact(withoutMarks(result.stderr)),
    });
    failures.forEach(fail);
    if (status === "done") this.#measure(result);
    warningsOfStep(host, this.#step.operations, result, effects.redact).forEach(warn);
    emit({ type: "step-end", ...this.#event, status, seconds: result.seconds });
    latches.settle(this.#step.id, status === "done");
  }

  /** Fails where it has no end, though nobody here broke it off. */
  checkKilled(result: StepResult): void {
    if (result.exitCode !== undefined) return;
    this.#context.fail({
      code: "COMMAND_FAILED",
      host: this.#event.host,
      message: `the script was killed before "${titleOf(this.#step)}" had come to its end`,
      hint:
        "Somebody ended it on the host, or the kernel did for want of memory: dmesg tells. Then run the command again.",
      details: [],
    });
  }

  /** Keeps what the builder told of an image. */
  #measure(result: StepResult): void {
    const { operations } = this.#step;
    if (!operations.some(({ kind }) => kind === "measure-image")) return;
    for (const { index, stdout } of splitParts(operations.length, { ...result, exitCode: 0 })) {
      const operation = operations[index]!;
      const layers = operation.kind === "measure-image" ? readLayers(stdout) : undefined;
      if (layers !== undefined) this.#context.layers.set((operation as MeasureImage).image, layers);
    }
  }
}

/** What a step does, in a few words. */
function titleOf({ operations }: Pick<Step, "operations">): string {
  const shown = operations.map(describeOperation);
  const main = shown.find((description) => !description.minor) ?? shown[0];
  return main === undefined ? "" : [main.noun, main.subject].join(" ");
}
