/**
 * What has to change for the roles of a host.
 *
 * @module
 */

import type { Role } from "../config/config.ts";
import { type ContainerState, proxyContainer, shortId } from "../observe/host_state.ts";
import { settingDifferences, settingsOf } from "../observe/route_flags.ts";
import type { RunContainer } from "../operations/container.ts";
import { asCanary, differences, isReader, routeFlags, runReplicas } from "./app_container.ts";
import { type CanaryChange, touchesCanary, UNTOUCHED } from "./canary_switch.ts";
import { lookUp, type RoleOnHost, selectedRoles } from "./current.ts";
import { type PlanInput, stateOf } from "./input.ts";
import { bootOf } from "./names.ts";

/** What has to change for a role on a host. */
export interface RoleChange {
  /** The role. */
  readonly role: Role;
  /** What stands there today. */
  readonly current: RoleOnHost;
  /** Containers that should run. */
  readonly wanted: readonly RunContainer[];
  /** Those of them that are booted; none where those that run are up to date. */
  readonly boots: readonly RunContainer[];
  /** Containers that serve and stay. */
  readonly keeps: readonly ContainerState[];
  /** Whether its route is set. */
  readonly routes: boolean;
  /** Containers that stop once the new ones serve. */
  readonly stale: readonly ContainerState[];
  /** What becomes of its canary. */
  readonly canary: CanaryChange;
  /** Why, in words. */
  readonly reasons: readonly string[];
}

/** What has to change on each host, in the order of the plan. */
export type Changes = ReadonlyMap<string, readonly RoleChange[]>;

/** Which containers that serve make room for new ones: all, those that differ, or none. */
export type Replaced = "all" | "changed" | "none";

/** How what stands there is looked at. */
export interface ChangeOptions {
  /** Which containers that serve make room for new ones. */
  readonly replaced: Replaced;
  /** Whether a canary stays beside; else it serves from now on where it is what should, or goes. */
  readonly keepsCanary: boolean;
}

/** What has to change for each role of a host; roles that are up to date are left out. */
export function changesOn(
  input: PlanInput,
  host: string,
  options: ChangeOptions,
): readonly RoleChange[] {
  return selectedRoles(input, host).flatMap((role) => {
    const change = changeOf(input, host, role, options);
    const { boots, routes, stale, canary } = change;
    return boots.length === 0 && !routes && stale.length === 0 && !touchesCanary(canary)
      ? []
      : [change];
  });
}

/** How many versions of a role are about to stop that can be gone back to: one that is run anew goes on. */
export function stoppingVersions({ stale, keeps, boots }: RoleChange): number {
  const kept = new Set([...keeps, ...boots].map(({ name }) => bootOf(name)));
  return new Set(stale.map(({ name }) => bootOf(name)).filter((boot) => !kept.has(boot))).size;
}

function changeOf(
  input: PlanInput,
  host: string,
  role: Role,
  { replaced, keepsCanary }: ChangeOptions,
): RoleChange {
  const current = lookUp(input, host, role);
  const wanted = runReplicas(input, role, host);
  const beside = keepsCanary ? [] : current.canary;
  const found = wanted.map((run) => {
    const container = current.serving.find(({ name }) => name === run.name) ??
      beside.find(({ name }) => name === run.name || name === asCanary(input, role, run).name);
    const reasons = container === undefined
      ? [current.serving.length === 0 ? "new" : "version"]
      : differences(container, run);
    const isKept = container !== undefined && replaced !== "all" &&
      (replaced === "none" || reasons.length === 0);
    return { run, reasons, kept: isKept ? container : undefined };
  });
  const boots = found.filter(({ kept }) => kept === undefined).map(({ run }) => run);
  const adopts = found.flatMap(({ run, kept }) =>
    kept !== undefined && beside.includes(kept) ? [{ container: kept, name: run.name }] : []
  );
  const adopted = adopts.map(({ container }) => container);
  const keeps = found.flatMap(({ kept }) => kept ?? []).filter((one) => !adopted.includes(one));
  const stale = current.running.filter((container) => !keeps.includes(container));
  const proxyRuns = proxyContainer(stateOf(input, host))?.running === true;
  const routes = role.proxy !== undefined &&
    (boots.length > 0 || !proxyRuns || !isRouted(role, current, [...keeps, ...adopted]) ||
      (replaced !== "none" && !isSet(input, host, role, current)));
  const reasons = [...new Set(found.flatMap(({ reasons }) => reasons))];
  const canary: CanaryChange = keepsCanary ? UNTOUCHED : {
    adopts,
    ends: beside.filter((container) => !adopted.includes(container)),
    split: current.route?.rollout,
  };
  return { role, current, wanted, boots, keeps, routes, stale, reasons, canary };
}

function isRouted(role: Role, { route }: RoleOnHost, keeps: readonly ContainerState[]): boolean {
  const { proxy } = role;
  if (route === undefined || proxy === undefined) return false;
  const targetOf = ({ id }: ContainerState): string => `${shortId(id)}:${proxy.appPort}`;
  const readers = keeps.filter(({ name }) => isReader(role, name)).map(targetOf);
  return sameItems(route.targets, keeps.map(targetOf)) && sameItems(route.readers, readers) &&
    sameItems(route.hosts, proxy.hosts) && route.tls === proxy.ssl;
}

/** Whether kamal-proxy does with a route what the configuration says, whoever told it. */
function isSet(input: PlanInput, host: string, role: Role, { route }: RoleOnHost): boolean {
  if (role.proxy === undefined) return true;
  const wanted = settingsOf(routeFlags(input, host, role, role.proxy));
  return settingDifferences(wanted, settingsOf(route?.flags ?? [])).length === 0;
}

/** Whether two lists hold the same, in whatever order. */
export function sameItems(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((one) => others.includes(one));
}
