/**
 * The plan of `setup`, `deploy`, `redeploy` and `app boot`: from what runs to the new version, without a gap.
 *
 * @module
 */

import type { Proxy, Role } from "../config/config.ts";
import { type ContainerState, shortId } from "../observe/host_state.ts";
import type { Operation } from "../operations/operation.ts";
import { bootAccessories } from "./accessory.ts";
import { differences, runRole, writeRoleEnv } from "./app_container.ts";
import { bootScript, groupsOf, type RoleChange, switchScript } from "./boot.ts";
import { appHosts, lookUp, type RoleOnHost, selectedRoles, servingVersions } from "./current.ts";
import { type PlanInput, stateOf } from "./input.ts";
import {
  appFolder,
  auditFile,
  bootOf,
  digestFile,
  imageName,
  latestTag,
  ownFolder,
  saltFile,
} from "./names.ts";
import { HERE, type Plan, type Stage, type Step } from "./plan.ts";
import { proxyUp } from "./proxy.ts";
import { pruneOperation } from "./prune.ts";
import { registryLogin } from "./registry.ts";
import { endNote, knownDigest, recordRelease, releasedRole } from "./release.ts";
import { traefikUp } from "./traefik.ts";
import { checkState, hookStage, hostsIn, plan, script, stage, step } from "./stages.ts";

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
  /** Whether containers are replaced that are up to date. */
  readonly force: boolean;
}

/** Plans a deploy; an up-to-date deployment gives an empty plan. */
export function planDeploy(input: PlanInput, parts: DeployParts): Plan {
  const changes = new Map(
    appHosts(input).map((host) => [host, changesOn(input, host, parts.force)]),
  );
  const groups = groupsOf(
    input.config,
    appHosts(input).filter((host) => changes.get(host)!.length > 0),
  );
  const boots = groups.flat().some((host) =>
    changes.get(host)!.some((change) => change.boots.length > 0)
  );
  const bootStages = groups.flatMap((hosts, index) =>
    bootGroup(input, hosts, changes, index, groups.length)
  );
  const accessoryStages = parts.accessories ? bootAccessories(input) : [];
  const finish = stage(
    "finish",
    appHosts(input).map((host) =>
      script(host, finishSteps(input, host, changes.get(host)!, parts))
    ),
    {
      interruptible: false,
    },
  );
  const prepare = stage(
    "prepare",
    appHosts(input).map((host) =>
      script(host, prepareSteps(input, host, changes.get(host)!, parts))
    ),
  );
  const work = [prepare, ...accessoryStages, ...bootStages, finish];
  const hosts = hostsIn(work);
  const isBusy = hosts.length > 0;
  return plan(input, parts.verb, [
    ...boots && parts.build ? [buildStage(input, parts)] : [],
    ...isBusy && parts.verb !== "app boot" ? hookStage(input, "pre-deploy", hosts) : [],
    ...work,
  ], {
    lock: true,
    takesBack: true,
    serving: servingVersions(input),
    notes: groups.flat().map((host) => endNote(input, host, input.version)),
    ...parts.verb === "app boot" ? {} : { afterwards: "post-deploy" },
  });
}

/** What has to change for each role of a host; roles that are up to date are left out. */
function changesOn(input: PlanInput, host: string, force: boolean): readonly RoleChange[] {
  return selectedRoles(input, host).flatMap((role) => {
    const change = changeOf(input, host, role, force);
    const { boots, routes, stale } = change;
    return boots.length === 0 && !routes && stale.length === 0 ? [] : [change];
  });
}

function changeOf(input: PlanInput, host: string, role: Role, force: boolean): RoleChange {
  const current = lookUp(input, host, role);
  const wanted = [runRole(input, role, host)];
  const found = wanted.map((run) => ({
    run,
    container: current.serving.find(({ name }) => name === run.name),
  }));
  const reasons = current.serving.length === 0
    ? ["new"]
    : [...new Set(found.flatMap(({ run, container }) => differences(container, run)))];
  const isKept = (one: typeof found[number]): boolean =>
    !force && one.container !== undefined && differences(one.container, one.run).length === 0;
  const boots = found.filter((one) => !isKept(one)).map(({ run }) => run);
  const keeps = found.filter(isKept).map(({ container }) => container!);
  const stale = current.running.filter((container) => !keeps.includes(container));
  const routes = role.proxy !== undefined &&
    (boots.length > 0 || !isRouted(role.proxy, current, keeps));
  return { role, current, wanted, boots, keeps, routes, stale, reasons };
}

function isRouted(proxy: Proxy, { route }: RoleOnHost, keeps: readonly ContainerState[]): boolean {
  if (route === undefined) return false;
  const targets = keeps.map(({ id }) => `${shortId(id)}:${proxy.appPort}`);
  return sameItems(route.targets, targets) && sameItems(route.hosts, proxy.hosts) &&
    route.tls === proxy.ssl;
}

/** How many versions of a role are about to stop. */
function stoppingVersions({ stale, keeps }: RoleChange): number {
  const kept = new Set(keeps.map(({ name }) => bootOf(name)));
  return new Set(stale.map(({ name }) => bootOf(name)).filter((boot) => !kept.has(boot))).size;
}

function sameItems(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((one) => others.includes(one));
}

function buildStage(input: PlanInput, { noCache }: DeployParts): Stage {
  const { config, version } = input;
  const tags = [imageName(config, version), `${config.repository}:${latestTag(config)}`];
  const steps: Step[] = [];
  if (input.hooks.has("pre-build")) {
    steps.push(step("pre-build", { kind: "run-hook", name: "pre-build", hosts: appHosts(input) }));
  }
  const login = registryLogin(input);
  if (login) steps.push(step("login here", { kind: "login-registry", ...login }));
  steps.push(
    step("build", {
      kind: "build-image",
      tags,
      service: config.service,
      noCache,
      ...config.builder,
    }),
  );
  steps.push(step("push", { kind: "push-image", tags }));
  return stage("build", [script(HERE, steps)]);
}

function prepareSteps(
  input: PlanInput,
  host: string,
  changes: readonly RoleChange[],
  { pull }: DeployParts,
): readonly Step[] {
  const { config, version } = input;
  const state = stateOf(input, host);
  const boots = changes.filter((change) => change.boots.length > 0);
  const steps: Step[] = [];
  if (pull && boots.length > 0) {
    // The pull may run beside the check: images are not part of what is checked.
    steps.push(step(`${host} pull`, checkState(input, host), {
      kind: "pull-image",
      image: imageName(config, version),
      service: config.service,
      login: registryLogin(input),
      digestFile: digestFile(config),
    }));
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
    if (!state.networks.includes("kamal")) {
      steps.push(step(`${host} network`, { kind: "create-network", name: "kamal" }));
    }
  }
  if (changes.some(({ role }) => role.proxy !== undefined)) steps.push(...proxyUp(input, host));
  if (changes.some(({ role }) => role.traefik !== undefined)) steps.push(...traefikUp(input, host));
  return steps;
}

function bootGroup(
  input: PlanInput,
  hosts: readonly string[],
  changes: ReadonlyMap<string, readonly RoleChange[]>,
  group: number,
  groups: number,
): readonly Stage[] {
  const boots = hosts.flatMap((host) => changes.get(host)!).some((change) =>
    change.boots.length > 0
  );
  const pauseSeconds = group < groups - 1 ? input.config.boot.wait : 0;
  return [
    ...boots ? hookStage(input, "pre-app-boot", hosts, { group }) : [],
    stage("boot", hosts.map((host) => bootScript(input, host, hosts, changes)), { group }),
    stage("switch", hosts.map((host) => switchScript(input, host, changes.get(host)!)), {
      group,
      interruptible: false,
      pauseSeconds,
    }),
    ...boots ? hookStage(input, "post-app-boot", hosts, { group }) : [],
  ];
}

function finishSteps(
  input: PlanInput,
  host: string,
  changes: readonly RoleChange[],
  { prune, pull, verb }: DeployParts,
): readonly Step[] {
  const { config, version, run } = input;
  const image = imageName(config, version);
  const latest = `${config.repository}:${latestTag(config)}`;
  const tags = stateOf(input, host).images;
  const idOf = (name: string): string | undefined => tags.find((tag) => tag.name === name)?.id;
  const boots = changes.filter((change) => change.boots.length > 0);
  const isTagged = idOf(image) !== undefined && idOf(image) === idOf(latest);
  const operations: Operation[] = [];
  if (boots.length > 0 || (!isTagged && idOf(image) !== undefined)) {
    operations.push({ kind: "tag-image", image, tag: latest });
  }
  if (boots.length > 0) {
    operations.push({
      kind: "record-audit",
      path: auditFile(config),
      at: run.at,
      performer: run.performer,
      tags: config.destination === undefined ? [] : [config.destination],
      messages: boots.map(({ role }) => `[${role.name}] Booted app version ${version}`),
    });
    operations.push(recordRelease(input, version, "succeeded", {
      digest: knownDigest(input, version),
      isPulled: pull,
      roles: boots.map(({ role, wanted }) => releasedRole(input, host, role, wanted)),
    }));
  }
  if (prune && boots.length > 0) {
    const stopping = Math.max(...changes.map(stoppingVersions));
    const pruning = pruneOperation(input, host, stopping);
    const isIdle = pruning.containers.length + pruning.images.length === 0;
    if (!isIdle || stateOf(input, host).hasUntaggedImages) operations.push(pruning);
  }
  return operations.length === 0 ? [] : [step(`${host} ${verb} done`, ...operations)];
}
