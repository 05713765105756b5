/**
 * One boot group: start the new containers, wait for all of them, switch, stop the old.
 *
 * @module
 */

import type { Config, Role } from "../config/config.ts";
import type { ContainerState } from "../observe/host_state.ts";
import type { RunContainer } from "../operations/container.ts";
import type { Operation } from "../operations/operation.ts";
import type { ProxyTarget } from "../operations/proxy.ts";
import { awaitRole, routeTo } from "./app_container.ts";
import { type RoleOnHost, versionOf } from "./current.ts";
import { leaveTraefik, withCord } from "./traefik.ts";
import type { PlanInput } from "./input.ts";
import type { HostScript, Step, Wait } from "./plan.ts";
import { script, step } from "./stages.ts";

/** What has to change for a role on a host. */
export interface RoleChange {
  /** The role. */
  readonly role: Role;
  /** What stands there today. */
  readonly current: RoleOnHost;
  /** The container that should run. */
  readonly wanted: RunContainer;
  /** Whether a new container is booted. */
  readonly boots: boolean;
  /** Whether its route is set. */
  readonly routes: boolean;
  /** Containers that stop once the new one serves. */
  readonly stale: readonly ContainerState[];
  /** Why, in words. */
  readonly reasons: readonly string[];
}

/** Hosts in groups of the configured size, one after the other. */
export function groupsOf(
  { boot }: Config,
  hosts: readonly string[],
): readonly (readonly string[])[] {
  const size = groupSize(boot.limit, hosts.length);
  const groups: string[][] = [];
  for (let start = 0; start < hosts.length; start += size) {
    groups.push(hosts.slice(start, start + size));
  }
  return groups;
}

/** What a host does to start the new containers of a group. */
export function bootScript(
  input: PlanInput,
  host: string,
  group: readonly string[],
  changes: ReadonlyMap<string, readonly RoleChange[]>,
): HostScript {
  const boots = changes.get(host)!.filter((change) => change.boots);
  const steps = boots.flatMap((change) => bootSteps(input, host, change));
  const isGatekeeper = boots.some(({ role }) => role.isPrimary);
  return script(host, steps, isGatekeeper ? undefined : barrier(group, changes));
}

/** What a host does to send traffic to the new containers and stop the old. */
export function switchScript(
  input: PlanInput,
  host: string,
  changes: readonly RoleChange[],
): HostScript {
  const routes = changes.filter((change) => change.routes).flatMap((change) =>
    routeStep(input, host, change)
  );
  const stops = changes.flatMap((change) =>
    change.stale.map((container) => stopOld(input.config, change, container))
  );
  const leaving = changes.flatMap((change) =>
    change.stale.flatMap((container) =>
      leaveTraefik(input.config, change.role, containerRef(change, container))
    )
  );
  return script(host, [
    ...routes,
    ...leaving.length === 0 ? [] : [step(`${host} leave old`, ...leaving)],
    ...stops.length === 0 ? [] : [step(`${host} stop old`, ...stops)],
  ]);
}

function groupSize(limit: number | string | undefined, hosts: number): number {
  if (limit === undefined) return Math.max(hosts, 1);
  if (typeof limit === "number") return limit;
  return Math.max(Math.floor(hosts * Number.parseFloat(limit) / 100), 1);
}

function bootSteps(
  input: PlanInput,
  host: string,
  { role, current, wanted }: RoleChange,
): readonly Step[] {
  const { config } = input;
  const namesake = current.containers.find((container) => container.name === wanted.name);
  const steps: Step[] = [];
  if (namesake !== undefined) {
    const to = `${wanted.name}_replaced_${input.run.suffix}`;
    steps.push(
      step(`${host} rename ${wanted.name}`, {
        kind: "rename-container",
        from: wanted.name,
        to,
        takesBack: false,
      }),
    );
  }
  const { cord, container } = withCord(input, role, wanted);
  if (cord !== undefined) steps.push(step(`${host} cord ${wanted.name}`, cord));
  steps.push(step(`${host} run ${wanted.name}`, container));
  const gate = step(
    gateId(host, role),
    awaitRole(config, role, wanted.name, { idFile: wanted.idFile }),
  );
  // Traefik sends traffic to whatever is healthy: a container that is taken back leaves it first.
  steps.push({ ...gate, undo: [...leaveTraefik(config, role, wanted.name), ...gate.undo] });
  return steps;
}

function gateId(host: string, role: Role): string {
  return `${host} healthy ${role.name}`;
}

function barrier(
  group: readonly string[],
  changes: ReadonlyMap<string, readonly RoleChange[]>,
): Wait | undefined {
  const gates = group.flatMap((host) =>
    changes.get(host)!.filter(({ role, boots }) => role.isPrimary && boots).map(({ role }) => ({
      host,
      role,
    }))
  );
  if (gates.length === 0) return undefined;
  return {
    steps: gates.map(({ host, role }) => gateId(host, role)),
    until: "any",
    reason: `after the first healthy ${gates[0]!.role.name}`,
  };
}

function routeStep(
  input: PlanInput,
  host: string,
  { role, current, wanted, boots }: RoleChange,
): readonly Step[] {
  const { config } = input;
  const { proxy } = role;
  const { serving } = current;
  if (proxy === undefined || (!boots && serving === undefined)) return [];
  const target: ProxyTarget = boots ? { idFile: wanted.idFile } : { id: serving!.id };
  const hasRoute = current.route !== undefined && serving !== undefined;
  // The one that serves may have made room for the new one's name.
  const name = serving?.name === wanted.name && boots
    ? `${wanted.name}_replaced_${input.run.suffix}`
    : serving?.name;
  const route = routeTo(config, role, proxy, {
    container: boots ? wanted.name : serving!.name,
    target,
    version: input.version,
    previous: hasRoute
      ? { container: name!, id: serving.id, version: versionOf(role, serving) }
      : undefined,
  });
  return [step(`${host} route ${role.name}`, route)];
}

/** Ids stay where names move. */
function containerRef({ boots, wanted }: RoleChange, { name, id }: ContainerState): string {
  return boots && name === wanted.name ? id : name;
}

function stopOld(config: Config, change: RoleChange, container: ContainerState): Operation {
  const { role, wanted, boots, current } = change;
  const isNamesake = boots && container.name === wanted.name;
  const renamed = `${container.name}_replaced_`;
  return {
    kind: "stop-container",
    name: containerRef(change, container),
    role: role.name,
    timeout: role.stopTimeout,
    because: isNamesake
      ? `now ${renamed}…`
      : container === current.serving && role.proxy !== undefined
      ? `drains up to ${config.drainTimeout} s`
      : undefined,
  };
}
