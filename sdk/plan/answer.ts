/**
 * Answers to questions that need no step on any host: the probe has told already.
 *
 * @module
 */

import type { StaleContainer } from "./app_remove.ts";
import type { ReleaseSummary } from "./release.ts";

/** An answer, told apart by its type. */
export type Answer = ReleasesAnswer | StaleAnswer;

/** The answer of `app stale-containers`. */
export interface StaleAnswer {
  /** Which answer. */
  readonly type: "stale-containers";
  /** Containers that run and do not serve. */
  readonly containers: readonly StaleContainer[];
}

/** The answer of `rollback --list`. */
export interface ReleasesAnswer {
  /** Which answer. */
  readonly type: "releases";
  /** The releases, the newest first. */
  readonly releases: readonly ReleaseSummary[];
}
