/**
 * A story's hosts, who watches them, and what goes wrong on them.
 *
 * @module
 */

import type { Fault } from "../../sdk/simulate/fault.ts";
import { SimulatedFleet } from "../../sdk/simulate/fleet.ts";
import type { RegistryImage } from "../../sdk/simulate/image_store.ts";
import { type CommandControl, FAULTS, PendingFaults } from "./faults.ts";
import { lockHostOf, REPOSITORY, SERVICE } from "./deployment.ts";
import { furnished } from "./furnish.ts";
import { TRAEFIK_IMAGE } from "./kamal_1.ts";
import { Random } from "./random.ts";
import { hostName, type Story, type StoryFault } from "./story.ts";
import { Watch } from "./watch.ts";

/** A story under way. */
export interface Stage {
  /** The story. */
  readonly story: Story;
  /** Its hosts. */
  readonly fleet: SimulatedFleet;
  /** Who watches them. */
  readonly watch: Watch;
  /** Lets things go wrong from now on, and gives what will have. */
  readonly disturb: (faults: readonly StoryFault[], command?: CommandControl) => PendingFaults;
  /** Whether every command so far could take back all that it wanted to. */
  isTidy: boolean;
  /** Does at once what goes wrong as a plan was just made. */
  readonly strikeAtPlan: () => void;
}

const NOBODY: CommandControl = { interrupt: () => {}, kill: () => {} };

/** Furnishes a story's hosts. */
export function stageOf(story: Story): Stage {
  const random = new Random(story.seed);
  const names = story.hosts.map((_, index) => hostName(index));
  let pending = new PendingFaults([]);
  let command = NOBODY;
  const strike = (fault: StoryFault): Fault | undefined => {
    const host = fleet.host(names[fault.host] ?? names[0]!);
    const lockHost = fleet.host(lockHostOf(story.deployment));
    const { strike } = FAULTS[fault.kind];
    const met = strike({ host, lockHost, deployment: story.deployment, ...command });
    watch.changed(host);
    return met;
  };
  const fleet: SimulatedFleet = new SimulatedFleet({
    random: () => random.next(),
    images: registryOf(story),
    apps: appsOn(story, undefined),
    hosts: Object.fromEntries(names.map((name, index) => [
      name,
      { ...furnished(story, index), apps: appsOn(story, index) },
    ])),
    disturbance: {
      begins: (host, operation) =>
        pending.atOperation(names.indexOf(host.name), operation).map(strike)
          .find((fault) => fault !== undefined),
      takesEffect: (host, operation) => watch.before(host, operation),
      ended: (host, operation, exitCode) => watch.after(host, operation, exitCode),
    },
  });
  const watch = new Watch(fleet, story.deployment, names);
  return {
    story,
    fleet,
    watch,
    disturb: (faults, control = NOBODY) => {
      command = control;
      return pending = new PendingFaults(faults);
    },
    isTidy: story.deployment.onFailure === undefined &&
      story.hosts.every(({ leftovers }) => leftovers?.includes("candidate") !== true),
    strikeAtPlan: () => pending.atPlan().forEach(strike),
  };
}

/** Brings hosts back that were lost. */
export function heal({ story, fleet }: Pick<Stage, "story" | "fleet">): void {
  for (const index of story.hosts.keys()) fleet.host(hostName(index)).unreachable = false;
}

function appsOn({ apps }: Story, index: number | undefined) {
  return Object.fromEntries(
    apps.filter(({ host }) => host === index).map(({ version, behaviour }) => [version, behaviour]),
  );
}

/** Images that are there without anybody building them. */
function registryOf({ deployment }: Story): readonly (string | RegistryImage)[] {
  const versions = ["k1", "k1-before", "s1", "c1"];
  return [
    ...versions.map((version) => ({ name: `${REPOSITORY}:${version}`, service: SERVICE })),
    TRAEFIK_IMAGE,
    ...Object.keys(deployment.accessories).map((name) => `${name}:1`),
  ];
}
