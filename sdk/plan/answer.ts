/**
 * Answers to questions that need no step on any host: the probe has told already.
 *
 * @module
 */

import type { StandingCanary } from "./canary_status.ts";
import type { Difference } from "./drift.ts";
import type { StaleContainer } from "./app_remove.ts";
import type { ReleaseSummary } from "./release.ts";

/** An answer, told apart by its type. */
export type Answer = CanaryAnswer | DriftAnswer | ReleasesAnswer | StaleAnswer;

/** The answer of `canary status`. */
export interface CanaryAnswer {
  /** Which answer. */
  readonly type: "canary";
  /** Canaries by host; empty where none stands. */
  readonly canaries: readonly StandingCanary[];
}

/** The answer of `drift`. */
export interface DriftAnswer {
  /** Which answer. */
  readonly type: "drift";
  /** Every field that differs; empty where hosts are as configured. */
  readonly differences: readonly Difference[];
}

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
