/**
 * What a command of the command line is: a row of the table that parsing, help and running all read.
 *
 * @module
 */

import type { Dependencies } from "./dependencies.ts";
import type { Io } from "./io.ts";

/** One command. */
export interface Command {
  /** Its words, such as `["app", "logs"]`. */
  readonly path: readonly string[];
  /** What it does, in a few words. */
  readonly summary: string;
  /** What stands behind its words, in order. */
  readonly operands: readonly Operand[];
  /** Its own flags, beside those of every command. */
  readonly flags: readonly Flag[];
  /** Runs it and gives the exit code. */
  readonly run: (invocation: Invocation, context: CommandContext) => Promise<number>;
}

/** A word or words behind a command. */
export interface Operand {
  /** What to call it, such as `NAME`. */
  readonly name: string;
  /** Whether it may be left out. @default {false} */
  readonly optional?: boolean;
  /** Whether it takes all words that are left. @default {false} */
  readonly repeats?: boolean;
}

/** A flag. */
export interface Flag {
  /** Long name without dashes; `no-<something>` switches that off. */
  readonly name: string;
  /** Letter without dash. */
  readonly short?: string;
  /** What stands behind it; absent for a flag without a value. */
  readonly value?: FlagValue;
  /** Whether the command cannot do without it. @default {false} */
  readonly required?: boolean;
  /** What it does, in a few words. */
  readonly summary: string;
}

/** What a flag's value is. */
export interface FlagValue {
  /** What to call it, such as `VERSION`. */
  readonly name: string;
  /**
   * Any text, a whole number above 0, one from 0 to 100, a list with commas, or a name and a value with a colon between.
   */
  readonly kind: "text" | "count" | "percent" | "list" | "pair";
  /** Whether it may be left out. @default {false} */
  readonly optional?: boolean;
}

/** A command as it was given. */
export interface Invocation {
  /** The command. */
  readonly command: Command;
  /** Its operands, all checked. */
  readonly operands: readonly string[];
  /** Its flags, all checked. */
  readonly flags: FlagValues;
}

/** The flags that were given. */
export interface FlagValues {
  /** Flags without a value that are on. */
  readonly on: ReadonlySet<string>;
  /** Values by flag. */
  readonly text: Readonly<Record<string, string>>;
  /** Values of flags that may be given more than once, by flag. */
  readonly lists: Readonly<Record<string, readonly string[]>>;
}

/** What a command runs in. */
export interface CommandContext {
  /** Where it reads, writes and asks. */
  readonly io: Io;
  /** What it calls. */
  readonly dependencies: Dependencies;
}
