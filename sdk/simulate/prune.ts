/**
 * Removing old versions on a simulated host.
 *
 * @module
 */

import type { PruneImages, PruneVersions } from "../operations/prune.ts";
import { byEngine, done, type Model } from "./model.ts";

/** How old versions are removed: those that were named, unless they run or are in use. */
export const pruneVersions: Model<PruneVersions> = byEngine(0.1, (operation, host) => {
  for (const { id } of operation.containers) {
    const container = [...host.containers.values()].find((one) => one.id === id);
    if (container && container.state !== "started") host.containers.delete(container.name);
  }
  const used = new Set([...host.containers.values()].map(({ imageId }) => imageId));
  for (const name of operation.images) {
    const image = host.images.get(name);
    if (image && !used.has(image.id)) host.images.delete(name);
  }
  return done();
});

/** How all images of a service are removed that no container uses. */
export const pruneImages: Model<PruneImages> = byEngine(0.1, ({ service }, host) => {
  const used = new Set([...host.containers.values()].map(({ image }) => image));
  for (const [name, image] of [...host.images]) {
    if (image.service === service && !used.has(name)) host.images.delete(name);
  }
  return done();
});
