/**
 * The plans that take an app off its hosts: `app remove`, parts of it, and what runs beside what serves.
 *
 * @module
 */

import { type Role, rolesOn } from "../config/config.ts";
import { SextantError } from "../errors.ts";
import { type ContainerState, shortId } from "../observe/host_state.ts";
import type { Operation } from "../operations/operation.ts";
import { isCandidate } from "../operations/proxy.ts";
import { stopEach, stopSteps } from "./app.ts";
import { appHosts, lookUp, selectedRoles, versionOf } from "./current.ts";
import { isServedByTraefik } from "./handover.ts";
import { type PlanInput, stateOf } from "./input.ts";
import { appFolder } from "./names.ts";
import type { Plan, Step } from "./plan.ts";
import { audit } from "./proxy.ts";
import { endingProxyFiles, heldProxyFiles } from "./proxy_files.ts";
import { plan, script, stage, step } from "./stages.ts";

/** A container that runs and does not serve. */
export interface StaleContainer {
  /** Name of the host. */
  readonly host: string;
  /** Name of its role. */
  readonly role: string;
  /** Name of the container. */
  readonly name: string;
  /** Its version. */
  readonly version: string;
}

/** Plans `app remove`: routes, containers, images and folders go; other roles keep what they need. */
export function planAppRemove(input: PlanInput): Plan {
  return change(input, "app remove", (host) => {
    const isWhole = hasAllRoles(input, host) && isKnown(input, host);
    return [
      ...removeApp(input, host),
      ...isWhole ? [imagesStep(input, host), filesStep(input, host)] : [],
    ];
  });
}

/**
 * Plans `app remove-container` and `app remove-containers`: of those that are stopped, and that no route leads to.
 *
 * @throws {SextantError} `VERSION_UNKNOWN` where a version has no such container on any host.
 */
export function planRemoveContainers(
  input: PlanInput,
  verb: string,
  version: string | undefined,
): Plan {
  const found = (host: string): readonly Placed[] =>
    containersOn(input, host).filter(({ role, container }) =>
      !container.running && !isRouted(input, host, role, container) &&
      (version === undefined || versionOf(role, container) === version)
    );
  if (version !== undefined && appHosts(input).every((host) => found(host).length === 0)) {
    throw new SextantError(
      "VERSION_UNKNOWN",
      `version ${version} has no stopped container that no route leads to`,
      { hint: "See what there is: sextant app containers" },
    );
  }
  return change(input, verb, (host) => {
    return removeSteps(input, host, `${host} remove`, found(host));
  });
}

/** Plans `app remove-images`: those that no container has. */
export function planRemoveImages(input: PlanInput): Plan {
  return change(input, "app remove-images", (host) => {
    const { images } = stateOf(input, host);
    const has = images.some(({ name }) => name.startsWith(`${input.config.repository}:`));
    return has && hasAllRoles(input, host) ? [imagesStep(input, host)] : [];
  });
}

/** Containers that run and do not serve, such as an interrupted deploy may leave. */
export function staleContainers(input: PlanInput): readonly StaleContainer[] {
  return appHosts(input).flatMap((host) =>
    staleOn(input, host).map(({ role, container }) => ({
      host,
      role: role.name,
      name: container.name,
      version: versionOf(role, container),
    }))
  );
}

/** Plans `app stale-containers --stop`. */
export function planStopStale(input: PlanInput): Plan {
  return change(input, "app stale-containers", (host) => {
    return stopEach(input, host, "stale", staleOn(input, host), "does not serve");
  });
}

/** The steps that take the selected roles off a host: routes, then containers. */
export function removeApp(input: PlanInput, host: string): readonly Step[] {
  return selectedRoles(input, host).flatMap((role) => {
    const gone = lookUp(input, host, role).containers.map((container) => ({ role, container }));
    return [
      ...stopSteps(input, host, role),
      ...removeSteps(input, host, `${host} remove ${role.name}`, gone),
    ];
  });
}

/** The step that removes all images of the service that no container has. */
export function imagesStep({ config }: PlanInput, host: string): Step {
  return step(`${host} images`, { kind: "prune-images", service: config.service });
}

/** The step that removes a service's own files, but for those that the proxy goes on to need. */
export function filesStep(input: PlanInput, host: string): Step {
  const folders = [appFolder(input.config), ...endingProxyFiles(input, host)];
  return step(
    `${host} files`,
    ...folders.map((path) => ({ kind: "remove-path", path } as const)),
  );
}

interface Placed {
  readonly role: Role;
  readonly container: ContainerState;
}

function containersOn(input: PlanInput, host: string): readonly Placed[] {
  return selectedRoles(input, host).flatMap((role) =>
    lookUp(input, host, role).containers.map((container) => ({ role, container }))
  );
}

function staleOn(input: PlanInput, host: string): readonly Placed[] {
  return selectedRoles(input, host).flatMap((role) => {
    const { running, serving } = lookUp(input, host, role);
    // Where kamal-proxy has a route already, Traefik may still have the visitors.
    const isFound = (one: ContainerState): boolean =>
      role.traefik === undefined && isServedByTraefik(stateOf(input, host), one);
    return running.filter((one) => !serving.includes(one) && !isFound(one)).map((container) => ({
      role,
      container,
    }));
  });
}

/** Whether visitors are sent to a container, whether it runs or not. */
function isRouted(input: PlanInput, host: string, role: Role, { id }: ContainerState): boolean {
  const { route } = lookUp(input, host, role);
  return route?.targets.some((target) => target.startsWith(shortId(id))) === true;
}

/** The steps that remove containers, after the candidates that would lead nowhere then. */
function removeSteps(
  input: PlanInput,
  host: string,
  id: string,
  gone: readonly Placed[],
): readonly Step[] {
  if (gone.length === 0) return [];
  return [
    ...candidatesStep(input, host, id, gone.map(({ container }) => container)),
    step(id, ...gone.map(removal)),
  ];
}

/** The step that removes the candidates of containers that are about to go; none where there are none. */
export function candidatesStep(
  input: PlanInput,
  host: string,
  id: string,
  containers: readonly ContainerState[],
): readonly Step[] {
  const ids = containers.map((container) => shortId(container.id));
  const candidates = stateOf(input, host).routes.filter(({ service, targets }) =>
    isCandidate(service) && targets.some((target) => ids.some((id) => target.startsWith(id)))
  ).map(({ service }): Operation => ({ kind: "remove-candidate", candidate: service }));
  return candidates.length === 0 ? [] : [step(`${id} candidates`, ...candidates)];
}

function removal({ role, container }: Placed): Operation {
  return { kind: "remove-container", name: container.name, role: role.name };
}

/** Whether a host has anything of the app. */
export function isKnown(input: PlanInput, host: string): boolean {
  const { images, containers, releases, ...state } = stateOf(input, host);
  const { repository } = input.config;
  // What another destination's containers have stays.
  const used = new Set(containers.map(({ imageId }) => imageId));
  const held = heldProxyFiles(input, host);
  const files = Object.keys(state.files).filter((path) =>
    !held.some((folder) => path.startsWith(`${folder}/`))
  );
  return containersOn(input, host).length + files.length + releases.length > 0 ||
    images.some(({ name, id }) => name.startsWith(`${repository}:`) && !used.has(id));
}

/** Kamal: what roles share goes only where all of them are selected. */
function hasAllRoles(input: PlanInput, host: string): boolean {
  return rolesOn(input.config, host).length === selectedRoles(input, host).length;
}

function change(
  input: PlanInput,
  verb: string,
  steps: (host: string) => readonly Step[],
): Plan {
  const scripts = appHosts(input).map((host) => {
    const work = steps(host);
    const noted = step(`${host} audit`, audit(input, AUDITED[verb] ?? verb));
    // What removes the app's folders leaves the log, which stands beside them.
    return script(host, work.length === 0 ? [] : [...work, noted]);
  });
  return plan(input, verb, [stage("apply", scripts)], { lock: true });
}

const AUDITED: Readonly<Record<string, string>> = {
  "app remove": "Removed app",
  "app remove-container": "Removed app container",
  "app remove-containers": "Removed all app containers",
  "app remove-images": "Removed all app images",
  "app stale-containers": "Stopped stale containers",
};
