/**
 * Progress on standard error: live lines on a terminal, plain lines elsewhere.
 *
 * @module
 */

import type { Event } from "../exec/event.ts";
import { renderEvent } from "../report/event_text.ts";
import type { RenderOptions } from "../report/layout.ts";
import { advance, NO_PROGRESS, type Progress, renderLive } from "../report/progress.ts";
import type { Io } from "./io.ts";
import { LiveArea } from "./live_area.ts";

/** What is shown. */
export interface ProgressOptions {
  /** Whether the command is a question, whose steps are of no interest. */
  readonly isQuestion: boolean;
  /** Whether the command takes over the terminal. */
  readonly isInteractive: boolean;
  /** Whether all is shown, line by line. */
  readonly isVerbose: boolean;
  /** Whether nothing but warnings is shown. */
  readonly isQuiet: boolean;
  /** How lines are written just now. */
  readonly render: () => RenderOptions;
}

/** Milliseconds between two looks at the clock. */
const REFRESH_INTERVAL = 100;

/** Events that stay on a terminal once they have happened. */
const LASTING: ReadonlySet<Event["type"]> = new Set(["notice", "step-output", "undo-begin"]);

/** Shows what is going on. */
export class ProgressView {
  readonly #io: Io;
  readonly #options: ProgressOptions;
  readonly #live: LiveArea | undefined;
  #progress: Progress = NO_PROGRESS;
  #stopTimer: (() => void) | undefined;

  /** Begins with nothing on the screen. */
  constructor(io: Io, options: ProgressOptions) {
    this.#io = io;
    this.#options = options;
    const { isVerbose, isQuiet, isInteractive } = options;
    const isLive = io.err.isTerminal && !isVerbose && !isQuiet && !isInteractive;
    this.#live = isLive ? new LiveArea(io.err) : undefined;
  }

  /** Shows an event. */
  event(event: Event): void {
    this.#progress = advance(this.#progress, event, this.#io.seconds());
    if (this.#shows(event)) {
      const line = renderEvent(this.#progress, event, this.#options.render());
      if (line !== undefined) {
        this.#live?.clear();
        this.#io.err.write(`${line}\n`);
      }
    }
    if (this.#live === undefined) return;
    this.#stopTimer ??= this.#io.every(REFRESH_INTERVAL, () => this.#draw());
    this.#draw();
  }

  /** Clears the screen for other words; the next event begins anew. */
  pause(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    this.#live?.clear();
  }

  #shows(event: Event): boolean {
    const { isQuiet, isQuestion, isVerbose } = this.#options;
    if (isQuiet || (isQuestion && !isVerbose)) return event.type === "notice";
    return this.#live === undefined || LASTING.has(event.type);
  }

  #draw(): void {
    const rows = this.#io.err.size()?.rows;
    const lines = renderLive(this.#progress, this.#io.seconds(), {
      ...this.#options.render(),
      rows: rows === undefined ? undefined : Math.max(1, rows - 2),
    });
    this.#live?.draw(lines);
  }
}
