/**
 * The plans of `canary start`, `promote` and `abort`: a version beside the one that serves, for a part of its visitors.
 *
 * @module
 */

import { COOKIE_VALUE_RULE, isCookieValue } from "../config/canary.ts";
import { SextantError } from "../errors.ts";
import { CANARY_COOKIE, type CanaryShare } from "../operations/rollout.ts";
import { candidatesStep } from "./app_remove.ts";
import { bootGroups } from "./boot.ts";
import { buildStage } from "./build.ts";
import { canaryChanges, canaryRoles, splitSteps } from "./canary_start.ts";
import {
  dismissal,
  endSplitSteps,
  recordEnds,
  stopCanary,
  touchesCanary,
} from "./canary_switch.ts";
import {
  appHosts,
  isCanary,
  lookUp,
  selectedRoles,
  servingVersions,
  versionOf,
} from "./current.ts";
import { planDeploy, prepareSteps } from "./deploy.ts";
import type { PlanInput } from "./input.ts";
import type { Plan, Step } from "./plan.ts";
import { audit, proxyUp } from "./proxy.ts";
import { endNote, recordRelease, releasedRole } from "./release.ts";
import { holdsOn, releaseStages } from "./release_phase.ts";
import { checkState, hookStage, hostsIn, plan, script, stage, step } from "./stages.ts";
import type { RoleChange } from "./changes.ts";

/** What `canary start` is told. */
export interface CanaryStartOptions {
  /** How many of the cookie's values, in percent. @default {as the configuration says} */
  readonly percent?: number | undefined;
  /** Values of the cookie that get it in any case. @default {as the configuration says} */
  readonly allow?: readonly string[] | undefined;
  /** Whether the image is built and pushed. */
  readonly build: boolean;
  /** Whether it is built without cached layers. */
  readonly noCache: boolean;
}

/**
 * Plans `canary start`: containers of a version beside those that serve, and a part of the visitors for them. Where they
 * stand already, only the share changes.
 *
 * @throws {SextantError} `USAGE` where nobody would get it, or nothing serves that it could stand beside.
 */
export function planCanaryStart(input: PlanInput, options: CanaryStartOptions): Plan {
  const share = shareOf(input, options);
  const changes = canaryChanges(input, share);
  const boots = [...changes.values()].flat().some((change) => change.boots.length > 0);
  const prepare = stage(
    "prepare",
    [...changes].map(([host, some]) => {
      const steps = prepareSteps(input, host, some, { pull: true });
      const isTouched = some.length > 0 || holdsOn(input, host, changes).length > 0;
      // All is as planned before the first of them changes.
      const isUnchecked = steps.length === 0 && isTouched;
      return script(host, isUnchecked ? [step(`${host} check`, checkState(input, host))] : steps);
    }),
  );
  const work = [
    prepare,
    ...releaseStages(input, changes),
    ...bootGroups(input, changes, {
      inPlace: (host, some) => splitSteps(input, host, some, share),
    }),
    stage(
      "finish",
      [...changes].map(([host, some]) => script(host, finishSteps(input, host, some))),
      { interruptible: false },
    ),
  ];
  const hosts = hostsIn(work);
  return plan(input, "canary start", [
    ...boots && options.build ? [buildStage(input, options.noCache)] : [],
    ...hosts.length > 0 ? hookStage(input, "pre-deploy", hosts) : [],
    ...work,
  ], {
    lock: true,
    takesBack: true,
    isBeside: true,
    serving: servingVersions(input),
    remarks: remarks(input),
    notes: [...changes].filter(([, some]) => some.some((change) => change.boots.length > 0))
      .map(([host]) => endNote(input, host, input.version)),
  });
}

/**
 * Plans `canary promote`: the canary's containers serve, those that served stop. What has no canary, such as a role
 * without kamal-proxy, boots.
 *
 * @param wanted The version that the canary should have, where the user said one.
 * @throws {SextantError} `VERSION_UNKNOWN` where no one version stands as a canary.
 */
export function planCanaryPromote(input: PlanInput, wanted: string | undefined): Plan {
  const versions = canaryVersions(input);
  const [version] = versions;
  const found = versions.length === 0 ? "no canary stands" : `${versions.join(" and ")} stand`;
  if (version === undefined || versions.length > 1 || (wanted ?? version) !== version) {
    throw new SextantError("VERSION_UNKNOWN", `${found}, not ${wanted ?? "one canary"}`, {
      hint:
        "See what there is: sextant canary status. Bring one to all hosts: sextant canary start",
    });
  }
  return planDeploy({ ...input, version }, {
    verb: "canary promote",
    build: false,
    noCache: false,
    pull: true,
    accessories: false,
    prune: true,
    replaced: "none",
  });
}

/** Plans `canary abort`: everybody goes back to the containers that serve, and the canary's go. */
export function planCanaryAbort(input: PlanInput): Plan {
  const hosts = appHosts(input);
  const [version] = canaryVersions(input);
  return plan(input, "canary abort", [
    stage("apply", hosts.map((host) => script(host, dismissSteps(input, host))), {
      interruptible: false,
    }),
    stage("finish", hosts.map((host) => script(host, removeSteps(input, host))), {
      interruptible: false,
    }),
  ], {
    lock: true,
    isBeside: true,
    serving: servingVersions(input),
    ...version === undefined ? {} : { version },
  });
}

function shareOf({ config }: PlanInput, { percent, allow }: CanaryStartOptions): CanaryShare {
  const share = {
    percent: percent ?? config.canary?.percent ?? 0,
    allow: allow ?? config.canary?.allow ?? [],
  };
  if (!Number.isInteger(share.percent) || share.percent < 0 || share.percent > 100) {
    const message = `percent should be a whole number from 0 to 100, got ${share.percent}`;
    throw new SextantError("USAGE", message);
  }
  const unfit = share.allow.find((value) => !isCookieValue(value));
  if (unfit !== undefined) {
    throw new SextantError("USAGE", `allow ${COOKIE_VALUE_RULE}, got "${unfit}"`);
  }
  if (share.percent > 0 || share.allow.length > 0) return share;
  throw new SextantError("USAGE", "nobody would get the canary", {
    hint:
      'Say who: --percent 10, --allow qa,team, or in the deployment .canary({ percent: 10, allow: ["qa"] })',
  });
}

function finishSteps(
  input: PlanInput,
  host: string,
  changes: readonly RoleChange[],
): readonly Step[] {
  const { version } = input;
  if (changes.length === 0) return [];
  const booted = changes.filter(({ boots }) => boots.length > 0);
  const noted = recordRelease(input, version, "canary", {
    isPulled: true,
    // As they will be once they are promoted.
    roles: booted.map(({ role }) => releasedRole(input, host, role)),
  });
  const what = booted.length > 0 ? "Started" : "Changed the share of";
  return [
    step(
      `${host} canary start done`,
      audit(input, ...changes.map(({ role }) => `[${role.name}] ${what} canary ${version}`)),
      ...booted.length > 0 ? [noted] : [],
    ),
  ];
}

function remarks(input: PlanInput): readonly string[] {
  const taking = new Set(canaryRoles(input).map(({ name }) => name));
  const others = input.config.roles.filter(({ name }) => !taking.has(name)).map(({ name }) => name);
  return [
    `visitors without a cookie ${CANARY_COOKIE} never get the canary: your app sets it`,
    ...others.map((name) =>
      `${name} takes no part: kamal-proxy sends nothing there; it boots with canary promote`
    ),
  ];
}

function dismissSteps(input: PlanInput, host: string): readonly Step[] {
  const { config } = input;
  const found = selectedRoles(input, host).map((role) => {
    const current = lookUp(input, host, role);
    return { role, current, change: dismissal(current) };
  }).filter(({ change }) => touchesCanary(change));
  const stops = found.flatMap(({ role, change }) => stopCanary(role, change));
  return [
    // A proxy that does not run would split again once it does.
    ...found.some(({ change }) => change.split !== undefined) ? proxyUp(input, host) : [],
    ...found.flatMap(({ role, current, change }) =>
      endSplitSteps(config, host, role, current, change)
    ),
    ...stops.length === 0 ? [] : [step(`${host} stop canary`, ...stops)],
  ];
}

function removeSteps(input: PlanInput, host: string): readonly Step[] {
  const found = selectedRoles(input, host).map((role) => {
    const current = lookUp(input, host, role);
    const left = current.containers.filter((container) =>
      !container.running && isCanary(container)
    );
    return { role, change: dismissal(current), containers: [...current.canary, ...left] };
  }).filter(({ change, containers }) => touchesCanary(change) || containers.length > 0);
  if (found.length === 0) return [];
  const removals = found.flatMap(({ role, containers }) =>
    containers.map(({ name }) => ({ kind: "remove-container" as const, name, role: role.name }))
  );
  return [
    ...candidatesStep(
      input,
      host,
      `${host} canary`,
      found.flatMap(({ containers }) => containers),
    ),
    ...removals.length === 0 ? [] : [step(`${host} remove canary`, ...removals)],
    step(
      `${host} canary abort done`,
      audit(input, ...found.map(({ role }) => `[${role.name}] Aborted canary`)),
    ),
    ...recordEnds(input, host, found),
  ];
}

/** Versions of which canaries stand, each once. */
function canaryVersions(input: PlanInput): readonly string[] {
  return [
    ...new Set(
      appHosts(input).flatMap((host) =>
        selectedRoles(input, host).flatMap((role) =>
          lookUp(input, host, role).canary.map((container) => versionOf(role, container))
        )
      ),
    ),
  ];
}
