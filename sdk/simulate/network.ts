/**
 * Docker networks on a simulated host.
 *
 * @module
 */

import type { ConnectNetwork, CreateNetwork } from "../operations/network.ts";
import { noSuch } from "./container.ts";
import { byEngine, done, type Model } from "./model.ts";

/** How a network is made; one that is there is fine. */
export const createNetwork: Model<CreateNetwork> = byEngine(0.1, ({ name }, host) => {
  host.networks.add(name);
  return done();
});

/** How a container joins a network. */
export const connectNetwork: Model<ConnectNetwork> = byEngine(0.1, ({ name, container }, host) => {
  if (!host.containers.has(container)) return noSuch(container);
  host.networks.add(name);
  return done();
});
