/**
 * The plan of `rollback`: back to an earlier release, by its containers where they are still there, else anew from
 * its image, as the ledger says that it was run.
 *
 * @module
 */

import type { Role } from "../config/config.ts";
import { type ContainerState, proxyContainer, shortId } from "../observe/host_state.ts";
import { stopEach } from "./app.ts";
import type { RoutedContainer } from "../operations/proxy.ts";
import { previousRoute, routed } from "./app_container.ts";
import { groupsOf } from "./boot.ts";
import { withTodaysFiles } from "./proxy_files.ts";
import {
  type CanaryChange,
  dismissal,
  endSplitSteps,
  recordEnds,
  stopCanary,
  touchesCanary,
} from "./canary_switch.ts";
import {
  appHosts,
  containersAt,
  lookUp,
  type RoleOnHost,
  runningVersions,
  selectedRoles,
  servingVersions,
  versionOf,
} from "./current.ts";
import { type PlanInput, stateOf } from "./input.ts";
import { candidateName, imageName, latestTag, replicaOf } from "./names.ts";
import type { Plan, Stage, Step } from "./plan.ts";
import { audit } from "./proxy.ts";
import { endNote, isOlder, recordRelease, releasedBefore, releasedRole } from "./release.ts";
import { prepareSteps } from "./rollback_prepare.ts";
import { type Return, runsAnew, startSteps } from "./rollback_start.ts";
import { rollbackVersion } from "./rollback_version.ts";
import { traefikUp } from "./traefik.ts";
import { hookStage, plan, script, stage, step } from "./stages.ts";

/**
 * Plans a rollback to a version, or to the last good one before that which serves.
 *
 * @throws {SextantError} `VERSION_UNKNOWN` if no host knows of it; names the versions that there are.
 */
export function planRollback(input: PlanInput, to: string | undefined): Plan {
  const version = rollbackVersion(input, to);
  const target = { ...input, version };
  const hosts = appHosts(input).filter((host) => !isServing(input, host, version));
  const returns = new Map(hosts.map((host) => [host, returnsOn(target, host)]));
  const groups = groupsOf(input.config, hosts);
  const prepare = hosts.map((host) => script(host, prepareSteps(target, host, returns.get(host)!)));
  const finish = hosts.map((host) => script(host, finishSteps(target, host, returns.get(host)!)));
  return plan(input, "rollback", [
    ...hosts.length > 0 ? hookStage(input, "pre-deploy", hosts) : [],
    stage("prepare", prepare),
    ...groups.flatMap((group, index) =>
      rollbackGroup(target, group, returns, index, groups.length)
    ),
    stage("finish", finish, { interruptible: false }),
  ], {
    version,
    lock: true,
    takesBack: true,
    afterwards: "post-deploy",
    serving: servingVersions(input),
    notes: hosts.map((host) => endNote(input, host, version)),
  });
}

function returnsOn(input: PlanInput, host: string): readonly Return[] {
  const { version } = input;
  return selectedRoles(input, host).map((role) => {
    const recorded = releasedBefore(input, host, role, version);
    return {
      role,
      containers: containersAt(input, host, role, version),
      released: recorded ?? releasedRole(input, host, role),
      isRecorded: recorded !== undefined,
    };
  });
}

/** Whether a version has a host's traffic and nothing else of its roles runs, as an interrupted run may leave it. */
function isServing(input: PlanInput, host: string, version: string): boolean {
  return selectedRoles(input, host).every((role) => {
    const current = lookUp(input, host, role);
    const { serving, running, route } = current;
    if (touchesCanary(dismissal(current))) return false;
    const isOther = (one: ContainerState): boolean => versionOf(role, one) !== version;
    if (serving.length < running.length || running.length === 0 || running.some(isOther)) {
      return false;
    }
    if (role.traefik !== undefined && traefikUp(input, host).length > 0) return false;
    return role.proxy === undefined ||
      proxyContainer(stateOf(input, host))?.running === true &&
        serving.every(({ id }) => route?.targets.some((target) => target.startsWith(shortId(id))));
  });
}

function rollbackGroup(
  input: PlanInput,
  hosts: readonly string[],
  returns: ReadonlyMap<string, readonly Return[]>,
  group: number,
  groups: number,
): readonly Stage[] {
  const pauseSeconds = group < groups - 1 ? input.config.boot.wait : 0;
  const starts = (host: string): readonly Step[] =>
    returns.get(host)!.flatMap((one) => startSteps(input, host, one));
  const switches = (host: string): readonly Step[] => switchSteps(input, host, returns.get(host)!);
  return [
    ...hookStage(input, "pre-app-boot", hosts, { group }),
    stage("boot", hosts.map((host) => script(host, starts(host))), { group }),
    stage("switch", hosts.map((host) => script(host, switches(host))), {
      group,
      interruptible: false,
      pauseSeconds,
    }),
    ...hookStage(input, "post-app-boot", hosts, { group }),
  ];
}

function switchSteps(
  input: PlanInput,
  host: string,
  returns: readonly Return[],
): readonly Step[] {
  const old = returns.flatMap(({ role, containers }) =>
    lookUp(input, host, role).running.filter((one) => !containers.includes(one))
      .map((container) => ({ role, container }))
  );
  const canaries = dismissals(input, host, returns);
  const stops = canaries.flatMap(({ role, change }) => stopCanary(role, change));
  return [
    ...returns.flatMap((one) => routeSteps(input, host, one)),
    ...canaries.flatMap(({ role, current, change }) =>
      endSplitSteps(input.config, host, role, current, change)
    ),
    ...stopEach(input, host, "old", old, undefined),
    ...stops.length === 0 ? [] : [step(`${host} stop canary`, ...stops)],
  ];
}

/** Canaries end where a version is gone back to. */
function dismissals(
  input: PlanInput,
  host: string,
  returns: readonly Return[],
): readonly { readonly role: Role; readonly current: RoleOnHost; readonly change: CanaryChange }[] {
  return returns.map(({ role }) => {
    const current = lookUp(input, host, role);
    return { role, current, change: dismissal(current) };
  });
}

function routeSteps(input: PlanInput, host: string, one: Return): readonly Step[] {
  const { role, containers, released } = one;
  if (released.route === undefined) return [];
  const current = lookUp(input, host, role);
  const targets: readonly RoutedContainer[] = containers.length > 0
    ? containers.map(({ name, id }) => routed(role, name, { id }))
    : runsAnew(input, host, one).map(({ name, idFile }) => routed(role, name, { idFile }));
  return [step(`${host} route ${role.name}`, {
    kind: "route-traffic",
    ...released.route,
    flags: withTodaysFiles(input, host, role, released.route.flags),
    candidates: targets.map(({ container }) => candidateName(role, replicaOf(container))),
    targets,
    version: input.version,
    previous: previousRoute(input.config, role, current, current.serving.map(placed)),
    ...current.route === undefined ? { forgetsCanary: true } : {},
  })];
}

function placed({ name, id }: ContainerState): RoutedContainer {
  return { container: name, target: { id } };
}

function finishSteps(
  input: PlanInput,
  host: string,
  returns: readonly Return[],
): readonly Step[] {
  const { config, version } = input;
  const { releases, images } = stateOf(input, host);
  const name = imageName(config, version);
  const image = returns.flatMap(({ containers }) => containers)[0]?.imageId ?? name;
  return [
    ...leaveSteps(input, host),
    ...recordEnds(input, host, dismissals(input, host, returns)),
    step(
      `${host} done`,
      // The version's own tag may be gone; the image is not, while a container has it.
      { kind: "tag-image", image, tag: `${config.repository}:${latestTag(config)}` },
      audit(input, `Rolled back to version ${version}`),
      recordRelease(input, version, "succeeded", {
        digest: releases.findLast((release) => release.version === version)?.digest ??
          images.find((one) => one.name === name)?.digest,
        // How Kamal ran a container is not known, and today's configuration need not be it.
        roles: returns.filter(({ isRecorded, containers }) => isRecorded || containers.length === 0)
          .map(({ released }) => released),
      }),
    ),
  ];
}

/**
 * Notes that the user went back from what ran here, or from what the others run where nothing does, unless the rollback
 * goes forth to something newer.
 */
function leaveSteps(input: PlanInput, host: string): readonly Step[] {
  const { releases } = stateOf(input, host);
  const running = runningVersions(input);
  const left = running[host] ?? Object.values(running)[0];
  if (left === undefined || left === input.version) return [];
  if (!isOlder(releases, input.version, left)) return [];
  // A step of its own: both write to the ledger, one after the other.
  return [step(`${host} left`, recordRelease(input, left, "rolled back"))];
}
