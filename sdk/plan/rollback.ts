/**
 * The plan of `rollback`: back to a version whose containers are still on the hosts.
 *
 * @module
 */

import type { Role } from "../config/config.ts";
import { SextantError } from "../errors.ts";
import { type ContainerState, shortId } from "../observe/host_state.ts";
import type { Operation } from "../operations/operation.ts";
import type { RoutedContainer } from "../operations/proxy.ts";
import { awaitRole, routeTo } from "./app_container.ts";
import { groupsOf } from "./boot.ts";
import {
  appHosts,
  containersAt,
  lookUp,
  selectedRoles,
  servingVersions,
  versionOf,
} from "./current.ts";
import { type PlanInput, stateOf } from "./input.ts";
import { latestTag, ownFolder, releasesFile } from "./names.ts";
import type { Plan, Stage, Step } from "./plan.ts";
import { audit, networkUp, proxyUp } from "./proxy.ts";
import { hookStage, plan, script, stage, step } from "./stages.ts";
import { joinTraefik, leaveTraefik, traefikUp } from "./traefik.ts";

/**
 * Plans a rollback to a version, or to the last good one before that which serves.
 *
 * @throws {SextantError} `VERSION_UNKNOWN` if a host lacks a container of it; names the versions that there are.
 */
export function planRollback(input: PlanInput, to: string | undefined): Plan {
  const version = to ?? lastGood(input);
  const missing = placesOf(input).filter(({ host, role }) =>
    containersAt(input, host, role, version).length === 0
  );
  if (missing.length > 0) throw unknownVersion(input, version, missing.map(({ host }) => host));
  const hosts = appHosts(input).filter((host) => !isServing(input, host, version));
  const groups = groupsOf(input.config, hosts);
  const work = groups.flatMap((group, index) =>
    rollbackGroup(input, group, version, index, groups.length)
  );
  return plan(input, "rollback", [
    ...hosts.length > 0 ? hookStage(input, "pre-deploy", hosts) : [],
    stage("prepare", hosts.map((host) => script(host, prepareSteps(input, host)))),
    ...work,
    stage("finish", hosts.map((host) => script(host, finishSteps(input, host, version))), {
      interruptible: false,
    }),
  ], {
    version,
    lock: true,
    takesBack: true,
    afterwards: "post-deploy",
    serving: servingVersions(input),
  });
}

function placesOf(input: PlanInput): readonly { readonly host: string; readonly role: Role }[] {
  return appHosts(input).flatMap((host) =>
    selectedRoles(input, host).map((role) => ({ host, role }))
  );
}

/** Whether a version has a host's traffic and nothing else of its roles runs, as an interrupted run may leave it. */
function isServing(input: PlanInput, host: string, version: string): boolean {
  return selectedRoles(input, host).every((role) => {
    const { serving, running, route } = lookUp(input, host, role);
    const isOther = (one: ContainerState): boolean => versionOf(role, one) !== version;
    if (serving.length < running.length || running.length === 0 || running.some(isOther)) {
      return false;
    }
    return role.proxy === undefined ||
      serving.every(({ id }) => route?.targets.some((target) => target.startsWith(shortId(id))));
  });
}

/** The last version that served before the one that serves now, and that every host still has. */
function lastGood(input: PlanInput): string {
  const serving = new Set(Object.values(servingVersions(input)));
  const releases = stateOf(input, appHosts(input)[0] ?? input.lockHost).releases;
  const version = releases.findLast((release) =>
    !serving.has(release) &&
    placesOf(input).every(({ host, role }) => containersAt(input, host, role, release).length > 0)
  );
  if (version === undefined) {
    throw new SextantError("VERSION_UNKNOWN", "there is no earlier release to go back to", {
      hint: `Name a version: sextant rollback VERSION. ${availableText(input)}`,
    });
  }
  return version;
}

function unknownVersion(input: PlanInput, version: string, hosts: readonly string[]): SextantError {
  const where = [...new Set(hosts)].join(", ");
  return new SextantError("VERSION_UNKNOWN", `version ${version} has no container on ${where}`, {
    hint: availableText(input),
  });
}

function availableText(input: PlanInput): string {
  const versions = placesOf(input).map(({ host, role }) =>
    new Set(lookUp(input, host, role).containers.map((container) => versionOf(role, container)))
  );
  const common = [...versions[0] ?? []].filter((version) =>
    versions.every((some) => some.has(version))
  );
  return common.length === 0
    ? "The hosts have no container in common."
    : `The hosts have: ${common.join(", ")}`;
}

function prepareSteps(input: PlanInput, host: string): readonly Step[] {
  const folder = step(`${host} folders`, {
    kind: "make-directories",
    paths: [ownFolder(input.config)],
    mode: undefined,
    owner: undefined,
  });
  const isProxied = selectedRoles(input, host).some((role) => role.proxy !== undefined);
  const byTraefik = selectedRoles(input, host).some((role) => role.traefik !== undefined);
  return [
    folder,
    ...networkUp(input, host),
    ...isProxied ? proxyUp(input, host) : [],
    ...byTraefik ? traefikUp(input, host) : [],
  ];
}

function rollbackGroup(
  input: PlanInput,
  hosts: readonly string[],
  version: string,
  group: number,
  groups: number,
): readonly Stage[] {
  const pauseSeconds = group < groups - 1 ? input.config.boot.wait : 0;
  return [
    ...hookStage(input, "pre-app-boot", hosts, { group }),
    stage("boot", hosts.map((host) => script(host, startSteps(input, host, version))), { group }),
    stage("switch", hosts.map((host) => script(host, switchSteps(input, host, version))), {
      group,
      interruptible: false,
      pauseSeconds,
    }),
    ...hookStage(input, "post-app-boot", hosts, { group }),
  ];
}

function startSteps(input: PlanInput, host: string, version: string): readonly Step[] {
  return selectedRoles(input, host).flatMap((role) => {
    const containers = containersAt(input, host, role, version);
    const starts = containers.filter(({ running }) => !running).map(({ name }) => ({
      kind: "start-container" as const,
      name,
      role: role.name,
    }));
    const gates = containers.map(({ name, id }) => awaitRole(input.config, role, name, { id }));
    return [
      ...starts.length === 0 ? [] : [step(`${host} start ${starts[0]!.name}`, ...starts)],
      ...joinTraefik(input.config, host, role, containers),
      step(`${host} healthy ${role.name}`, ...gates),
    ];
  });
}

function switchSteps(input: PlanInput, host: string, version: string): readonly Step[] {
  const { config } = input;
  const leaving: Operation[] = [];
  const stops: Operation[] = [];
  const routes = selectedRoles(input, host).flatMap((role) => {
    const containers = containersAt(input, host, role, version);
    const { running, serving, route } = lookUp(input, host, role);
    for (const old of running.filter((one) => !containers.includes(one))) {
      leaving.push(...leaveTraefik(config, role, old.name));
      stops.push({
        kind: "stop-container",
        name: old.name,
        role: role.name,
        timeout: role.stopTimeout,
        because: undefined,
      });
    }
    if (role.proxy === undefined) return [];
    const previous = route && serving.length > 0
      ? { targets: serving.map(routed), version: versionOf(role, serving[0]!) }
      : undefined;
    const to = { targets: containers.map(routed), version, previous };
    return [step(`${host} route ${role.name}`, routeTo(config, role, role.proxy, to))];
  });
  return [
    ...routes,
    ...leaving.length === 0 ? [] : [step(`${host} leave old`, ...leaving)],
    ...stops.length === 0 ? [] : [step(`${host} stop old`, ...stops)],
  ];
}

function routed({ name, id }: ContainerState): RoutedContainer {
  return { container: name, target: { id } };
}

function finishSteps(input: PlanInput, host: string, version: string): readonly Step[] {
  const { config, run } = input;
  const image = selectedRoles(input, host).map((role) =>
    containersAt(input, host, role, version)[0]!.imageId
  )[0]!;
  return [step(
    `${host} done`,
    // The version's own tag may be gone; the image is not, while a container has it.
    { kind: "tag-image", image, tag: `${config.repository}:${latestTag(config)}` },
    audit(input, `Rolled back to version ${version}`),
    {
      kind: "record-release",
      path: releasesFile(config),
      version,
      at: run.at,
      performer: run.performer,
    },
  )];
}
