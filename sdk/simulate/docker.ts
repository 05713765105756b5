/**
 * Docker itself on a simulated host.
 *
 * @module
 */

import type { Outcome } from "../operations/definition.ts";
import type { InstallDocker } from "../operations/docker.ts";
import type { SimulatedHost } from "./host.ts";
import { done, failed, type Model } from "./model.ts";

/** How Docker is installed. */
export const installDocker: Model<InstallDocker> = {
  docker: false,
  cancelled: undefined,
  seconds: () => 20,
  apply: (_, host) => {
    host.docker = "running";
    return done();
  },
};

/** What every docker command says on a host without a running Engine; `undefined` where there is one. */
export function withoutDocker({ docker }: SimulatedHost): Outcome | undefined {
  if (docker === "running") return undefined;
  return docker === "missing" ? failed(127, "sh: 1: docker: not found") : failed(1, DOCKER_STOPPED);
}

/** What the docker client says where the Engine does not answer. */
export const DOCKER_STOPPED =
  "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?";
