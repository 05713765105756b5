/**
 * Answers as they come: what a followed log and a command in a container write.
 *
 * @module
 */

import type { Event, StepOutputEvent } from "../exec/event.ts";
import { answerLabels, renderAnswerLines } from "../report/answer_text.ts";
import type { Io } from "./io.ts";

/** Writes answers where the command they come from wrote them: to standard output or standard error. */
export class AnswerStream {
  readonly #io: Io;
  readonly #onUnread: () => void;
  #labels: ReadonlyMap<string, string> = new Map();

  /** Begins without a plan; `onUnread` is called once nobody reads any more. */
  constructor(io: Io, onUnread: () => void) {
    this.#io = io;
    this.#onUnread = onUnread;
  }

  /** Learns from the plan who answers. */
  follow(event: Event): void {
    if (event.type === "planned") this.#labels = answerLabels(event.plan);
  }

  /** Writes a piece of an answer, each line behind its host where several hosts answer. */
  write({ step, stream, text }: StepOutputEvent): void {
    const output = stream === "stdout" ? this.#io.out : this.#io.err;
    const color = output.isTerminal && !this.#io.noColor;
    const lines = renderAnswerLines(this.#labels.get(step) ?? "", this.#labels.values(), text, {
      color,
    });
    if (!output.write(lines)) this.#onUnread();
  }
}
