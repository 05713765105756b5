/**
 * Docker networks on a simulated host.
 *
 * @module
 */

import type { ConnectNetwork, CreateNetwork } from "../operations/network.ts";
import { noSuch } from "./container.ts";
import { byEngine, done, type Model, refused } from "./model.ts";

/** How a network is made; one that is there is fine. */
export const createNetwork: Model<CreateNetwork> = byEngine(0.1, ({ name }, host) => {
  host.networks.add(name);
  return done();
});

/** How a container joins a network. */
export const connectNetwork: Model<ConnectNetwork> = byEngine(0.1, ({ name, container }, host) => {
  const found = host.containers.get(container);
  if (found === undefined) return noSuch(container);
  if (!host.networks.has(name) && name !== "bridge") return refused(`network ${name} not found`);
  if (found.network !== name) found.joined.add(name);
  return done();
});
