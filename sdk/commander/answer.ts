/**
 * Which questions are answered from what hosts have told already.
 *
 * @module
 */

import type { Answer } from "../plan/answer.ts";
import { staleContainers } from "../plan/app_remove.ts";
import { standingCanaries } from "../plan/canary_status.ts";
import { driftOf } from "../plan/drift.ts";
import type { PlanInput } from "../plan/input.ts";
import { listReleases } from "../plan/release.ts";
import type { Verb } from "./verb.ts";

/** The answer to a command; `undefined` for one that is no such question. */
export function answerTo(verb: Verb, input: PlanInput): Answer | undefined {
  switch (verb.name) {
    case "releases":
      return { type: "releases", releases: listReleases(input) };
    case "canary status":
      return { type: "canary", canaries: standingCanaries(input) };
    case "app stale-containers":
      return { type: "stale-containers", containers: staleContainers(input) };
    case "drift":
      return { type: "drift", differences: driftOf(input) };
    default:
      return undefined;
  }
}
