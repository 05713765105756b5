/**
 * Removing old containers on a simulated host.
 *
 * @module
 */

import type { PruneContainers } from "../operations/prune.ts";
import { byEngine, done, type Model } from "./model.ts";

/** How old containers are removed: the newest stopped ones stay, those that run always do. */
export const pruneContainers: Model<PruneContainers> = byEngine(0.1, (operation, host) => {
  const { service, destination, role, retain } = operation;
  const stopped = [...host.containers.values()].filter(({ labels, state }) =>
    state !== "started" && labels["service"] === service &&
    labels["destination"] === destination &&
    (role === undefined || labels["role"] === role)
  );
  // Docker lists the newest first.
  for (const container of stopped.toSorted((a, b) => b.serial - a.serial).slice(retain)) {
    host.containers.delete(container.name);
  }
  return done();
});
