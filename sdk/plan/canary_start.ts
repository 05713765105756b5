/**
 * What has to change for a canary, and how a host sends visitors to it.
 *
 * @module
 */

import type { Role } from "../config/config.ts";
import { SextantError } from "../errors.ts";
import { shortId } from "../observe/host_state.ts";
import type { CanaryShare, SplitTraffic } from "../operations/rollout.ts";
import { asCanary, differences, routed, runReplicas } from "./app_container.ts";
import { UNTOUCHED } from "./canary_switch.ts";
import { type Changes, type RoleChange, sameItems } from "./changes.ts";
import {
  appHosts,
  lookUp,
  type RoleOnHost,
  selectedRoles,
  servingVersion,
  versionOf,
} from "./current.ts";
import type { PlanInput } from "./input.ts";
import { candidateName, replicaOf } from "./names.ts";
import type { Step } from "./plan.ts";
import { step } from "./stages.ts";
import { stopStale } from "./switch.ts";

/** The roles to work on that can have a canary. */
export function canaryRoles(input: PlanInput): readonly Role[] {
  return input.config.roles.filter(({ name, proxy }) =>
    proxy !== undefined && input.roles.includes(name)
  );
}

/**
 * What has to change on each host until the canary of a version stands there, and a share of the visitors gets it.
 *
 * @throws {SextantError} `USAGE` where no role can have one, or nothing else serves that it could stand beside.
 */
export function canaryChanges(input: PlanInput, share: CanaryShare): Changes {
  if (canaryRoles(input).length === 0) {
    throw new SextantError("USAGE", "a canary needs a role behind kamal-proxy, and none is", {
      hint: "Only kamal-proxy tells visitors apart: .proxy({ host: … })",
    });
  }
  checkServing(input);
  return new Map(
    appHosts(input).map((host) => [
      host,
      placesOn(input, host).map((role) => changeOf(input, host, role, share))
        .filter(({ boots, stale, routes }) => boots.length > 0 || stale.length > 0 || routes),
    ]),
  );
}

/** What a host does once the canary is ready everywhere: a share of the visitors gets it, an earlier one stops. */
export function splitSteps(
  input: PlanInput,
  host: string,
  changes: readonly RoleChange[],
  share: CanaryShare,
): readonly Step[] {
  const stops = changes.flatMap((change) => stopStale(input.config, change));
  return [
    ...changes.filter(({ routes }) => routes).map((change) =>
      step(`${host} split ${change.role.name}`, splitOf(input, change, share))
    ),
    ...stops.length === 0 ? [] : [step(`${host} stop old`, ...stops)],
  ];
}

function placesOn(input: PlanInput, host: string): readonly Role[] {
  return selectedRoles(input, host).filter(({ proxy }) => proxy !== undefined);
}

function checkServing(input: PlanInput): void {
  const { version } = input;
  const places = appHosts(input).flatMap((host) =>
    placesOn(input, host).map((role) => ({ host, role, current: lookUp(input, host, role) }))
  );
  const names = (some: typeof places): string =>
    [...new Set(some.map(({ host }) => host))].join(", ");
  const idle = places.filter(({ current }) =>
    current.route === undefined || current.serving.length === 0
  );
  if (idle.length > 0) {
    throw new SextantError("USAGE", `nothing serves yet on ${names(idle)}`, {
      hint: "A canary stands beside what serves. Deploy first: sextant deploy",
    });
  }
  const same = places.filter(({ role, current }) => servingVersion(role, current) === version);
  if (same.length > 0) {
    throw new SextantError("USAGE", `${version} serves already on ${names(same)}`, {
      hint: "A canary is another version: sextant canary start --version VERSION",
    });
  }
}

function changeOf(input: PlanInput, host: string, role: Role, share: CanaryShare): RoleChange {
  const current = lookUp(input, host, role);
  const wanted = runReplicas(input, role, host).map((run) => asCanary(input, role, run));
  const found = wanted.map((run) => {
    const container = current.canary.find(({ name }) => name === run.name);
    const reasons = container === undefined ? ["canary"] : differences(container, run);
    return { run, reasons, kept: reasons.length === 0 ? container : undefined };
  });
  const boots = found.filter(({ kept }) => kept === undefined).map(({ run }) => run);
  const keeps = found.flatMap(({ kept }) => kept ?? []);
  return {
    role,
    current,
    wanted,
    boots,
    keeps,
    stale: current.canary.filter((container) => !keeps.includes(container)),
    routes: boots.length > 0 || !isTargeted(role, current, keeps) || !hasShare(current, share),
    reasons: [...new Set(found.flatMap(({ reasons }) => reasons))],
    canary: UNTOUCHED,
  };
}

function splitOf(input: PlanInput, change: RoleChange, share: CanaryShare): SplitTraffic {
  const { config, version } = input;
  const { role, current, boots, keeps } = change;
  const { route, canary, serving } = current;
  const targets = [
    ...keeps.map(({ name, id }) => routed(role, name, { id })),
    ...boots.map(({ name, idFile }) => routed(role, name, { idFile })),
  ];
  const stays = boots.length === 0 && isTargeted(role, current, keeps);
  return {
    kind: "split-traffic",
    service: role.containerPrefix,
    hosts: role.proxy!.hosts,
    version,
    ...share,
    targets: stays ? [] : targets,
    candidates: boots.map(({ name }) => candidateName(role, replicaOf(name))),
    port: role.proxy!.appPort,
    deployTimeout: config.deployTimeout,
    drainTimeout: config.drainTimeout,
    home: { id: serving[0]!.id },
    previous: route?.rollout === undefined || canary[0] === undefined ? undefined : {
      percent: route.rollout.percent,
      allow: route.rollout.allow,
      version: versionOf(role, canary[0]),
      targets: canary.map(({ name, id }) => routed(role, name, { id })),
    },
  };
}

function isTargeted(
  { proxy }: Role,
  { route }: RoleOnHost,
  keeps: RoleChange["keeps"],
): boolean {
  return sameItems(
    route?.rollout?.targets ?? [],
    keeps.map(({ id }) => `${shortId(id)}:${proxy!.appPort}`),
  );
}

function hasShare({ route }: RoleOnHost, { percent, allow }: CanaryShare): boolean {
  return route?.rollout?.percent === percent && sameItems(route.rollout.allow, allow);
}
