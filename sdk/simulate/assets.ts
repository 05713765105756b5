/**
 * Assets on a simulated host: folders, and nothing in them.
 *
 * @module
 */

import type { BridgeAssets, PruneAssets } from "../operations/assets.ts";
import { byEngine, byShell, done, failed, type Model } from "./model.ts";

/** How assets are bridged. */
export const bridgeAssets: Model<BridgeAssets> = byEngine(0.2, ({ image, folders }, host) => {
  if (image !== undefined && !host.images.has(image)) {
    return failed(1, `Error response from daemon: No such image: ${image}`);
  }
  for (const { extracted, volume } of folders) {
    host.makeDirectory(extracted);
    host.makeDirectory(volume);
  }
  return done();
});

/** How old assets are removed. */
export const pruneAssets: Model<PruneAssets> = byShell(({ folder, keep }, host) => {
  for (const path of [...host.directories]) {
    const [, name] = /\/(?:extracted|volumes)\/([^/+]+)[^/]*$/.exec(path) ?? [];
    if (name !== undefined && path.startsWith(`${folder}/`) && !keep.includes(name)) {
      host.remove(path);
    }
  }
  return done();
});
