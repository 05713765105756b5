/**
 * Where and how the release phase runs, and whose requests wait meanwhile.
 *
 * @module
 */

import {
  type Config,
  type ReleasePhase,
  type Role,
  rolesOn,
  serviceWithDestination,
} from "../config/config.ts";
import { proxyContainer } from "../observe/host_state.ts";
import type { RunContainer } from "../operations/container.ts";
import type { PauseRoute, ResumeRoute } from "../operations/route_pause.ts";
import type { Changes } from "./changes.ts";
import { lookUp, selectedRoles } from "./current.ts";
import { type PlanInput, stateOf } from "./input.ts";
import { ownFolder } from "./names.ts";
import type { Stage, Step } from "./plan.ts";
import { script, stage, step } from "./stages.ts";

/** Where the release phase runs. */
interface Place {
  readonly host: string;
  readonly role: Role;
  /** The container of that role that boots first. */
  readonly first: RunContainer;
}

/**
 * The stages of the release phase; none where there is no such command, or nothing boots. It runs on the first host that
 * boots the primary role, or any role where the primary one does not boot, and as that role's first container would.
 */
export function releaseStages(input: PlanInput, changes: Changes): readonly Stage[] {
  const { release } = input.config;
  const place = placeOf(changes);
  if (release === undefined || place === undefined) return [];
  const holds = input.hosts.map((host) => [host, holdsOn(input, host, changes)] as const)
    .filter(([, some]) => some.length > 0);
  return [
    stage(
      "pause",
      holds.map(([host, some]) =>
        script(host, [{ ...step(`${host} pause`, ...some), holdsUp: true }])
      ),
      // A pause that was broken off would let requests go on while others are still being waited for: these fail.
      { interruptible: false },
    ),
    runStage(input, release, place),
    stage(
      "resume",
      holds.map(([host, some]) =>
        script(host, [
          step(
            `${host} resume`,
            ...some.map(({ service, holdFile, holder }) => ({
              kind: "resume-route" as const,
              service,
              holdFile,
              holder,
            })),
          ),
        ])
      ),
      { interruptible: false },
    ),
  ];
}

/** The pauses of a host's routes during the release phase; none where it runs none, or lets nobody wait. */
export function holdsOn(
  input: PlanInput,
  host: string,
  changes: Changes,
): readonly PauseRoute[] {
  const { config, run } = input;
  const pause = config.release?.pause;
  if (pause === undefined || placeOf(changes) === undefined) return [];
  if (proxyContainer(stateOf(input, host))?.running !== true) return [];
  return rolesOn(config, host).flatMap((role) => {
    const { route } = lookUp(input, host, role);
    // What is under maintenance stays so.
    if (route === undefined || route.state === "stopped") return [];
    return [{
      kind: "pause-route",
      service: route.service,
      pause,
      drainTimeout: config.drainTimeout,
      holdFile: holdFile(config, route.service),
      holder: run.suffix,
    }];
  });
}

/** Lets requests go on that still wait for a run that is dead. */
export function resumeLeft({ config }: PlanInput, role: Role): ResumeRoute {
  const service = role.containerPrefix;
  return { kind: "resume-route", service, holdFile: holdFile(config, service), holder: undefined };
}

/** The step that lets a host's requests go on that wait for a run that is dead; none where none do. */
export function resumeLeftOn(input: PlanInput, host: string): readonly Step[] {
  const left = selectedRoles(input, host).filter((role) =>
    lookUp(input, host, role).route?.state === "paused"
  );
  if (left.length === 0) return [];
  return [step(`${host} resume left`, ...left.map((role) => resumeLeft(input, role)))];
}

function holdFile(config: Config, service: string): string {
  return `${ownFolder(config)}/${service}.paused`;
}

function placeOf(changes: Changes): Place | undefined {
  const places = [...changes].flatMap(([host, some]) =>
    some.flatMap(({ role, boots: [first] }) => first === undefined ? [] : [{ host, role, first }])
  );
  return places.find(({ role }) => role.isPrimary) ?? places[0];
}

function runStage(input: PlanInput, release: ReleasePhase, { host, role, first }: Place): Stage {
  // Ports and health checks are of what serves.
  const options = Object.fromEntries(
    Object.entries(first.options).filter(([name]) => !/^(publish|health-.*|name)$/.test(name)),
  );
  const { KAMAL_CONTAINER_NAME: _, ...env } = first.env;
  const name = `${role.containerPrefix}-release-${input.version}-${input.run.suffix.slice(0, 6)}`;
  const operation = {
    kind: "run-release" as const,
    name,
    service: serviceWithDestination(input.config),
    like: {
      image: first.image,
      network: first.network,
      env: { ...env, KAMAL_CONTAINER_NAME: name },
      envFile: first.envFile,
      envScript: first.envScript,
      logDriver: first.logDriver,
      logOptions: first.logOptions,
      // A command finds the image's own assets.
      volumes: input.config.volumes,
      options,
    },
    cmd: release.cmd,
    timeout: release.timeout,
  };
  return stage("release", [script(host, [step(`${host} release`, operation)])]);
}
