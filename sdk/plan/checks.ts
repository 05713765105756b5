/**
 * What must be true of the hosts before anything is asked or touched.
 *
 * @module
 */

import { type Config, proxyRunOn } from "../config/config.ts";
import { HostError, throwHostErrors } from "../errors.ts";
import { type HostState, proxyContainer, type RouteState, shortId } from "../observe/host_state.ts";
import { lockHeld } from "../operations/lock.ts";
import { selectedRoles } from "./current.ts";
import { portsOfTraefik } from "./handover.ts";
import { type PlanInput, stateOf } from "./input.ts";
import { isOfFormerRole, rivalOf, takenRoute } from "./rivals.ts";

/** Least free space on a host, KiB: below it not even small images and logs fit. */
const LEAST_FREE_KIB = 64 * 1024;

/** Oldest kamal-proxy that understands what it is told. */
const OLDEST_PROXY = "v0.9.2";

/**
 * Checks every host and names all that cannot be worked on.
 *
 * @throws {HostError} `DOCKER_MISSING`, `DOCKER_NOT_RUNNING`, `DISK_FULL`, `PROXY_TOO_OLD`, `PORT_TAKEN` or `ROUTE_TAKEN`.
 */
export function checkHosts(
  input: PlanInput,
  options: {
    readonly proxy: boolean;
    readonly fromTraefik?: boolean;
    /** Whether a proxy that is there is replaced, and so its age and its routes do not matter. */
    readonly ofAnyAge?: boolean;
    /** Whether anything is brought to the hosts, for which there must be room. */
    readonly room?: boolean;
  },
): void {
  const errors = input.hosts.flatMap((host) => {
    const state = stateOf(input, host);
    // What makes room must work where there is none.
    const problem = dockerProblem(state) ??
      (options.room === true ? diskProblem(state) : undefined);
    if (problem) return [problem];
    const proxied = selectedRoles(input, host).filter((role) => role.proxy !== undefined);
    if (!options.proxy || proxied.length === 0) return [];
    const traefik = options.fromTraefik === true ? undefined : traefikProblem(input.config, state);
    const isReplaced = options.ofAnyAge === true && proxyContainer(state) !== undefined;
    const found = traefik ??
      (isReplaced ? undefined : proxyProblem(input.config, state) ?? routeProblem(input, host));
    return found === undefined ? [] : [found];
  });
  throwHostErrors(errors);
}

/**
 * Refuses to begin while somebody else holds the lock, unless it is to be waited for; gives what is waited for then.
 *
 * @throws {HostError} `LOCK_HELD`.
 */
export function checkLock(input: PlanInput): string | undefined {
  const lock = input.states.get(input.lockHost)?.lock;
  if (lock === undefined) return undefined;
  const { code, message, hint } = lockHeld(lock.details);
  const { lockWait } = input;
  if (lockWait !== undefined) return `${message}; waiting for it up to ${lockWait.timeout} s`;
  throw new HostError(code, input.lockHost, message, { hint });
}

/** Why Docker cannot be used on a host; `undefined` where it can. */
function dockerProblem({ host, docker }: HostState): HostError | undefined {
  if (docker.status === "running") return undefined;
  return docker.status === "missing"
    ? new HostError("DOCKER_MISSING", host, "Docker is not installed", {
      hint: "Let Sextant install it: sextant server bootstrap",
    })
    : new HostError("DOCKER_NOT_RUNNING", host, `Docker does not answer: ${docker.message}`, {
      hint:
        "Start it on the host (systemctl start docker), or let the login use it (group docker).",
    });
}

function diskProblem({ host, freeKiB }: HostState): HostError | undefined {
  if (freeKiB >= LEAST_FREE_KIB) return undefined;
  return new HostError(
    "DISK_FULL",
    host,
    `only ${Math.floor(freeKiB / 1024)} MiB are free where Docker keeps its data`,
    {
      hint: "Make room on the host: sextant prune, docker system df",
    },
  );
}

function traefikProblem(config: Config, state: HostState): HostError | undefined {
  const ports = portsOfTraefik(config, state).map(({ host }) => host);
  if (ports.length === 0) return undefined;
  const message = `Traefik still serves here, on port ${ports.join(" and ")}`;
  return new HostError("PORT_TAKEN", state.host, message, {
    hint: "Go over to kamal-proxy without a gap: sextant upgrade. Or stay with it: .traefik({ … })",
  });
}

function proxyProblem(config: Config, state: HostState): HostError | undefined {
  const proxy = proxyContainer(state);
  const { publish, httpPort, httpsPort } = proxyRunOn(config, state.host);
  if (proxy === undefined) {
    const ofTraefik = portsOfTraefik(config, state).map(({ host }) => host);
    const wanted = publish ? [httpPort, httpsPort] : [];
    return portProblem(state, wanted.filter((port) => !ofTraefik.includes(port)));
  }
  const version = proxy.image.split(":").at(-1) ?? "";
  if (!/^v?\d+(\.\d+)*$/.test(version) || compareVersions(version, OLDEST_PROXY) >= 0) {
    return undefined;
  }
  return new HostError(
    "PROXY_TOO_OLD",
    state.host,
    `kamal-proxy ${version} is too old, ${OLDEST_PROXY} is needed`,
    {
      hint: "Replace it, without a gap: sextant proxy upgrade",
    },
  );
}

function portProblem(state: HostState, ports: readonly number[]): HostError | undefined {
  for (const port of ports) {
    const container = state.containers.find((container) =>
      container.running && Object.values(container.ports).flat().includes(String(port))
    );
    const listener = state.listening.find((listening) => listening.port === port);
    if (container === undefined && listener === undefined) continue;
    const holder = container
      ? `container ${container.name}`
      : `process ${listener?.process ?? "of another user"}`;
    return new HostError("PORT_TAKEN", state.host, `port ${port} is taken by ${holder}`, {
      hint: container
        ? `kamal-proxy needs the port. Stop it on the host: docker stop ${container.name}`
        : `kamal-proxy needs the port. Stop the process, or choose another: .proxy({ run: { httpPort: … } })`,
    });
  }
  return undefined;
}

function routeProblem(input: PlanInput, host: string): HostError | undefined {
  for (const role of selectedRoles(input, host)) {
    const { proxy } = role;
    const rival = rivalOf(input, host, role);
    if (proxy === undefined || rival === undefined) continue;
    if (takenRoute(input, host, role) !== undefined) continue;
    const name = proxy.hosts.join(", ") || "every host name";
    return new HostError(
      "ROUTE_TAKEN",
      host,
      `kamal-proxy already sends ${name}${proxy.pathPrefixes.join(", ")} to ${rival.service}`,
      { hint: rivalHint(input, host, rival) },
    );
  }
  return undefined;
}

/** What to do about a route that is taken; one that leads to this very image is most likely of an earlier name. */
function rivalHint(input: PlanInput, host: string, rival: RouteState): string {
  const { targets } = rival;
  const { repository, service } = input.config;
  if (isOfFormerRole(input, host, rival)) {
    return `It is of a role that left the config: .settings({ orphans: "stop" }) lets the new one take its place.`;
  }
  const former = stateOf(input, host).containers.find(({ id, image }) =>
    image.startsWith(`${repository}:`) && targets.some((target) => target.startsWith(shortId(id)))
  )?.labels["service"];
  return former === undefined || former === service
    ? "Give the service a host name or a path of its own: .proxy({ host: …, pathPrefix: … })"
    : `${former} has the same image: if that was the name of ${service}, take it off by that name first, with sextant app remove. Else give each a host name or a path of its own.`;
}

function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) =>
    version.replace(/^v/, "").split(".").map(Number)
  ) as [number[], number[]];
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
