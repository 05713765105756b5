/**
 * What of a deployment stands on a host today.
 *
 * @module
 */

import { type Config, type Role, rolesOn } from "../config/config.ts";
import {
  type ContainerState,
  type HostState,
  type RouteState,
  shortId,
} from "../observe/host_state.ts";
import { type PlanInput, stateOf } from "./input.ts";

/** A role's containers on one host. */
export interface RoleOnHost {
  /** All of them, newest first. */
  readonly containers: readonly ContainerState[];
  /** Those that run. */
  readonly running: readonly ContainerState[];
  /** The one that serves: it gets the traffic, or it is the newest that runs. */
  readonly serving: ContainerState | undefined;
  /** Its route in kamal-proxy. */
  readonly route: RouteState | undefined;
}

/** Looks a role up on a host. */
export function roleOnHost(config: Config, role: Role, state: HostState): RoleOnHost {
  const containers = state.containers.filter(({ labels }) =>
    labels["service"] === config.service && labels["role"] === role.name &&
    (labels["destination"] ?? "") === (config.destination ?? "")
  ).sort((a, b) => a.startedAt < b.startedAt ? 1 : -1);
  const running = containers.filter((container) => container.running);
  const route = role.proxy && state.routes.find((route) => route.service === role.containerPrefix);
  const routed = route &&
    running.find(({ id }) => route.targets.some((target) => target.startsWith(shortId(id))));
  return { containers, running, serving: routed ?? running[0], route };
}

/** The version that a container's name tells. */
export function versionOf(role: Role, container: ContainerState): string {
  const version = container.name.slice(role.containerPrefix.length + 1);
  return version.replace(/_replaced_[0-9a-f]+$/, "");
}

/** The version that serves on each host, by its first role; hosts without one are left out. */
export function servingVersions(
  input: Pick<PlanInput, "config" | "states">,
): Readonly<Record<string, string>> {
  // In the configuration's order, not in that of the hosts' answers.
  const entries = input.config.hosts.flatMap(({ name }) => {
    const state = input.states.get(name);
    if (state === undefined) return [];
    for (const role of rolesOn(input.config, name)) {
      const { serving } = roleOnHost(input.config, role, state);
      if (serving) return [[name, versionOf(role, serving)] as const];
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
