/**
 * Docker networks on a simulated host.
 *
 * @module
 */

import type { CreateNetwork } from "../operations/network.ts";
import { byEngine, done, type Model } from "./model.ts";

/** How a network is made; one that is there is fine. */
export const createNetwork: Model<CreateNetwork> = byEngine(0.1, ({ name }, host) => {
  host.networks.add(name);
  return done();
});
