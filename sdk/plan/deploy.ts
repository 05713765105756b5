/**
 * The plan of `setup`, `deploy`, `redeploy` and `app boot`: from what runs to the new version, without a gap.
 *
 * @module
 */

import type { Operation } from "../operations/operation.ts";
import type { ReleasedRole } from "../operations/release.ts";
import { bootAccessories } from "./accessory.ts";
import { writeRoleEnv } from "./app_container.ts";
import { bridgeAssets, pruneAssets } from "./assets.ts";
import { buildStage } from "./build.ts";
import { bootGroups } from "./boot.ts";
import { recordEnds } from "./canary_switch.ts";
import { certificateSteps } from "./certificate.ts";
import { changesOn, type Replaced, type RoleChange, stoppingVersions } from "./changes.ts";
import { pruneProxyFiles, writeProxyFiles } from "./proxy_files.ts";
import { appHosts, selectedRoles, servingVersions } from "./current.ts";
import { type PlanInput, stateOf } from "./input.ts";
import { appFolder, auditFile, imageName, latestTag, ownFolder, saltFile } from "./names.ts";
import { endingRoutes, leaveHosts, orphansOf, stopOrphans } from "./orphans.ts";
import type { Plan, Step } from "./plan.ts";
import { networkUp, proxyUp } from "./proxy.ts";
import { pruneOperation } from "./prune.ts";
import { pullApp } from "./pull.ts";
import { holdsOn, releaseStages, resumeLeftOn } from "./release_phase.ts";
import {
  endNote,
  knownDigest,
  recordRelease,
  releasedBefore,
  releasedRole,
  unrecordedRoles,
} from "./release.ts";
import { traefikUp } from "./traefik.ts";
import { checkState, hookStage, hostsIn, ownHosts, plan, script, stage, step } from "./stages.ts";

/** What a deploy includes besides switching versions. */
export interface DeployParts {
  /** Name of the command. */
  readonly verb: string;
  /** Whether the image is built and pushed. */
  readonly build: boolean;
  /** Whether it is built without cached layers. */
  readonly noCache: boolean;
  /** Whether hosts pull the image. */
  readonly pull: boolean;
  /** Whether missing accessories are booted. */
  readonly accessories: boolean;
  /** Whether old containers and images are pruned. */
  readonly prune: boolean;
  /** Which containers that serve make room for new ones. */
  readonly replaced: Replaced;
}

/** Plans a deploy; an up-to-date deployment gives an empty plan. */
export function planDeploy(input: PlanInput, parts: DeployParts): Plan {
  const { replaced } = parts;
  const keepsCanary = parts.verb === "app boot";
  const changes = new Map(
    appHosts(input).map((host) => [host, changesOn(input, host, { replaced, keepsCanary })]),
  );
  const all = [...changes.values()].flat();
  const boots = all.some((change) => change.boots.length > 0);
  const adoptsOn = (host: string): boolean =>
    changes.get(host)?.some(({ canary }) => canary.adopts.length > 0) ?? false;
  const adopts = input.hosts.some(adoptsOn);
  const bootStages = bootGroups(input, changes);
  const accessoryStages = parts.accessories ? bootAccessories(input) : [];
  const digest = knownDigest(input, input.version);
  // A canary's release phase ran when it started.
  const hasRelease = parts.verb !== "app boot" && !adopts;
  const looksForOrphans = !["app boot", "canary promote"].includes(parts.verb);
  const finish = stage(
    "finish",
    [
      ...input.hosts.map((host) =>
        script(host, [
          ...looksForOrphans ? stopOrphans(input, host) : [],
          ...changes.has(host)
            ? [
              ...finishSteps(input, host, changes.get(host)!, {
                ...parts,
                digest,
                endsOrphans: looksForOrphans,
              }),
              ...certificateSteps(input, host, changes.get(host)!),
            ]
            : [],
        ])
      ),
      ...looksForOrphans ? leaveHosts(input) : [],
    ],
    {
      interruptible: false,
    },
  );
  const prepare = stage(
    "prepare",
    input.hosts.map((host) => {
      const steps = [
        ...prepareSteps(input, host, changes.get(host) ?? [], parts),
        ...resumeLeftOn(input, host),
      ];
      const isHeld = hasRelease && holdsOn(input, host, changes).length > 0;
      if (steps.length > 0 || !(isHeld || adoptsOn(host))) return script(host, steps);
      // All is as planned before the first request is held, and before the first host switches.
      return script(host, [step(`${host} check`, checkState(input, host))]);
    }),
  );
  const release = hasRelease ? releaseStages(input, changes) : [];
  const work = [prepare, ...accessoryStages, ...release, ...bootStages, finish];
  const isBusy = hostsIn(work).length > 0;
  return plan(input, parts.verb, [
    ...boots && parts.build && !adopts ? [buildStage(input, parts.noCache)] : [],
    ...isBusy && parts.verb !== "app boot"
      ? hookStage(input, "pre-deploy", ownHosts(input, work))
      : [],
    ...work,
  ], {
    lock: true,
    takesBack: true,
    serving: servingVersions(input),
    ...looksForOrphans ? { orphans: orphansOf(input) } : {},
    notes: [...changes].filter(([, some]) => some.length > 0)
      .map(([host]) => endNote(input, host, input.version)),
    ...parts.verb === "app boot" ? {} : { afterwards: "post-deploy" },
  });
}

/** What a host does before any new container starts. */
export function prepareSteps(
  input: PlanInput,
  host: string,
  changes: readonly RoleChange[],
  { pull }: Pick<DeployParts, "pull">,
): readonly Step[] {
  const { config } = input;
  const state = stateOf(input, host);
  const boots = changes.filter((change) => change.boots.length > 0);
  const steps: Step[] = [];
  if (pull && boots.length > 0) {
    // The pull may run beside the check: images are not part of what is checked.
    steps.push(step(`${host} pull`, checkState(input, host), pullApp(input, host)));
  }
  if (boots.length > 0) {
    const folders = [`${appFolder(config)}/env/roles`, `${ownFolder(config)}/env/roles`];
    steps.push(
      step(`${host} folders`, {
        kind: "make-directories",
        paths: folders,
        mode: undefined,
        owner: undefined,
      }),
    );
    if (state.salt === undefined) {
      steps.push(step(`${host} salt`, { kind: "write-salt", path: saltFile(config) }));
    }
    for (const { role, reasons } of boots) {
      const because = reasons.includes("secrets") ? "secrets changed" : undefined;
      steps.push(step(`${host} env ${role.name}`, writeRoleEnv(config, role, host, because)));
    }
    for (const { role } of boots) {
      const bridges = bridgeAssets(input, host, role, { extract: true });
      if (bridges.length > 0) steps.push(step(`${host} assets ${role.name}`, ...bridges));
    }
    if (!state.networks.includes("kamal")) {
      steps.push(step(`${host} network`, { kind: "create-network", name: "kamal" }));
    }
  }
  if (changes.some(({ role }) => role.proxy !== undefined)) steps.push(...proxyUp(input, host));
  steps.push(...writeProxyFiles(input, host, changes.map(({ role }) => role)));
  if (selectedRoles(input, host).some((role) => role.traefik !== undefined)) {
    const traefik = traefikUp(input, host);
    if (traefik.length > 0 && boots.length === 0) steps.push(...networkUp(input, host));
    steps.push(...traefik);
  }
  return steps;
}

/** What a host does once the new version serves. */
export function finishSteps(
  input: PlanInput,
  host: string,
  changes: readonly RoleChange[],
  { prune, pull, verb, digest, endsOrphans }: Pick<DeployParts, "prune" | "pull" | "verb"> & {
    readonly digest: string | undefined;
    /** Whether what left the configuration was stopped before. */
    readonly endsOrphans?: boolean;
  },
): readonly Step[] {
  const { config, version, run } = input;
  const image = imageName(config, version);
  const latest = `${config.repository}:${latestTag(config)}`;
  const tags = stateOf(input, host).images;
  const idOf = (name: string): string | undefined => tags.find((tag) => tag.name === name)?.id;
  const arrivals = changes.filter(({ boots, canary }) => boots.length + canary.adopts.length > 0);
  const isBooting = changes.some(({ boots }) => boots.length > 0);
  const isTagged = idOf(image) !== undefined && idOf(image) === idOf(latest);
  const unrecorded = arrivals.length > 0 ? [] : unrecordedRoles(input, host);
  const operations: Operation[] = [];
  if (unrecorded.length > 0) {
    operations.push(recordRelease(input, version, "succeeded", { digest, roles: unrecorded }));
  }
  if (arrivals.length > 0 || (!isTagged && idOf(image) !== undefined)) {
    operations.push({ kind: "tag-image", image, tag: latest });
  }
  if (arrivals.length > 0) {
    operations.push({
      kind: "record-audit",
      path: auditFile(config),
      at: run.at,
      performer: run.performer,
      tags: config.destination === undefined ? [] : [config.destination],
      messages: arrivals.map(({ role, canary }) =>
        `[${role.name}] ${
          canary.adopts.length > 0 ? "Promoted canary" : "Booted app version"
        } ${version}`
      ),
    });
    operations.push(recordRelease(input, version, "succeeded", {
      digest,
      isPulled: pull && isBooting,
      roles: arrivals.map((change) => arrived(input, host, change)),
    }));
  }
  if (prune && arrivals.length > 0) {
    const stopping = Math.max(...changes.map(stoppingVersions));
    const pruning = pruneOperation(input, host, stopping);
    const isIdle = pruning.containers.length + pruning.images.length === 0;
    if (!isIdle || stateOf(input, host).hasUntaggedImages) operations.push(pruning);
    operations.push(...pruneAssets(input, host, pruning.containers));
  }
  return [
    ...pruneProxyFiles(
      input,
      host,
      changes.filter(({ routes }) => routes).map(({ role }) => role),
      endsOrphans === true ? endingRoutes(input, host) : [],
    ),
    ...recordEnds(input, host, changes.map(({ role, canary }) => ({ role, change: canary }))),
    ...operations.length === 0 ? [] : [step(`${host} ${verb} done`, ...operations)],
  ];
}

/** How a role that has come was run: a canary as it was started, whatever the configuration says by now. */
function arrived(
  input: PlanInput,
  host: string,
  { role, wanted, canary }: RoleChange,
): ReleasedRole {
  const started = canary.adopts.length === 0
    ? undefined
    : releasedBefore(input, host, role, input.version);
  return started ?? releasedRole(input, host, role, wanted);
}
