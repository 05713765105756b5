/**
 * Making a story that breaks a rule as small as it goes while it still breaks it.
 *
 * @module
 */

import { play } from "./play.ts";
import type { Act, Story, StoryDeployment, StoryHost, StoryRole } from "./story.ts";
import type { RuleName, Violation } from "./watch.ts";

/** A small story that breaks the same rule as the first one broke. */
export async function shrunken(story: Story, rule: RuleName): Promise<Story> {
  for (const smaller of smallerStories(story)) {
    if (await breaks(smaller, rule)) return await shrunken(smaller, rule);
  }
  return story;
}

async function breaks(story: Story, rule: RuleName): Promise<boolean> {
  try {
    return (await play(story)).some((violation: Violation) => violation.rule === rule);
  } catch {
    // A story may be made too small to make sense.
    return false;
  }
}

/** Every story that is a little smaller, those first that are the most. */
function* smallerStories(story: Story): Iterable<Story> {
  for (const index of story.acts.keys()) yield { ...story, acts: without(story.acts, index) };
  for (let host = story.hosts.length - 1; host >= 0; host--) yield withoutHost(story, host);
  for (const deployment of smallerDeployments(story.deployment)) yield { ...story, deployment };
  for (const index of story.apps.keys()) yield { ...story, apps: without(story.apps, index) };
  for (const [index, host] of story.hosts.entries()) {
    for (const smaller of smallerHosts(host)) {
      yield { ...story, hosts: story.hosts.with(index, smaller) };
    }
  }
  for (const [index, act] of story.acts.entries()) {
    for (const smaller of smallerActs(act)) {
      yield { ...story, acts: story.acts.with(index, smaller) };
    }
  }
  if (story.seed > 9) {
    for (let seed = 0; seed < 10; seed++) yield { ...story, seed };
  }
}

function* smallerDeployments(deployment: StoryDeployment): Iterable<StoryDeployment> {
  const { roles, accessories } = deployment;
  for (let index = roles.length - 1; index > 0; index--) {
    yield { ...deployment, roles: without(roles, index) };
  }
  for (const [index, role] of roles.entries()) {
    for (const option of ["replicas", "certificate", "readers"] as const) {
      if (option in role) yield { ...deployment, roles: roles.with(index, omit(role, option)) };
    }
  }
  for (const name of Object.keys(accessories)) {
    yield { ...deployment, accessories: omit(accessories, name) };
  }
  for (const option of OPTIONS) {
    if (option in deployment) yield omit(deployment, option);
  }
}

const OPTIONS = [
  "limit",
  "wait",
  "onFailure",
  "destination",
  "retain",
  "release",
  "assets",
  "errorPages",
  "orphans",
  "traefik",
] as const;

function* smallerHosts(host: StoryHost): Iterable<StoryHost> {
  for (const option of ["docker", "kamal", "kamal1", "proxy", "strangers", "leftovers"] as const) {
    if (option in host) yield omit(host, option);
  }
  for (const index of (host.strangers ?? []).keys()) {
    yield { ...host, strangers: without(host.strangers!, index) };
  }
  for (const index of (host.leftovers ?? []).keys()) {
    yield { ...host, leftovers: without(host.leftovers!, index) };
  }
}

function* smallerActs(act: Act): Iterable<Act> {
  for (const index of act.faults.keys()) yield { ...act, faults: without(act.faults, index) };
  if (act.revision !== undefined) yield omit(act, "revision");
  if (act.without !== undefined) yield omit(act, "without");
  if (act.rival !== undefined) yield omit(act, "rival");
}

/** A story without one of its hosts; roles and accessories that had no other go as well. */
function withoutHost(story: Story, gone: number): Story {
  const renumbered = (hosts: readonly number[]): readonly number[] =>
    hosts.filter((host) => host !== gone).map((host) => host > gone ? host - 1 : host);
  const { roles, accessories } = story.deployment;
  return {
    ...story,
    hosts: without(story.hosts, gone),
    deployment: {
      ...story.deployment,
      roles: roles.map((role): StoryRole => ({ ...role, hosts: renumbered(role.hosts) }))
        .filter(({ hosts }) => hosts.length > 0),
      accessories: Object.fromEntries(
        Object.entries(accessories).map(([name, hosts]) => [name, renumbered(hosts)] as const)
          .filter(([, hosts]) => hosts.length > 0),
      ),
    },
    apps: story.apps.filter(({ host }) => host !== gone).map((app) =>
      app.host === undefined ? app : { ...app, host: renumbered([app.host])[0]! }
    ),
    acts: story.acts.map((act) => ({
      ...act,
      faults: act.faults.filter(({ host }) => host !== gone).map((fault) => ({
        ...fault,
        host: renumbered([fault.host])[0]!,
      })),
    })),
  };
}

function without<T>(values: readonly T[], index: number): readonly T[] {
  return values.toSpliced(index, 1);
}

function omit<T extends object, K extends keyof T>(value: T, key: K): Omit<T, K> & T {
  const { [key]: _, ...rest } = value;
  return rest as Omit<T, K> & T;
}
