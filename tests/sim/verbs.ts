/**
 * The commands of stories, and what may be expected of each.
 *
 * @module
 */

import type { Verb } from "../../sdk/commander/verb.ts";
import type { Random } from "./random.ts";
import type { StoryDeployment } from "./story.ts";

/** What may be expected of a command. */
export interface VerbTraits {
  /** How often stories have it. */
  readonly weight: number;
  /** The command; `undefined` where the deployment has nothing for it. */
  readonly make: (deployment: StoryDeployment, random: Random) => Verb | undefined;
  /** Whether it is about a version that it is told. */
  readonly takesVersion?: boolean;
  /** Whether it takes routes from their traffic on purpose: until its next success, or for a moment. */
  readonly stops?: "for good" | "for a moment";
  /** Whether it has nothing to do once it was done. */
  readonly settles?: boolean;
  /** Whether a failure takes back what it did, so that all of the old or all of the new stands. */
  readonly takesBack?: boolean;
}

type VerbName = Verb["name"];

/** Every command that stories have; a new one is a line. */
export const VERBS: Partial<Readonly<Record<VerbName, VerbTraits>>> = {
  "deploy": {
    weight: 12,
    make: () => ({ name: "deploy" }),
    takesVersion: true,
    settles: true,
    takesBack: true,
  },
  "setup": {
    weight: 3,
    make: () => ({ name: "setup" }),
    takesVersion: true,
    settles: true,
    takesBack: true,
  },
  "redeploy": {
    weight: 2,
    make: () => ({ name: "redeploy" }),
    takesVersion: true,
    settles: true,
    takesBack: true,
  },
  "rollback": {
    weight: 4,
    make: (_, random) => ({
      name: "rollback",
      to: random.pick([undefined, "v1", "v2", "k1", "k1-before"]),
    }),
    takesBack: true,
  },
  "app boot": { weight: 2, make: () => ({ name: "app boot" }), takesBack: true },
  "app start": { weight: 2, make: () => ({ name: "app start" }), settles: true },
  "app stop": { weight: 2, make: () => ({ name: "app stop" }), stops: "for good", settles: true },
  "accessory boot": { weight: 1, make: onAccessory("accessory boot"), settles: true },
  "accessory reboot": { weight: 1, make: onAccessory("accessory reboot") },
  "accessory restart": { weight: 1, make: onAccessory("accessory restart") },
  "accessory stop": { weight: 1, make: onAccessory("accessory stop") },
  "accessory start": { weight: 1, make: onAccessory("accessory start") },
  "accessory remove": { weight: 1, make: onAccessory("accessory remove") },
  "proxy boot": { weight: 1, make: () => ({ name: "proxy boot" }), settles: true },
  "proxy reboot": { weight: 1, make: () => ({ name: "proxy reboot" }), stops: "for a moment" },
  "prune": { weight: 2, make: () => ({ name: "prune" }), settles: true },
  "remove": { weight: 1, make: () => ({ name: "remove" }), stops: "for good" },
};

/** What may be expected of a command. */
export function traitsOf({ name }: Pick<Verb, "name">): VerbTraits {
  const traits = VERBS[name];
  if (traits === undefined) throw new RangeError(`Stories have no command "${name}"`);
  return traits;
}

function onAccessory(name: Extract<Verb, { accessory: string }>["name"]): VerbTraits["make"] {
  return ({ accessories }, random) => {
    const names = Object.keys(accessories);
    return names.length === 0
      ? undefined
      : { name, accessory: random.pick([...names, "all"]) } as Verb;
  };
}
