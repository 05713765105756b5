/**
 * What exec needs from outside a plan: the user's functions, secret values, files.
 *
 * @module
 */

import type { Clock } from "./clock.ts";

/** The user's side of a run; the plan names these things, and only exec asks for them. */
export interface Effects {
  /** By what pauses are waited out, and how long things take is told. */
  readonly clock: Clock;
  /**
   * Runs a hook to its end.
   *
   * @throws {SextantError} `HOOK_FAILED` if it fails.
   */
  readonly hook: (call: HookCall) => Promise<void>;
  /** Gives a secret's value. */
  readonly secret: (name: string) => string;
  /** Gives a project file's content as Base64. */
  readonly file: (path: string) => string;
  /** Replaces every secret value in a text by its name. */
  readonly redact: (text: string) => string;
}

/** A hook that is due. */
export interface HookCall {
  /** Kamal's name of the hook. */
  readonly name: string;
  /** Hosts that it is about. */
  readonly hosts: readonly string[];
  /** Takes a line of its output. */
  readonly log: (line: string) => void;
  /** Seconds that the run took, for hooks at its end. */
  readonly runtime: number | undefined;
  /** Tells it to end. */
  readonly signal: AbortSignal;
}
