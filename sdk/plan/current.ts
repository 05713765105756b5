/**
 * What of a deployment stands on a host today.
 *
 * @module
 */

import { type Config, type Role, rolesOn } from "../config/config.ts";
import {
  type ContainerState,
  type HostState,
  proxyContainer,
  type RouteState,
  shortId,
} from "../observe/host_state.ts";
import { CANARY_LABEL } from "./digest.ts";
import { answersThroughTraefik } from "./handover.ts";
import { type PlanInput, stateOf } from "./input.ts";
import { CANARY_SUFFIX, containerName, hasMadeRoom, replicaOf, withoutReplica } from "./names.ts";

/** A role's containers on one host. */
export interface RoleOnHost {
  /** All of them, newest first. */
  readonly containers: readonly ContainerState[];
  /** Those that run, but for a canary. */
  readonly running: readonly ContainerState[];
  /** Those that run beside as a canary, by replica. */
  readonly canary: readonly ContainerState[];
  /**
   * Those that serve, by replica: kamal-proxy sends them traffic, or they are the newest that Traefik finds, or the
   * newest that run, and others of their version.
   */
  readonly serving: readonly ContainerState[];
  /** Its route in kamal-proxy. */
  readonly route: RouteState | undefined;
}

/** Looks a role up on a host. */
export function roleOnHost(config: Config, role: Role, state: HostState): RoleOnHost {
  const containers = state.containers.filter(({ labels }) =>
    labels["service"] === config.service && labels["role"] === role.name &&
    (labels["destination"] ?? "") === (config.destination ?? "")
  ).sort((a, b) => a.startedAt < b.startedAt ? 1 : -1);
  const route = role.proxy && state.routes.find((route) => route.service === role.containerPrefix);
  const isTarget = (container: ContainerState): boolean => leadsTo(route?.targets, container);
  // A canary that is being promoted may have its final name already.
  const isBeside = (container: ContainerState): boolean =>
    !isTarget(container) && (isCanary(container) || leadsTo(route?.rollout?.targets, container));
  const all = containers.filter((container) => container.running);
  const running = all.filter((container) => !isBeside(container));
  const routed = running.filter(isTarget);
  const newest = running.find((one) => answersThroughTraefik(state, one)) ?? running[0];
  const serving = routed.length > 0 ? routed : withReplicas(newest, running);
  return {
    containers,
    running,
    canary: all.filter(isBeside).toSorted(byReplica),
    route,
    serving: serving.toSorted(byReplica),
  };
}

/** The version that a container's name tells. */
export function versionOf(role: Role, container: ContainerState): string {
  const version = withoutReplica(container.name).slice(role.containerPrefix.length + 1);
  return isCanary(container) ? version.slice(0, -CANARY_SUFFIX.length) : version;
}

/** Whether a container was run as a canary and was not promoted. */
export function isCanary({ name, labels }: ContainerState): boolean {
  return labels[CANARY_LABEL] !== undefined && withoutReplica(name).endsWith(CANARY_SUFFIX);
}

/** The version of the containers that serve; `undefined` where none does. */
export function servingVersion(role: Role, { serving }: RoleOnHost): string | undefined {
  return serving[0] && versionOf(role, serving[0]);
}

/**
 * The version that serves on each host, by its first role that has any; hosts without one are left out. A role behind
 * the proxy serves where a route leads to it, or Traefik does, which may have its place; others where they run.
 */
export function servingVersions(input: Observed): Readonly<Record<string, string>> {
  return versionsBy(input, (role, current, state) => {
    if (role.proxy === undefined && role.traefik === undefined) return true;
    if (current.serving.some((container) => answersThroughTraefik(state, container))) return true;
    return role.proxy !== undefined && proxyContainer(state)?.running === true &&
      current.serving.some(({ id }) =>
        current.route?.targets.some((target) => target.startsWith(shortId(id)))
      );
  });
}

/** The version that runs on each host, whether or not it gets traffic; hosts without one are left out. */
export function runningVersions(input: Observed): Readonly<Record<string, string>> {
  return versionsBy(input, () => true);
}

type Observed = Pick<PlanInput, "config" | "states">;

function versionsBy(
  input: Observed,
  counts: (role: Role, current: RoleOnHost, state: HostState) => boolean,
): Readonly<Record<string, string>> {
  // In the configuration's order, not in that of the hosts' answers.
  const entries = input.config.hosts.flatMap(({ name }) => {
    const state = input.states.get(name);
    if (state === undefined) return [];
    for (const role of rolesOn(input.config, name)) {
      const current = roleOnHost(input.config, role, state);
      const version = servingVersion(role, current);
      if (version !== undefined && counts(role, current, state)) return [[name, version] as const];
    }
    return [];
  });
  return Object.fromEntries(entries);
}

/** The roles to work on that a host has. */
export function selectedRoles(input: PlanInput, host: string): readonly Role[] {
  return rolesOn(input.config, host).filter((role) => input.roles.includes(role.name));
}

/** Hosts to work on that have any of the roles to work on. */
export function appHosts(input: PlanInput): readonly string[] {
  return input.hosts.filter((host) => selectedRoles(input, host).length > 0);
}

/** A role on a host, as it stands. */
export function lookUp(input: PlanInput, host: string, role: Role): RoleOnHost {
  return roleOnHost(input.config, role, stateOf(input, host));
}

/** The containers of a version that a role has on a host, by replica, whether or not they run. */
export function containersAt(
  input: PlanInput,
  host: string,
  role: Role,
  version: string,
): readonly ContainerState[] {
  return lookUp(input, host, role).containers.filter(({ name }) =>
    name === containerName(role, version, replicaOf(name))
  ).toSorted(byReplica);
}

function leadsTo(targets: readonly string[] | undefined, { id }: ContainerState): boolean {
  return targets?.some((target) => target.startsWith(shortId(id))) ?? false;
}

/** The newest container, and those that were run with it. */
function withReplicas(
  newest: ContainerState | undefined,
  running: readonly ContainerState[],
): readonly ContainerState[] {
  if (newest === undefined) return [];
  return running.filter((one) =>
    withoutReplica(one.name) === withoutReplica(newest.name) &&
    hasMadeRoom(one.name) === hasMadeRoom(newest.name)
  );
}

function byReplica(a: ContainerState, b: ContainerState): number {
  return replicaOf(a.name) - replicaOf(b.name);
}
