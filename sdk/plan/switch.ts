/**
 * The switch of a host: traffic goes to the new containers, then the old ones stop.
 *
 * @module
 */

import type { Config } from "../config/config.ts";
import type { ContainerState } from "../observe/host_state.ts";
import type { Operation } from "../operations/operation.ts";
import type { RoutedContainer } from "../operations/proxy.ts";
import { previousRoute, routed, routeTo } from "./app_container.ts";
import { adoptSteps, endSplitSteps, stopCanary } from "./canary_switch.ts";
import type { RoleChange } from "./changes.ts";
import type { PlanInput } from "./input.ts";
import { madeRoom, replicaOf } from "./names.ts";
import type { Step } from "./plan.ts";
import { takenRoute } from "./rivals.ts";
import { step } from "./stages.ts";
import { leaveTraefik } from "./traefik.ts";

/**
 * The steps that send a host's traffic to its new containers and stop the old.
 *
 * @param afterRoutes Steps between the two.
 */
export function switchSteps(
  input: PlanInput,
  host: string,
  changes: readonly RoleChange[],
  afterRoutes: readonly Step[],
): readonly Step[] {
  const { config } = input;
  const routes = changes.filter((change) => change.routes).flatMap((change) =>
    routeStep(input, host, change)
  );
  const stops = changes.flatMap((change) => [
    ...stopStale(config, change),
    ...stopCanary(change.role, change.canary),
  ]);
  const leaving = changes.flatMap((change) =>
    change.stale.flatMap((container) =>
      leaveTraefik(config, change.role, containerRef(change, container))
    )
  );
  return [
    ...changes.flatMap(({ role, current, canary }) =>
      adoptSteps(input, host, role, current, canary)
    ),
    ...routes,
    ...afterRoutes,
    ...changes.flatMap(({ role, current, canary }) =>
      endSplitSteps(config, host, role, current, canary)
    ),
    ...leaving.length === 0 ? [] : [step(`${host} leave old`, ...leaving)],
    ...stops.length === 0 ? [] : [step(`${host} stop old`, ...stops)],
  ];
}

/** The operations that stop the containers in whose place others have come. */
export function stopStale(config: Config, change: RoleChange): readonly Operation[] {
  return change.stale.map((container) => stopOld(config, change, container));
}

function routeStep(
  input: PlanInput,
  host: string,
  { role, current, boots, keeps, canary: { adopts } }: RoleChange,
): readonly Step[] {
  const { config, version } = input;
  const { proxy } = role;
  const { serving } = current;
  if (proxy === undefined || boots.length + keeps.length + adopts.length === 0) return [];
  const targets: readonly RoutedContainer[] = [
    ...keeps.map(({ name, id }) => routed(role, name, { id })),
    ...adopts.map(({ name, container: { id } }) => routed(role, name, { id })),
    ...boots.map(({ name, idFile }) => routed(role, name, { idFile })),
  ].sort((a, b) => replicaOf(a.container) - replicaOf(b.container));
  // Those that serve may have made room for the new ones' names.
  const before = serving.map(({ name, id }) => ({
    container: boots.some((one) => one.name === name) ? madeRoom(name, input.run.suffix) : name,
    target: { id },
  }));
  const previous = previousRoute(config, role, current, before);
  const takesOver = current.route === undefined ? takenRoute(input, host, role) : undefined;
  return [
    step(
      `${host} route ${role.name}`,
      routeTo(input, host, role, proxy, {
        targets,
        version,
        previous,
        ...current.route === undefined ? { forgetsCanary: true } : {},
        ...takesOver === undefined ? {} : { takesOver },
      }),
    ),
  ];
}

/** Ids stay where names move. */
function containerRef(
  { boots, canary: { adopts } }: RoleChange,
  { name, id }: ContainerState,
): string {
  return [...boots, ...adopts].some((one) => one.name === name) ? id : name;
}

function stopOld(config: Config, change: RoleChange, container: ContainerState): Operation {
  const { role, boots, current } = change;
  const isNamesake = boots.some(({ name }) => name === container.name);
  const renamed = `${container.name}_replaced_`;
  return {
    kind: "stop-container",
    name: containerRef(change, container),
    role: role.name,
    timeout: role.stopTimeout,
    because: isNamesake
      ? `now ${renamed}…`
      : current.serving.includes(container) && role.proxy !== undefined
      ? `drains up to ${config.drainTimeout} s`
      : undefined,
  };
}
