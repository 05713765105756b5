/**
 * What an earlier run left behind: containers of roles and accessories that left the configuration, and hosts that did.
 *
 * @module
 */

import { accessoriesOn, rolesOn, serviceWithDestination } from "../config/config.ts";
import { otherHost } from "../config/other_host.ts";
import type { ContainerState, RouteState } from "../observe/host_state.ts";
import { proxyContainer, shortId } from "../observe/host_state.ts";
import type { Operation } from "../operations/operation.ts";
import { selectedRoles } from "./current.ts";
import { OWNER_LABEL } from "./digest.ts";
import { formerHosts } from "./former_hosts.ts";
import { isForTraefik } from "./handover.ts";
import { type PlanInput, stateOf } from "./input.ts";
import { appFolder } from "./names.ts";
import type { HostScript, Orphan, Step } from "./plan.ts";
import { script, step } from "./stages.ts";

/** Everything that was left behind, as far as the hosts tell. */
export function orphansOf(input: PlanInput): readonly Orphan[] {
  return [
    ...input.hosts.flatMap((host) => orphansOn(input, host)),
    ...formerHosts(input.config, input.states).flatMap((spelled) =>
      orphansOnFormer(input, otherHost(input.config, spelled).name)
    ),
    ...renamedService(input),
  ];
}

/** Whether anything of this deployment goes on running on a host that left the configuration. */
export function stillRunsOn(input: PlanInput, host: string): boolean {
  return found(input, host).some(({ mayStop }) => !mayStop || input.config.orphans !== "stop");
}

/** The steps that stop what was left behind on a host; none unless the configuration asks for it. */
export function stopOrphans(input: PlanInput, host: string): readonly Step[] {
  if (input.config.orphans !== "stop") return [];
  const orphans = found(input, host).filter(({ mayStop }) => mayStop);
  const unroutes = endingRoutes(input, host).map((service): Operation => ({
    kind: "remove-route",
    service,
  }));
  const stops = orphans.map(({ container, noun, because }): Operation => ({
    kind: "stop-container",
    name: container.name,
    role: noun,
    timeout: undefined,
    because: `orphan: ${because}`,
  }));
  const leaving = orphans.flatMap(({ container, noun }) => leaveByCord(input, container, noun));
  return [
    ...leaving.length === 0 ? [] : [step(`${host} leave orphans`, ...leaving)],
    ...unroutes.length === 0 ? [] : [step(`${host} unroute orphans`, ...unroutes)],
    ...stops.length === 0 ? [] : [step(`${host} stop orphans`, ...stops)],
  ];
}

/** Routes that lead to nothing but what was left behind: our labels are on the containers, so these are ours as well. */
export function orphanedRoutes(input: PlanInput, host: string): readonly RouteState[] {
  const ids = found(input, host).map(({ container }) => shortId(container.id));
  return stateOf(input, host).routes.filter(({ targets }) =>
    targets.length > 0 && targets.every((target) => ids.some((id) => target.startsWith(id)))
  );
}

/** The operation by which Traefik leaves a container of a role that it served; none for any other. */
function leaveByCord(
  { config }: PlanInput,
  container: ContainerState,
  role: string,
): readonly Operation[] {
  const cord = config.traefik?.cord;
  if (cord === undefined || !isForTraefik(container)) return [];
  return [{
    kind: "cut-cord",
    container: container.name,
    role,
    cord,
    timeout: config.deployTimeout,
  }];
}

/** Names of the routes of a host that {@linkcode stopOrphans} removes. */
export function endingRoutes(input: PlanInput, host: string): readonly string[] {
  if (input.config.orphans !== "stop") return [];
  return [
    ...orphanedRoutes(input, host).map(({ service }) => service),
    ...forgottenRoutes(input, host),
  ];
}

/** Names of the routes that a proxy may have of orphans once it runs again; while it is gone nobody can ask. */
function forgottenRoutes(input: PlanInput, host: string): readonly string[] {
  const { service, destination } = input.config;
  const isComing = proxyContainer(stateOf(input, host)) === undefined &&
    selectedRoles(input, host).some(({ proxy }) => proxy !== undefined);
  if (!isComing) return [];
  const names = found(input, host).flatMap(({ container: { labels } }) =>
    labels["service"] === service && labels["role"] !== undefined
      ? [[service, labels["role"], destination].filter((part) => part !== undefined).join("-")]
      : []
  );
  return [...new Set(names)];
}

/** What hosts do that left the configuration; whatever fails there fails nothing. */
export function leaveHosts(input: PlanInput): readonly HostScript[] {
  return [...input.formerStates ?? []].flatMap(([host, state]) =>
    state === undefined ? [] : [{ ...script(host, stopOrphans(input, host)), mayFail: true }]
  );
}

interface Found {
  readonly container: ContainerState;
  readonly noun: string;
  readonly because: string;
  /** Whether it is certainly needed nowhere. */
  readonly mayStop: boolean;
}

function orphansOn(input: PlanInput, host: string): readonly Orphan[] {
  const own = found(input, host).map(({ container, noun, because, mayStop }): Orphan => ({
    host,
    noun,
    container: container.name,
    because,
    isOwn: mayStop,
    isStopped: mayStop && input.config.orphans === "stop",
  }));
  return [...own, ...accessoriesOfKamal(input, host)];
}

function orphansOnFormer(input: PlanInput, host: string): readonly Orphan[] {
  if (input.formerStates?.get(host) !== undefined) return orphansOn(input, host);
  const why = input.formerStates?.has(host) === true ? "could not be reached" : "was not asked";
  const because = `left the config; it ${why}, and may still run the app`;
  return [{ host, noun: "host", container: undefined, because, isOwn: false, isStopped: false }];
}

/** Running containers with this deployment's labels that nothing in the configuration wants on the host. */
function found(input: PlanInput, host: string): readonly Found[] {
  const { config } = input;
  const isFormer = !config.hosts.some(({ name }) => name === host);
  const roles = rolesOn(config, host).map(({ name }) => name);
  const accessories = accessoriesOn(config, host).map(({ service }) => service);
  return stateOf(input, host).containers.filter(({ running }) => running).flatMap((container) => {
    const { service = "", role, destination = "", [OWNER_LABEL]: owner } = container.labels;
    const isApp = service === config.service && destination === (config.destination ?? "");
    if (isApp && role !== undefined && !roles.includes(role)) {
      const isElsewhere = config.roles.some(({ name }) => name === role);
      const left = isElsewhere ? "this host" : "the config";
      const because = isFormer ? "the host left the config" : `role ${role} left ${left}`;
      return [{ container, noun: role, because, mayStop: true }];
    }
    if (owner !== serviceWithDestination(config) || accessories.includes(service)) return [];
    const isElsewhere = config.accessories.some((accessory) => accessory.service === service);
    const left = isElsewhere ? "this host" : "the config";
    const because = isFormer ? "the host left the config" : `accessory ${service} left ${left}`;
    // Its data may be needed where it goes next, and its host may only have another name.
    return [{ container, noun: service, because, mayStop: !(isFormer && isElsewhere) }];
  });
}

/**
 * Accessories that Kamal booted and the configuration has no more. They have no label that says whose they are; that an
 * env file of this deployment goes by their name is enough to tell of them, and not to stop them.
 */
function accessoriesOfKamal(input: PlanInput, host: string): readonly Orphan[] {
  const { config } = input;
  const { files, containers } = stateOf(input, host);
  const known = accessoriesOn(config, host).map(({ service }) => service);
  const folder = `${appFolder(config)}/env/accessories/`;
  const once = Object.keys(files).filter((path) => path.startsWith(folder))
    .map((path) => path.slice(folder.length).replace(/\.env$/, ""));
  return once.flatMap((name) => {
    const service = `${config.service}-${name}`;
    const container = containers.find(({ name, running, labels }) =>
      running && name === service && labels["service"] === service &&
      labels[OWNER_LABEL] === undefined
    );
    if (container === undefined || known.includes(service)) return [];
    const because = `accessory ${name} left the config; Kamal booted it, so it is yours to stop`;
    return [{ host, noun: name, container: service, because, isOwn: false, isStopped: false }];
  });
}

/**
 * Containers of another service that has the very image of this one, where this one was never released: most likely its
 * earlier name. Nobody can be certain, so they are only told of, and only until the first release.
 */
function renamedService(input: PlanInput): readonly Orphan[] {
  const { service, destination = "", repository } = input.config;
  const states = input.hosts.map((host) => stateOf(input, host));
  const isNew = states.every(({ releases, containers }) =>
    releases.length === 0 && !containers.some(({ labels }) => labels["service"] === service)
  );
  if (!isNew) return [];
  return states.flatMap(({ host, containers, images }) =>
    containers.filter(({ running, labels, image, imageId }) =>
      running && labels["role"] !== undefined && (labels["destination"] ?? "") === destination &&
      [image, ...images.filter(({ id }) => id === imageId).map(({ name }) => name)]
        .some((name) => name.startsWith(`${repository}:`))
    ).map(({ name, labels }) => {
      const former = labels["service"] ?? "";
      const because =
        `service ${former} has the same image; if that was the name of ${service}, take it off by it: sextant app remove`;
      return { host, noun: former, container: name, because, isOwn: false, isStopped: false };
    })
  );
}
