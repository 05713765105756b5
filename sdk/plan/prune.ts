/**
 * Which versions are too old to go back to.
 *
 * @module
 */

import type { ContainerState } from "../observe/host_state.ts";
import type { Operation } from "../operations/operation.ts";
import { appHosts, lookUp, selectedRoles } from "./current.ts";
import { type PlanInput, stateOf } from "./input.ts";
import { bootOf, imageName, latestTag } from "./names.ts";
import type { Plan } from "./plan.ts";
import { audit } from "./proxy.ts";
import { plan, script, stage, step } from "./stages.ts";

/** Plans `prune`: old containers and unused images go. */
export function planPrune(input: PlanInput): Plan {
  const scripts = appHosts(input).flatMap((host) => {
    const operation = pruneOperation(input, host, 0);
    const isIdle = operation.containers.length + operation.images.length === 0;
    if (isIdle) return [];
    return [
      script(host, [
        step(`${host} prune`, operation, audit(input, "Pruned containers and images")),
      ]),
    ];
  });
  return plan(input, "prune", [stage("apply", scripts)], { lock: true });
}

/**
 * The removal of what a host need not keep: the newest stopped versions of each role stay, among them those that are
 * about to stop, and so do images that any container has.
 *
 * @param stopping How many versions of each role are about to stop.
 */
export function pruneOperation(
  input: PlanInput,
  host: string,
  stopping: number,
): Operation & { kind: "prune-versions" } {
  const { config } = input;
  const old = selectedRoles(input, host).flatMap((role) => {
    const stopped = Map.groupBy(
      lookUp(input, host, role).containers.filter((container) => !container.running),
      ({ name }) => bootOf(name),
    );
    return [...stopped.values()].slice(Math.max(config.retainContainers - stopping, 0)).flat();
  });
  return {
    kind: "prune-versions",
    service: config.service,
    containers: old.map(({ name, id }) => ({ name, id })),
    images: unusedImages(input, host, old),
  };
}

function unusedImages(
  input: PlanInput,
  host: string,
  old: readonly ContainerState[],
): readonly string[] {
  const { config, version } = input;
  const { images, containers } = stateOf(input, host);
  const used = new Set(
    containers.filter((container) => !old.includes(container)).map(({ image }) => image),
  );
  used.add(imageName(config, version)).add(`${config.repository}:${latestTag(config)}`);
  // The tags of other destinations are theirs to prune.
  return images.filter(({ name }) =>
    name.startsWith(`${config.repository}:`) && !name.startsWith(`${config.repository}:latest`) &&
    !used.has(name)
  ).map(({ name }) => name);
}
