/**
 * Which versions are too old to go back to.
 *
 * @module
 */

import type { Role } from "../config/config.ts";
import { type ContainerState, shortId } from "../observe/host_state.ts";
import type { OldContainer, PruneVersions } from "../operations/prune.ts";
import { appHosts, lookUp, selectedRoles, versionOf } from "./current.ts";
import { type PlanInput, stateOf } from "./input.ts";
import { bootOf, hasMadeRoom, imageName, latestTag } from "./names.ts";
import type { Plan } from "./plan.ts";
import { audit } from "./proxy.ts";
import { goodReleases } from "./release.ts";
import { plan, script, stage, step } from "./stages.ts";

/** What is pruned. */
export interface PruneOptions {
  /** What goes. @default {both} */
  readonly only?: "containers" | "images" | undefined;
  /** How many versions stay. @default {as the configuration says} */
  readonly retain?: number | undefined;
}

/** Plans `prune`: old containers and unused images go. */
export function planPrune(input: PlanInput, { only, retain }: PruneOptions = {}): Plan {
  const scripts = appHosts(input).flatMap((host) => {
    const both = pruneOperation(input, host, 0, retain);
    const operation = {
      ...both,
      containers: only === "images" ? [] : both.containers,
      images: only === "containers"
        ? []
        : unusedImages(input, host, only === "images" ? [] : both.containers),
    };
    const isIdle = operation.containers.length + operation.images.length === 0;
    if (isIdle) return [];
    return [
      script(host, [
        step(`${host} prune`, operation, audit(input, auditText(operation))),
      ]),
    ];
  });
  return plan(input, "prune", [stage("apply", scripts)], { lock: true });
}

function auditText({ containers, images }: Pick<PruneVersions, "containers" | "images">): string {
  const parts = [
    ...containers.length === 0 ? [] : ["containers"],
    ...images.length === 0 ? [] : ["images"],
  ];
  return `Pruned ${parts.join(" and ")}`;
}

/**
 * The removal of what a host need not keep: the newest versions of each role that served stay, among them those that
 * are about to stop, the newest of the others, for reading, and whatever the proxy or any container needs.
 *
 * @param stopping How many versions of each role are about to stop.
 */
export function pruneOperation(
  input: PlanInput,
  host: string,
  stopping: number,
  retain: number = input.config.retainContainers,
): PruneVersions {
  const { config } = input;
  const keeps = Math.max(retain - stopping, 0);
  const old = selectedRoles(input, host).flatMap((role) => oldOf(input, host, role, keeps))
    .map(({ name, id }) => ({ name, id }));
  return {
    kind: "prune-versions",
    service: config.service,
    containers: old,
    images: unusedImages(input, host, old),
  };
}

function oldOf(
  input: PlanInput,
  host: string,
  role: Role,
  keeps: number,
): readonly ContainerState[] {
  const { releases, routes } = stateOf(input, host);
  const good = new Set(goodReleases(releases));
  const hasFailed = (version: string): boolean => {
    const status = releases.findLast((one) => one.version === version)?.status;
    return !good.has(version) && ["failed", "undone", "canary"].includes(status ?? "");
  };
  const targets = routes.flatMap((route) => route.targets);
  const isTarget = ({ id }: ContainerState): boolean =>
    targets.some((target) => target.startsWith(shortId(id)));
  const stopped = lookUp(input, host, role).containers.filter((container) =>
    !container.running && !isTarget(container)
  );
  const boots = [...Map.groupBy(stopped, ({ name }) => bootOf(name)).values()];
  // One that made room for another of its version is nothing to go back to either.
  const isForReading = ([first]: readonly ContainerState[]): boolean =>
    hasMadeRoom(first!.name) || hasFailed(versionOf(role, first!));
  const served = boots.filter((boot) => !isForReading(boot));
  const others = boots.filter(isForReading);
  return [...served.slice(keeps), ...others.slice(keeps === 0 ? 0 : 1)].flat();
}

function unusedImages(
  input: PlanInput,
  host: string,
  old: readonly OldContainer[],
): readonly string[] {
  const { config, version } = input;
  const { images, containers } = stateOf(input, host);
  const used = new Set(
    containers.filter(({ id }) => !old.some((one) => one.id === id)).map(({ image }) => image),
  );
  used.add(imageName(config, version)).add(`${config.repository}:${latestTag(config)}`);
  // The tags of other destinations are theirs to prune.
  return images.filter(({ name }) =>
    name.startsWith(`${config.repository}:`) && !name.startsWith(`${config.repository}:latest`) &&
    !used.has(name)
  ).map(({ name }) => name);
}
