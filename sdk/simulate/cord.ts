/**
 * Cords of containers on a simulated host.
 *
 * @module
 */

import type { CutCord, MakeCord, TieCord } from "../operations/cord.ts";
import { healthyIn, type SimulatedContainer } from "./facts.ts";
import type { SimulatedHost } from "./host.ts";
import { byEngine, byShell, done, type Model } from "./model.ts";

/** How a cord is made. */
export const makeCord: Model<MakeCord> = byShell(({ folder }, host) => {
  host.makeDirectory(folder);
  host.write(`${folder}/cord`, "");
  return done();
});

/** How a cord is cut: its container gets unhealthy, and goes on. */
export const cutCord: Model<CutCord> = {
  ...byEngine(0, (operation, host) => {
    const container = corded(operation, host);
    if (container !== undefined) container.cord = "cut";
    return done();
  }),
  seconds: (operation, host) =>
    corded(operation, host) === undefined
      ? 0.1
      : Math.min(UNHEALTHY_SECONDS, operation.timeout) + TRAEFIK_SECONDS,
};

/** How a cord is tied again. */
export const tieCord: Model<TieCord> = {
  ...byEngine(0, (operation, host) => {
    const container = corded(operation, host);
    if (container !== undefined) container.cord = "tied";
    return done();
  }),
  seconds: (operation, host) => {
    const container = corded(operation, host);
    if (container === undefined) return 0.1;
    return Math.min(Math.max(healthyIn(container, host.clock.now), 1), operation.timeout);
  },
};

/** The container that is meant, if it runs and has a cord. */
function corded(
  { container }: Pick<CutCord, "container">,
  host: SimulatedHost,
): SimulatedContainer | undefined {
  const found = host.container(container);
  return found?.state === "started" && found.cord !== undefined ? found : undefined;
}

const UNHEALTHY_SECONDS = 3;
const TRAEFIK_SECONDS = 2;
