/**
 * The commands of stories, and what may be expected of each.
 *
 * @module
 */

import type { PlainVerb, Verb } from "../../sdk/commander/verb.ts";
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
  /** Whether it may stop the proxy. */
  readonly stopsProxy?: boolean;
  /** Whether the version of its plan serves on all hosts once it was done. */
  readonly serves?: boolean;
  /** Whether it has nothing to do once it was done. */
  readonly settles?: boolean;
  /** Whether a failure takes back what it did, so that all of the old or all of the new stands. */
  readonly takesBack?: boolean;
  /** Whether it may fail though nothing went wrong. */
  readonly mayFail?: boolean;
  /** Whether it changes something without the lock. */
  readonly unlocked?: boolean;
}

type VerbName = Verb["name"];

const BOOTS = { takesVersion: true, serves: true, settles: true, takesBack: true } as const;
const ENDS_PROXY = { stops: "for good", stopsProxy: true } as const;

/** Every command that stories have; a new one is a line. */
const TOLD = {
  "deploy": { weight: 24, make: plainly("deploy"), ...BOOTS },
  "setup": { weight: 6, make: plainly("setup"), ...BOOTS },
  "redeploy": { weight: 4, make: plainly("redeploy"), ...BOOTS },
  // The registry may have the image no more.
  "rollback": { weight: 10, make: rollback, serves: true, takesBack: true, mayFail: true },
  // Nothing may be there to boot.
  "app boot": { weight: 4, make: plainly("app boot"), takesBack: true, mayFail: true },
  "app scale": { weight: 5, make: scale, settles: true, takesBack: true },
  "app start": { weight: 3, make: plainly("app start"), settles: true },
  "app stop": { weight: 3, make: plainly("app stop"), stops: "for good", settles: true },
  "app maintenance": { weight: 2, make: ofProxy(plainly("app maintenance")), settles: true },
  "app live": { weight: 2, make: ofProxy(plainly("app live")), settles: true },
  "app remove": { weight: 1, make: plainly("app remove"), stops: "for good", settles: true },
  "app remove-container": { weight: 1, make: removeContainer },
  "app remove-containers": { weight: 2, make: plainly("app remove-containers"), settles: true },
  "app remove-images": { weight: 1, make: plainly("app remove-images") },
  "app stop-stale-containers": {
    weight: 2,
    make: plainly("app stop-stale-containers"),
    settles: true,
  },
  "accessory boot": { weight: 2, make: onAccessory("accessory boot"), settles: true },
  "accessory reboot": { weight: 2, make: onAccessory("accessory reboot") },
  "accessory restart": { weight: 1, make: onAccessory("accessory restart") },
  "accessory stop": { weight: 2, make: onAccessory("accessory stop") },
  "accessory start": { weight: 2, make: onAccessory("accessory start") },
  "accessory remove": { weight: 2, make: onAccessory("accessory remove") },
  "build push": { weight: 1, make: plainly("build push"), takesVersion: true, unlocked: true },
  "build deliver": {
    weight: 1,
    make: plainly("build deliver"),
    takesVersion: true,
    unlocked: true,
  },
  "canary start": {
    weight: 6,
    make: ofProxy(startCanary),
    takesVersion: true,
    settles: true,
    takesBack: true,
  },
  "canary promote": {
    weight: 3,
    make: ofProxy(plainly("canary promote")),
    serves: true,
    takesBack: true,
  },
  "canary abort": { weight: 2, make: ofProxy(plainly("canary abort")), settles: true },
  "drift": { weight: 1, make: plainly("drift") },
  "env push": { weight: 2, make: plainly("env push") },
  "env delete": { weight: 1, make: plainly("env delete") },
  "proxy boot": { weight: 2, make: ofProxy(plainly("proxy boot")), settles: true },
  "proxy reboot": { weight: 3, make: ofProxy(replaceProxy("proxy reboot")), stopsProxy: true },
  "proxy upgrade": {
    weight: 2,
    make: ofProxy(replaceProxy("proxy upgrade")),
    stopsProxy: true,
    settles: true,
  },
  "proxy start": { weight: 2, make: ofProxy(plainly("proxy start")), settles: true },
  "proxy stop": { weight: 1, make: ofProxy(plainly("proxy stop")), ...ENDS_PROXY, settles: true },
  "proxy restart": {
    weight: 1,
    make: ofProxy(plainly("proxy restart")),
    stops: "for a moment",
    stopsProxy: true,
  },
  "proxy remove": { weight: 1, make: ofProxy(removeProxy), ...ENDS_PROXY },
  "proxy boot-config set": { weight: 1, make: ofProxy(setBootConfig), unlocked: true },
  "proxy boot-config reset": {
    weight: 1,
    make: ofProxy(plainly("proxy boot-config reset")),
    unlocked: true,
  },
  "traefik boot": { weight: 2, make: ofTraefik("traefik boot"), settles: true },
  "traefik reboot": {
    weight: 8,
    make: ofTraefik("traefik reboot"),
    stops: "for a moment",
    stopsProxy: true,
  },
  "traefik start": { weight: 4, make: ofTraefik("traefik start"), settles: true },
  "traefik stop": { weight: 4, make: ofTraefik("traefik stop"), ...ENDS_PROXY, settles: true },
  "traefik restart": {
    weight: 4,
    make: ofTraefik("traefik restart"),
    stops: "for a moment",
    stopsProxy: true,
  },
  "traefik remove": { weight: 4, make: ofTraefik("traefik remove"), ...ENDS_PROXY, settles: true },
  "upgrade": { weight: 2, make: ofProxy(upgrade), serves: true, settles: true, takesBack: true },
  "lock release": { weight: 1, make: plainly("lock release"), unlocked: true, mayFail: true },
  "prune": { weight: 4, make: prune, settles: true },
  "remove": { weight: 2, make: plainly("remove"), ...ENDS_PROXY },
  "server bootstrap": {
    weight: 1,
    make: plainly("server bootstrap"),
    settles: true,
    unlocked: true,
  },
} as const satisfies Partial<Readonly<Record<VerbName, VerbTraits>>>;

/** Every command that stories have. */
export const VERBS: Partial<Readonly<Record<VerbName, VerbTraits>>> = TOLD;

/** Every other command, and why stories have none of it; the compiler asks for each that is in neither table. */
export const UNTOLD: Readonly<Record<Exclude<VerbName, keyof typeof TOLD>, string>> = {
  "accessory details": "shows",
  "accessory exec": "does what the user's own command does",
  "accessory logs": "shows",
  "app containers": "shows",
  "app details": "shows",
  "app exec": "does what the user's own command does",
  "app images": "shows",
  "app logs": "shows",
  "app stale-containers": "shows",
  "app version": "shows",
  "audit": "shows",
  "canary status": "shows",
  "build pull": "is the second half of build deliver",
  "details": "shows",
  "lock acquire": "is there for people alone",
  "lock status": "shows",
  "proxy boot-config get": "shows",
  "proxy details": "shows",
  "proxy logs": "shows",
  "registry login": "changes nothing that a simulated registry knows of",
  "registry logout": "changes nothing that a simulated registry knows of",
  "releases": "shows",
  "server exec": "does what the user's own command does",
  "traefik details": "shows",
  "traefik logs": "shows",
};

/** What may be expected of a command. */
export function traitsOf({ name }: Pick<Verb, "name">): VerbTraits {
  const traits = VERBS[name];
  if (traits === undefined) throw new RangeError(`Stories have no command "${name}"`);
  return traits;
}

/** Commands that need to be told nothing. */
type Bare = PlainVerb["name"] | "app maintenance" | "app stop-stale-containers" | BuildOrDeploy;
type BuildOrDeploy = "build deliver" | "build push" | "deploy" | "redeploy" | "setup";

function plainly(name: Bare): VerbTraits["make"] {
  return () => ({ name } as Verb);
}

/** A command that there is with kamal-proxy alone. */
function ofProxy(make: VerbTraits["make"]): VerbTraits["make"] {
  return (deployment, random) => deployment.traefik === true ? undefined : make(deployment, random);
}

/** A command that there is with Traefik alone. */
function ofTraefik(name: Extract<Bare, `traefik ${string}`>): VerbTraits["make"] {
  return ({ traefik }) => traefik === true ? { name } : undefined;
}

function upgrade(_: StoryDeployment, random: Random): Verb {
  return { name: "upgrade", rolling: random.chance(0.3) };
}

function rollback(_: StoryDeployment, random: Random): Verb {
  return { name: "rollback", to: random.pick([undefined, "v1", "v2", "k1", "k1-before"]) };
}

function startCanary(_: StoryDeployment, random: Random): Verb {
  return { name: "canary start", percent: random.pick([10, 100]), allow: ["qa"] };
}

function scale({ roles }: StoryDeployment, random: Random): Verb {
  return { name: "app scale", counts: { [random.pick(roles).name]: random.whole(1, 3) } };
}

function removeContainer(_: StoryDeployment, random: Random): Verb {
  return { name: "app remove-container", of: random.pick(["v1", "v2", "v3", "k1-before"]) };
}

function prune(_: StoryDeployment, random: Random): Verb {
  return {
    name: "prune",
    only: random.pick([undefined, undefined, "containers", "images"] as const),
    retain: random.pick([undefined, 1]),
  };
}

function replaceProxy(name: "proxy reboot" | "proxy upgrade"): VerbTraits["make"] {
  return (_, random) => ({ name, rolling: random.chance(0.5) });
}

function removeProxy(_: StoryDeployment, random: Random): Verb {
  return { name: "proxy remove", force: random.chance(0.7) };
}

function setBootConfig(): Verb {
  return { name: "proxy boot-config set", logMaxSize: "20m" };
}

function onAccessory(name: Extract<Verb, { accessory: string }>["name"]): VerbTraits["make"] {
  return ({ accessories }, random) => {
    const names = Object.keys(accessories);
    return names.length === 0
      ? undefined
      : { name, accessory: random.pick([...names, "all"]) } as Verb;
  };
}
