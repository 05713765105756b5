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

/** Lets a container speak to those of a network, beside the networks it has. */
export interface ConnectNetwork {
  /** Which operation. */
  readonly kind: "connect-network";
  /** Name of the network. */
  readonly name: string;
  /** Name of the container. */
  readonly container: string;
}

/** An operation on a network. */
export type NetworkOperation = CreateNetwork | ConnectNetwork;

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

/** How a container joins a network. */
export const connectNetwork: Definition<ConnectNetwork> = {
  changes: true,
  describe: ({ name, container }) => ({
    noun: "network",
    subject: container,
    detail: `joins ${name}`,
    minor: true,
  }),
  render: ({ name, container }) =>
    any(
      quiet(run("docker", "network", "connect", name, container)),
      text(
        `docker inspect -f '{{range $k, $v := .NetworkSettings.Networks}}{{println $k}}{{end}}' ${
          quote(container)
        } | grep -qx ${quote(name)}`,
      ),
    ),
};
