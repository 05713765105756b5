/**
 * Looking for stories that break a rule, seed by seed.
 *
 * @module
 */

import { storyOf } from "./generate.ts";
import { play } from "./play.ts";
import { shrunken } from "./shrink.ts";
import type { Story } from "./story.ts";
import { asEntry, tell } from "./tell.ts";
import type { Violation } from "./watch.ts";

/** A story that broke a rule. */
export interface Finding {
  /** Its seed. */
  readonly seed: number;
  /** The story, as small as it was wanted. */
  readonly story: Story;
  /** What it broke. */
  readonly violations: readonly Violation[];
}

/** Plays the stories of so many seeds from the first on; gives the first that breaks a rule. */
export async function search(
  first: number,
  runs: number,
  shrink: boolean,
): Promise<Finding | undefined> {
  for (let seed = first; seed < first + runs; seed++) {
    const story = storyOf(seed);
    const violations = await playNamed(story);
    const [violation] = violations;
    if (violation === undefined) continue;
    if (!shrink) return { seed, story, violations };
    const small = await shrunken(story, violation.rule);
    return { seed, story: small, violations: await play(small) };
  }
  return undefined;
}

/** A finding in words, with the entry to keep it by. */
export function findingText({ seed, story, violations }: Finding): string {
  return [
    `seed ${seed} breaks a rule:`,
    "",
    tell(story, violations),
    "",
    "to keep it, once it is mended, in tests/sim/stories.ts:",
    "",
    asEntry(story, violations),
    "",
    `again: deno task sim --seed ${seed} --runs 1`,
  ].join("\n");
}

async function playNamed(story: Story): Promise<readonly Violation[]> {
  try {
    return await play(story);
  } catch (cause) {
    throw new Error(`The story of seed ${story.seed} threw`, { cause });
  }
}
