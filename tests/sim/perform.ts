/**
 * One act of a story: a command, or two at once, while things go wrong.
 *
 * @module
 */

import type { CommandOptions, Result } from "../../sdk/commander.ts";
import {
  checkLedger,
  checkLock,
  checkPolicy,
  checkRefusal,
  checkResult,
  lastReleases,
} from "./checks.ts";
import { Client } from "./client.ts";
import { holderOf, runCommand, type StoryCommand } from "./command.ts";
import { configOf, deploymentAt } from "./deployment.ts";
import { FAULTS, type PendingFaults } from "./faults.ts";
import { heal, type Stage } from "./stage.ts";
import type { Act, Rival } from "./story.ts";
import { pictureOf } from "./truth.ts";
import { traitsOf } from "./verbs.ts";

/** Performs an act and notes what it broke. */
export async function perform(stage: Stage, act: Act, run: number): Promise<void> {
  const { story, fleet, watch } = stage;
  const deployment = deploymentAt(story.deployment, act);
  const config = await configOf(deployment, act.revision);
  const before = pictureOf(stage);
  const releases = lastReleases(stage);
  const since = fleet.journal.length;
  const { revision = 0 } = act;
  const command = commandOf(stage, act, { config, revision, run });
  const rival = act.rival &&
    commandOf(stage, act.rival, { config, revision, run: run + RIVAL_RUNS });
  const commands = rival === undefined ? [command] : [command, rival];
  const cancel = new AbortController();
  const pending = stage.disturb(act.faults, {
    interrupt: () => cancel.abort(),
    kill: () => command.client.kill(),
  });
  watch.during(commands.map(({ client }) => client));
  const ends = await Promise.all([
    endOf(command, { signal: cancel.signal, approve: () => (stage.strikeAtPlan(), true) }),
    ...rival === undefined
      ? []
      : [fleet.clock.sleep(act.rival!.after).then(() => endOf(rival, {}))],
  ]);
  const [{ result }] = ends;
  if (rival === undefined && result !== undefined) {
    checkPolicy(stage, act, result.report, before, pending);
    const isTrue = pending.struck.every(({ kind }) =>
      !FAULTS[kind].isChange && !FAULTS[kind].isLoss
    );
    if (isTrue && command.client.traits.serves) checkLedger(stage, result, releases);
    await checkResult(stage, act, command, result, pending, before);
  }
  for (const end of ends) checkEach(stage, end, pending, since);
  // What a proxy was about to clear away it forgets as it ends.
  const isOver = commands.some(({ client }) => client.traits.stopsProxy === true);
  const isLost = pending.struck.some(({ kind }) => FAULTS[kind].isLoss === true);
  if (isOver || isLost) stage.isTidy = false;
  watch.during([]);
  heal(stage);
}

// So many runs later is nobody else's number.
const RIVAL_RUNS = 100;

/** How a command ended. */
interface End {
  readonly client: Client;
  readonly result?: Result;
  readonly error?: unknown;
}

/** What must be true of every command, whatever else is done at the same time. */
function checkEach(
  stage: Stage,
  { client, result, error }: End,
  pending: PendingFaults,
  since: number,
): void {
  if (error !== undefined) checkRefusal(stage, client, error, since);
  if (client.leak !== undefined) {
    stage.watch.note("no event tells a secret", JSON.stringify(client.leak));
  }
  if (!client.isDead) checkLock(stage, client, pending, result?.report);
  if ((result?.report?.cleanUpFailures.length ?? 0) > 0) stage.isTidy = false;
}

function commandOf(
  { fleet, story }: Stage,
  act: Act | Rival,
  { config, revision, run }: Pick<StoryCommand, "config" | "revision" | "run">,
): StoryCommand {
  const { verb, version } = act;
  const endsRoles = "without" in act && story.deployment.orphans === "stop";
  const traits = endsRoles ? { ...traitsOf(verb), stops: "for good" as const } : traitsOf(verb);
  const client = new Client(fleet, traits, holderOf(run));
  const lockWait = "waits" in act && act.waits === true ? LOCK_WAIT : undefined;
  return { verb, version, config, revision, client, clock: fleet.clock, run, lockWait };
}

const LOCK_WAIT = { timeout: 60, interval: 1 };

/** Runs a command to its end, and where nobody sees that, until the hosts have done what they were told. */
async function endOf(
  command: StoryCommand,
  options: Pick<CommandOptions, "signal" | "approve">,
): Promise<End> {
  const { client } = command;
  const end = await Promise.race([
    runCommand(command, options).then(
      (result): End => ({ client, result }),
      (error): End => ({ client, error }),
    ),
    client.died.then((): End => ({ client })),
  ]);
  if (client.isDead) await client.settled();
  return end;
}
