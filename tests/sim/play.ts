/**
 * Playing a story on a simulated fleet, and telling which rules it broke.
 *
 * @module
 */

import { configOf, deploymentAt } from "./deployment.ts";
import { checkEnd } from "./ending.ts";
import { perform } from "./perform.ts";
import { type Stage, stageOf } from "./stage.ts";
import type { Story } from "./story.ts";
import type { Violation } from "./watch.ts";

/** Plays a story to its end; gives what it broke, nothing for a story that ends well. */
export async function play(story: Story): Promise<readonly Violation[]> {
  return await playOn(stageOf(story));
}

/** Plays a story on a stage of its own; gives what it broke. */
export async function playOn(stage: Stage): Promise<readonly Violation[]> {
  const { watch, fleet, story } = stage;
  // Nothing below may wait for the real machine: the clock would leap over it.
  await configOf(story.deployment);
  for (const act of story.acts) await configOf(deploymentAt(story.deployment, act), act.revision);
  const over = new AbortController();
  const hangs = fleet.clock.sleep(FOREVER_SECONDS, over.signal).then((isSlept) => {
    if (isSlept) watch.note("a command ends", "it waits for what never comes");
  });
  await Promise.race([hangs, playActs(stage).finally(() => over.abort())]);
  return watch.violations;
}

const FOREVER_SECONDS = 1e6;

async function playActs(stage: Stage): Promise<void> {
  for (const [index, act] of stage.story.acts.entries()) {
    await perform(stage, act, index);
    if (stage.watch.violations.length > 0) return;
  }
  await checkEnd(stage);
}
