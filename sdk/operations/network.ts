/**
 * Docker networks.
 *
 * @module
 */

import { any, quiet, quote, run, text } from "../command.ts";
import type { Definition } from "./definition.ts";

/** Makes a Docker network where it is missing. */
export interface CreateNetwork {
  /** Which operation. */
  readonly kind: "create-network";
  /** Name of the network. */
  readonly name: string;
}

/** How a network is made. */
export const createNetwork: Definition<CreateNetwork> = {
  changes: true,
  describe: ({ name }) => ({ noun: "network", subject: name, minor: true }),
  // Another run may have made it meanwhile.
  render: ({ name }) =>
    any(
      quiet(run("docker", "network", "create", name)),
      text(`docker network inspect ${quote(name)} >/dev/null 2>&1`),
    ),
};
