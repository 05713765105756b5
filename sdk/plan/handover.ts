/**
 * The way from Traefik to kamal-proxy: who of them has a host's ports.
 *
 * @module
 */

import { type Config, proxyRunOn } from "../config/config.ts";
import { type ContainerState, type HostState, proxyContainer } from "../observe/host_state.ts";
import type { TakePorts } from "../operations/proxy_handover.ts";
import { CATCH_ALL_LABEL, PROXY_NEXT } from "../operations/proxy_swap.ts";

/** Ports of a host that kamal-proxy wants, by kamal-proxy's own for each. */
export type Ports = TakePorts["ports"];

/** The Traefik that Kamal 1 or our own plans run on a host. */
export function traefikOf({ containers }: HostState): ContainerState | undefined {
  return containers.find(({ name, labels }) =>
    name === "traefik" && labels[CATCH_ALL_LABEL] !== undefined
  );
}

/** The ports that kamal-proxy wants on a host and Traefik has; none where it need not hand anything over. */
export function portsOfTraefik(config: Config, state: HostState): Ports {
  const traefik = traefikOf(state);
  if (traefik === undefined) return [];
  const wanted = portsWanted(config, state.host);
  if (traefik.running) return heldBy(traefik, wanted);
  // A handover that was broken off gives the ports back to Traefik before it is tried again.
  const isBrokenOff = state.containers.some(({ name }) => name === PROXY_NEXT);
  return isBrokenOff && heldBy(proxyContainer(state), wanted).length === 0 ? wanted : [];
}

/** Whether visitors reach a container by Traefik: it is well, and in a network of Traefik's. */
export function answersThroughTraefik(state: HostState, container: ContainerState): boolean {
  const networks = traefikOf(state)?.networks ?? [];
  return isServedByTraefik(state, container) &&
    (container.health === undefined || container.health === "healthy") &&
    container.networks.some((name) => networks.includes(name));
}

/** Whether a running Traefik is to send requests to a container. */
export function isServedByTraefik(state: HostState, container: ContainerState): boolean {
  return traefikOf(state)?.running === true && container.running && isForTraefik(container);
}

/** Whether a container has labels by which Traefik finds it. */
export function isForTraefik({ name, labels }: ContainerState): boolean {
  return name !== "traefik" &&
    Object.keys(labels).some((label) => label.startsWith("traefik.http.routers."));
}

function heldBy(container: ContainerState | undefined, wanted: Ports): Ports {
  if (container?.running !== true) return [];
  const held = Object.values(container.ports).flat();
  return wanted.filter(({ host }) => held.includes(String(host)));
}

function portsWanted(config: Config, host: string): Ports {
  const { publish, httpPort, httpsPort } = proxyRunOn(config, host);
  return publish ? [{ host: httpPort, container: 80 }, { host: httpsPort, container: 443 }] : [];
}
