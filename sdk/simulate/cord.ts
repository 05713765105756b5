/**
 * Cords of containers on a simulated host.
 *
 * @module
 */

import type { CutCord, MakeCord, TieCord } from "../operations/cord.ts";
import { byEngine, byShell, done, type Model } from "./model.ts";

/** How a cord is made. */
export const makeCord: Model<MakeCord> = byShell(({ folder }, host) => {
  host.makeDirectory(folder);
  host.write(`${folder}/cord`, "");
  return done();
});

/** How a cord is cut: its container gets unhealthy, and goes on. */
export const cutCord: Model<CutCord> = byEngine(5, () => done());

/** How a cord is tied again. */
export const tieCord: Model<TieCord> = byEngine(2, () => done());
