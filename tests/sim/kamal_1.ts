/**
 * What Kamal 1 left on a story's host: Traefik, and the app with labels and cord.
 *
 * @module
 */

import { traefikLabels } from "../../sdk/config/traefik.ts";
import type { InitialContainer } from "../../sdk/simulate/host_options.ts";

/** Traefik's image. */
export const TRAEFIK_IMAGE = "traefik:v2.11";

/** Traefik as Kamal 1 runs it: on Docker's first network. */
export const TRAEFIK: InitialContainer = {
  name: "traefik",
  image: TRAEFIK_IMAGE,
  network: "bridge",
  labels: { "traefik.http.routers.catchall.service": "unavailable" },
  publish: ["80:80"],
};

/** A container as Kamal 1 runs it where Traefik sends it the requests for a host name. */
export function behindTraefik(
  container: InitialContainer,
  prefix: string,
  host: string,
): InitialContainer {
  return {
    ...container,
    network: "bridge",
    labels: { ...container.labels, ...traefikLabels(prefix, { hosts: [host], pathPrefixes: [] }) },
    app: { healthcheck: true },
    cord: true,
  };
}
