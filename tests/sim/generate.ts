/**
 * Stories by chance: the same seed gives the same story.
 *
 * @module
 */

import type { Verb } from "../../sdk/commander/verb.ts";
import type { AppBehaviour } from "../../sdk/simulate/app.ts";
import { FAULTS } from "./faults.ts";
import { Random } from "./random.ts";
import type {
  Act,
  FaultName,
  LeftoverName,
  Rival,
  Story,
  StoryApp,
  StoryDeployment,
  StoryFault,
  StoryHost,
  StoryRole,
  StrangerName,
} from "./story.ts";
import { traitsOf, VERBS } from "./verbs.ts";

/** The story of a seed. */
export function storyOf(seed: number): Story {
  const random = new Random(seed);
  const hostCount = random.weighted({ "1": 3, "2": 5, "3": 3, "4": 1 });
  const deployment = deploymentOf(random, Number(hostCount));
  // Some come to kamal-proxy from Kamal 1.
  const isUpgrade = deployment.traefik !== true && random.chance(UPGRADES);
  const isOfOne = deployment.traefik === true || isUpgrade;
  const hosts = Array.from({ length: Number(hostCount) }, () => hostOf(random, isOfOne));
  return {
    seed,
    deployment,
    hosts,
    apps: appsOf(random, hosts.length),
    acts: actsOf(random, deployment, hosts.length, isUpgrade),
  };
}

const UPGRADES = 0.12;
const MOST_FAULTS = { "0": 2, "1": 6, "2": 3, "3": 1 };
const LAST_OPERATION = 24;

function deploymentOf(random: Random, hosts: number): StoryDeployment {
  const all = Array.from({ length: hosts }, (_, index) => index);
  const some = (): readonly number[] => {
    const found = all.filter(() => random.chance(0.6));
    return found.length > 0 ? found : [random.pick(all)];
  };
  const roles: StoryRole[] = [{
    name: "web",
    hosts: random.chance(0.7) ? all : some(),
    proxied: random.chance(0.9),
    ...replicasOf(random),
  }];
  if (random.chance(0.4)) {
    roles.push({ name: "jobs", hosts: some(), proxied: false, ...replicasOf(random) });
  }
  if (random.chance(0.15)) roles.push({ name: "api", hosts: some(), proxied: true });
  // Every host belongs to something.
  const used = new Set(roles.flatMap((role) => role.hosts));
  const first = roles[0]!;
  const unused = all.filter((index) => !used.has(index));
  roles[0] = { ...first, hosts: [...first.hosts, ...unused].toSorted() };
  const byTraefik = random.chance(0.12);
  return {
    roles: byTraefik
      ? roles
      : roles.map((role) => role.proxied ? { ...role, ...proxyOf(random, role) } : role),
    accessories: random.chance(0.2) ? { db: some().slice(0, 2) } : {},
    ...random.chance(0.4) ? { limit: random.pick([1, 2, "50%"]) } : {},
    ...random.chance(0.15) ? { wait: 30 } : {},
    ...random.chance(0.3) ? { onFailure: random.pick(["rollback-group", "halt"] as const) } : {},
    ...random.chance(0.15) ? { destination: "staging" } : {},
    ...random.chance(0.2) ? { retain: random.whole(1, 2) } : {},
    ...random.chance(0.15) ? { release: true } : {},
    ...random.chance(0.2) ? { assets: true } : {},
    ...!byTraefik && random.chance(0.15) ? { errorPages: true } : {},
    ...random.chance(0.3) ? { orphans: "stop" } : {},
    ...byTraefik ? { traefik: true } : {},
  };
}

/** A role with one container may still get further ones, by `app scale`. */
function proxyOf(
  random: Random,
  { replicas }: StoryRole,
): Pick<StoryRole, "certificate" | "readers"> {
  return {
    ...random.chance(0.2) ? { certificate: true } : {},
    ...random.chance(replicas === undefined ? 0.1 : 0.5) ? { readers: true } : {},
  };
}

function replicasOf(random: Random): Pick<StoryRole, "replicas"> {
  return random.chance(0.25) ? { replicas: random.whole(2, 3) } : {};
}

const STRANGERS: Readonly<Record<StrangerName, number>> = {
  "cron": 0.15,
  "blog": 0.2,
  "other destination": 0.15,
};

const LEFTOVERS: Readonly<Record<LeftoverName, number>> = {
  "lock": 0.03,
  "created container": 0.08,
  "candidate": 0.05,
  "stale version": 0.08,
  "id file": 0.05,
};

function hostOf(random: Random, isOfOne: boolean): StoryHost {
  const strangers = namesBy(random, STRANGERS);
  const leftovers = namesBy(random, LEFTOVERS);
  // Where Docker never was, nobody else was either.
  const isBare = random.chance(0.03);
  const host = {
    ...isOfOne ? afterKamal1(random) : afterKamal(random),
    ...strangers.length > 0 ? { strangers } : {},
    ...leftovers.length > 0 ? { leftovers } : {},
  };
  return isBare ? { docker: "missing" } : host;
}

function afterKamal(random: Random): Pick<StoryHost, "kamal" | "proxy"> {
  const proxies = ["running", "stopped", "removed", "old"] as const;
  return {
    ...random.chance(0.4) ? { kamal: "k1" } : {},
    ...random.chance(0.1) ? { proxy: random.pick(proxies) } : {},
  };
}

function afterKamal1(random: Random): Pick<StoryHost, "kamal1" | "proxy"> {
  return {
    ...random.chance(0.8) ? { kamal1: "k1" } : {},
    ...random.chance(0.1) ? { proxy: random.pick(["stopped", "removed"] as const) } : {},
  };
}

function namesBy<K extends string>(random: Random, shares: Readonly<Record<K, number>>): K[] {
  return (Object.entries(shares) as [K, number][]).filter(([, share]) => random.chance(share))
    .map(([name]) => name);
}

const BEHAVIOURS: readonly AppBehaviour[] = ["unhealthy", "crashing", "slow", {
  healthyAfter: 3,
}, { healthcheck: true }];

function appsOf(random: Random, hosts: number): readonly StoryApp[] {
  return ["v1", "v2", "v3"].filter((version) => random.chance(version === "v1" ? 0.05 : 0.25))
    .map((version) => ({
      version,
      behaviour: random.pick(BEHAVIOURS),
      ...random.chance(0.5) ? { host: random.whole(0, hosts - 1) } : {},
    }));
}

function actsOf(
  random: Random,
  deployment: StoryDeployment,
  hosts: number,
  isUpgrade: boolean,
): readonly Act[] {
  const acts: Act[] = [];
  let revision = 0;
  if (isUpgrade) acts.push(upgradeOf(random, hosts));
  else if (random.chance(0.6)) acts.push({ verb: { name: "setup" }, version: "v1", faults: [] });
  const count = Number(random.weighted({ "1": 5, "2": 3, "3": 1 }));
  while (acts.length < count + 1) {
    if (random.chance(0.25)) revision++;
    const act = actOf(random, deployment, hosts, revision);
    if (act === undefined) continue;
    const rival = random.chance(0.12) && !breaksLock(act.verb)
      ? rivalOf(random, deployment)
      : undefined;
    acts.push(rival === undefined ? act : { ...act, rival });
    // Whoever is dead gives nothing back, and somebody must see to it.
    const isDead = act.faults.some(({ kind }) => kind === "client dies");
    if (isDead && random.chance(0.8)) acts.push({ verb: { name: "lock release" }, faults: [] });
  }
  return acts;
}

function upgradeOf(random: Random, hosts: number): Act {
  const version = random.pick([undefined, undefined, "k1", "s1"]);
  return {
    verb: { name: "upgrade", rolling: random.chance(0.3) },
    ...version === undefined ? {} : { version },
    faults: faultsOf(random, hosts),
  };
}

function actOf(
  random: Random,
  deployment: StoryDeployment,
  hosts: number,
  revision: number,
): Act | undefined {
  const traits = traitsOf({ name: random.weighted(VERB_WEIGHTS) });
  const verb = traits.make(deployment, random);
  if (verb === undefined) return undefined;
  const [, ...others] = deployment.roles;
  const without = others.filter(() => random.chance(0.15)).map(({ name }) => name);
  return {
    verb,
    ...without.length > 0 ? { without } : {},
    ...traits.takesVersion === true ? { version: random.pick(["v1", "v2", "v2", "v3"]) } : {},
    ...revision > 0 ? { revision } : {},
    faults: faultsOf(random, hosts),
  };
}

function rivalOf(random: Random, deployment: StoryDeployment): Rival | undefined {
  const traits = traitsOf({ name: random.weighted(VERB_WEIGHTS) });
  const verb = traits.make(deployment, random);
  if (verb === undefined || breaksLock(verb)) return undefined;
  return {
    verb,
    ...traits.takesVersion === true ? { version: random.pick(["v1", "v2", "v3"]) } : {},
    after: random.whole(0, 8),
    ...random.chance(0.3) ? { waits: true } : {},
  };
}

/** Whoever breaks somebody's lock is to blame for what follows. */
function breaksLock({ name }: Verb): boolean {
  return name === "lock release";
}

const VERB_WEIGHTS = Object.fromEntries(
  Object.entries(VERBS).map(([name, { weight }]) => [name, weight]),
) as Record<Verb["name"], number>;

const FAULT_WEIGHTS = Object.fromEntries(
  Object.entries(FAULTS).map(([name, { weight }]) => [name, weight]),
) as Record<FaultName, number>;

function faultsOf(random: Random, hosts: number): readonly StoryFault[] {
  const count = Number(random.weighted(MOST_FAULTS));
  return Array.from({ length: count }, () => faultOf(random, hosts));
}

function faultOf(random: Random, hosts: number): StoryFault {
  const kind = random.weighted(FAULT_WEIGHTS);
  const isEarly = FAULTS[kind].isChange === true && random.chance(0.5);
  return {
    kind,
    host: random.whole(0, hosts - 1),
    at: isEarly ? 0 : random.whole(1, LAST_OPERATION),
  };
}
