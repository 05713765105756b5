/**
 * What an earlier run left behind: containers of roles and accessories that left the configuration, and hosts that did.
 *
 * @module
 */

import { accessoriesOn, rolesOn, serviceWithDestination } from "../config/config.ts";
import type { ContainerState } from "../observe/host_state.ts";
import { shortId } from "../observe/host_state.ts";
import type { Operation } from "../operations/operation.ts";
import { OWNER_LABEL } from "./digest.ts";
import { type PlanInput, stateOf } from "./input.ts";
import type { Orphan, Step } from "./plan.ts";
import { step } from "./stages.ts";

/** Everything that was left behind, as far as the hosts tell. */
export function orphansOf(input: PlanInput): readonly Orphan[] {
  const { config } = input;
  const isStopped = config.orphans === "stop";
  const containers = input.hosts.flatMap((host) =>
    found(input, host).map(({ container, noun, because }): Orphan => ({
      host,
      noun,
      container: container.name,
      because,
      isStopped,
    }))
  );
  return [...containers, ...formerHosts(input)];
}

/** The steps that stop what was left behind on a host; none unless the configuration asks for it. */
export function stopOrphans(input: PlanInput, host: string): readonly Step[] {
  if (input.config.orphans !== "stop") return [];
  const orphans = found(input, host);
  const { routes } = stateOf(input, host);
  const ids = orphans.map(({ container }) => shortId(container.id));
  // Our labels are on the container, so a route that leads to it alone is ours as well.
  const own = routes.filter(({ targets }) =>
    targets.length > 0 && targets.every((target) => ids.some((id) => target.startsWith(id)))
  );
  const unroutes = own.map(({ service }): Operation => ({ kind: "remove-route", service }));
  const stops = orphans.map(({ container, noun, because }): Operation => ({
    kind: "stop-container",
    name: container.name,
    role: noun,
    timeout: undefined,
    because: `orphan: ${because}`,
  }));
  return [
    ...unroutes.length === 0 ? [] : [step(`${host} unroute orphans`, ...unroutes)],
    ...stops.length === 0 ? [] : [step(`${host} stop orphans`, ...stops)],
  ];
}

interface Found {
  readonly container: ContainerState;
  readonly noun: string;
  readonly because: string;
}

/** Running containers with this deployment's labels that nothing in the configuration wants on the host. */
function found(input: PlanInput, host: string): readonly Found[] {
  const { config } = input;
  const roles = rolesOn(config, host).map(({ name }) => name);
  const accessories = accessoriesOn(config, host).map(({ service }) => service);
  return stateOf(input, host).containers.filter(({ running }) => running).flatMap((container) => {
    const { service = "", role, destination = "", [OWNER_LABEL]: owner } = container.labels;
    const isApp = service === config.service && destination === (config.destination ?? "");
    if (isApp && role !== undefined && !roles.includes(role)) {
      const isElsewhere = config.roles.some(({ name }) => name === role);
      const left = isElsewhere ? "this host" : "the config";
      return [{ container, noun: role, because: `role ${role} left ${left}` }];
    }
    if (owner !== serviceWithDestination(config) || accessories.includes(service)) return [];
    const isElsewhere = config.accessories.some((accessory) => accessory.service === service);
    const left = isElsewhere ? "this host" : "the config";
    return [{ container, noun: service, because: `accessory ${service} left ${left}` }];
  });
}

/** Hosts of the last release that left the configuration: nobody knows what runs there. */
function formerHosts(input: PlanInput): readonly Orphan[] {
  const known = new Set(input.config.hosts.map(({ name }) => name));
  const last = input.hosts.flatMap((host) =>
    stateOf(input, host).releases.findLast(({ status }) => status === "succeeded")?.hosts ?? []
  );
  return [...new Set(last)].filter((host) => !known.has(host)).map((host) => ({
    host,
    noun: "host",
    container: undefined,
    because: "left the config; it was not asked, and may still run the app",
    isStopped: false,
  }));
}
