/**
 * Surroundings for the command line that remember what was written.
 *
 * @module
 */

import type { Io, Output } from "../../sdk/cli/io.ts";

/** What surroundings are made of. */
export interface FakeIoOptions {
  /** Whether standard output and standard error are terminals. @default {false} */
  readonly isTerminal?: boolean;
  /** Lines that whoever is asked gives; nobody is there without them. */
  readonly answers?: readonly string[];
  /** Whether nobody reads standard output any more. @default {false} */
  readonly isBroken?: boolean;
}

/** Surroundings that remember. */
export class FakeIo implements Io {
  /** What was written to standard output. */
  written = "";
  /** What was written to standard error. */
  told = "";
  /** Code that the program ended with at once. */
  exited: number | undefined;
  /** Timers that go. */
  timers = 0;
  readonly out: Output;
  readonly err: Output;
  readonly isInteractive: boolean;
  readonly root = "/project";
  readonly noColor = true;
  readonly #answers: string[];
  readonly #listeners = new Set<() => void>();

  constructor({ isTerminal = false, answers, isBroken = false }: FakeIoOptions = {}) {
    const size = (): { columns: number; rows: number } | undefined =>
      isTerminal ? { columns: 80, rows: 24 } : undefined;
    this.out = {
      isTerminal,
      size,
      write: (text) => {
        this.written += text;
        return !isBroken;
      },
    };
    this.err = {
      isTerminal,
      size,
      write: (text) => {
        this.told += text;
        return true;
      },
    };
    this.isInteractive = answers !== undefined;
    this.#answers = [...answers ?? []];
  }

  environment(): Readonly<Record<string, string>> {
    return { HOME: "/home/dev" };
  }

  readLine(signal: AbortSignal): Promise<string | undefined> {
    return Promise.resolve(signal.aborted ? undefined : this.#answers.shift());
  }

  onInterrupt(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  every(): () => void {
    this.timers++;
    return () => this.timers--;
  }

  seconds(): number {
    return 0;
  }

  exit(code: number): never {
    this.exited = code;
    throw new Error("the program has ended");
  }

  /** Interrupts what runs. */
  interrupt(): void {
    for (const listener of this.#listeners) listener();
  }
}
