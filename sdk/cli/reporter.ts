/**
 * Telling what happens while a command runs: to people as text, to programs as JSON lines.
 *
 * @module
 */

import type { Result } from "../commander.ts";
import type { Event } from "../exec/event.ts";
import type { Answer } from "../plan/answer.ts";
import { isEmpty, type Plan } from "../plan/plan.ts";
import { renderAnswers, renderServing } from "../report/answer_text.ts";
import { renderAnswer } from "../report/known_answer.ts";
import { reportLine, toJsonLine } from "../report/json.ts";
import type { RenderOptions } from "../report/layout.ts";
import { renderPlan } from "../report/plan_text.ts";
import { renderReport } from "../report/report_text.ts";
import { AnswerStream } from "./answer_stream.ts";
import type { FlagValues } from "./command.ts";
import type { Io, Output } from "./io.ts";
import { ProgressView } from "./progress_view.ts";

/** Tells what happens. */
export interface Reporter {
  /** Takes an event. */
  event(event: Event): void;
  /** Shows a plan that is about to be run, or asked about. */
  plan(plan: Plan, isAsked: boolean): void;
  /** Tells the end of a command. */
  result(result: Result): void;
  /** Leaves the terminal to other words, and ends all that goes on by itself until the next event. */
  pause(): void;
}

/** What is told, and how. */
export interface ReporterOptions {
  /** Whether the command is a question, whose answer is all that matters. */
  readonly isQuestion: boolean;
  /** Whether the answer is told as it comes. */
  readonly isStreamed: boolean;
  /** Whether the command takes over the terminal. */
  readonly isInteractive: boolean;
  /** Nobody reads the answer any more. */
  readonly onUnread: () => void;
}

/** The reporter that the flags ask for. */
export function makeReporter(io: Io, { on }: FlagValues, options: ReporterOptions): Reporter {
  return on.has("json")
    ? new JsonReporter(io, options)
    : new TextReporter(io, { ...options, isVerbose: on.has("verbose"), isQuiet: on.has("quiet") });
}

/** How an output is written to. */
export function renderOptions(io: Io, output: Output, isVerbose: boolean): RenderOptions {
  return {
    columns: output.size()?.columns,
    color: output.isTerminal && !io.noColor,
    verbose: isVerbose,
  };
}

class TextReporter implements Reporter {
  readonly #io: Io;
  readonly #options: ReporterOptions & { readonly isVerbose: boolean; readonly isQuiet: boolean };
  readonly #view: ProgressView;
  readonly #answers: AnswerStream;

  constructor(
    io: Io,
    options: ReporterOptions & { readonly isVerbose: boolean; readonly isQuiet: boolean },
  ) {
    this.#io = io;
    this.#options = options;
    this.#view = new ProgressView(io, {
      ...options,
      render: () => renderOptions(io, io.err, options.isVerbose),
    });
    this.#answers = new AnswerStream(io, options.onUnread);
  }

  event(event: Event): void {
    this.#answers.follow(event);
    const isAnswer = this.#options.isStreamed && event.type === "step-output";
    if (!isAnswer) return this.#view.event(event);
    this.#view.pause();
    this.#answers.write(event);
  }

  plan(plan: Plan, isAsked: boolean): void {
    this.#view.pause();
    if (this.#options.isQuiet && !isAsked) return;
    this.#io.out.write(renderPlan(plan, this.#render(this.#io.out)));
    this.#io.out.write("\n");
  }

  result(result: Result): void {
    this.#view.pause();
    if (result.answer !== undefined) return this.#answer(result.answer);
    if (result.plan.verb === "app version") return this.#serving(result);
    if (result.report === undefined) return this.#nothingToDo(result.plan);
    const { isQuestion, isStreamed, isQuiet } = this.#options;
    const { out, err } = this.#io;
    const { outcome } = result.report;
    if (isQuestion && !isStreamed) out.write(renderAnswers(result.report, this.#render(out)));
    if (outcome === "done") {
      if (!isQuestion && !isQuiet) {
        out.write(renderReport({ ...result, report: result.report }, this.#render(out)));
      }
      return;
    }
    // Breaking off is how following a log ends.
    if (isQuestion && outcome === "cancelled") return;
    err.write(renderReport({ ...result, report: result.report }, this.#render(err)));
  }

  pause(): void {
    this.#view.pause();
  }

  #answer(answer: Answer): void {
    const { out } = this.#io;
    out.write(renderAnswer(answer, this.#render(out)));
  }

  #serving({ plan, serving }: Result): void {
    this.#io.out.write(renderServing(plan.hosts, serving, this.#render(this.#io.out)));
  }

  #nothingToDo(plan: Plan): void {
    const { isQuestion, isQuiet } = this.#options;
    const { out, err } = this.#io;
    if (isEmpty(plan) && !isQuiet) (isQuestion ? err : out).write(renderPlan(plan));
  }

  #render(output: Output): RenderOptions {
    return renderOptions(this.#io, output, this.#options.isVerbose);
  }
}

class JsonReporter implements Reporter {
  readonly #io: Io;
  readonly #options: ReporterOptions;

  constructor(io: Io, options: ReporterOptions) {
    this.#io = io;
    this.#options = options;
  }

  event(event: Event): void {
    this.#write(toJsonLine(event));
  }

  plan(plan: Plan, isAsked: boolean): void {
    // Programs got it by its event; whoever is asked wants to read it.
    if (!isAsked) return;
    const { err } = this.#io;
    err.write(`${renderPlan(plan, renderOptions(this.#io, err, false))}\n`);
  }

  result({ report, answer, ...rest }: Result): void {
    if (answer !== undefined) return this.#write(toJsonLine(answer));
    this.#write(toJsonLine(
      report === undefined
        ? { type: "serving", serving: rest.serving }
        : reportLine({ report, ...rest }),
    ));
  }

  pause(): void {}

  #write(line: string): void {
    if (!this.#io.out.write(line) && this.#options.isQuestion) this.#options.onUnread();
  }
}
