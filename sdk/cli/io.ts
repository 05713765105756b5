/**
 * Everything between the command line and the world: streams, questions, interrupts, the clock.
 *
 * @module
 */

/** What a command line runs in. */
export interface Io {
  /** Takes the answer: plans, details, logs, JSON lines. */
  readonly out: Output;
  /** Takes progress, questions, warnings and errors. */
  readonly err: Output;
  /** Whether somebody can be asked. */
  readonly isInteractive: boolean;
  /** Folder of the project. */
  readonly root: string;
  /** Whether colour is unwanted, whatever the output is. */
  readonly noColor: boolean;
  /** Environment variables. */
  readonly environment: () => Readonly<Record<string, string>>;
  /** Reads a line from whoever is asked; `undefined` at the end of input, or once the signal aborts. */
  readonly readLine: (signal: AbortSignal) => Promise<string | undefined>;
  /** Hears of each interrupt or termination until the returned function is called. */
  readonly onInterrupt: (listener: () => void) => () => void;
  /** Calls an action again and again, until the returned function is called. */
  readonly every: (milliseconds: number, action: () => void) => () => void;
  /** Seconds on a clock that only goes forward. */
  readonly seconds: () => number;
  /** Ends the program at once. */
  readonly exit: (code: number) => never;
}

/** Where text goes. */
export interface Output {
  /** Writes a text; gives whether anybody still reads. */
  readonly write: (text: string) => boolean;
  /** Whether it is a terminal. */
  readonly isTerminal: boolean;
  /** Size of the terminal in characters; `undefined` where it is none. */
  readonly size: () => TerminalSize | undefined;
}

/** Size of a terminal. */
export interface TerminalSize {
  /** Characters per line. */
  readonly columns: number;
  /** Lines. */
  readonly rows: number;
}
