/**
 * Answers to questions that need no step on any host: the probe has told already.
 *
 * @module
 */

import type { ReleaseSummary } from "./release.ts";

/** An answer, told apart by its type. */
export type Answer = ReleasesAnswer;

/** The answer of `rollback --list`. */
export interface ReleasesAnswer {
  /** Which answer. */
  readonly type: "releases";
  /** The releases, the newest first. */
  readonly releases: readonly ReleaseSummary[];
}
