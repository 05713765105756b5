/**
 * The plans of `app start` and `app stop`.
 *
 * @module
 */

import type { Role } from "../config/config.ts";
import { HostError, SextantError } from "../errors.ts";
import { type ContainerState, proxyContainer } from "../observe/host_state.ts";
import type { Operation } from "../operations/operation.ts";
import { awaitRole, routed, routeTo } from "./app_container.ts";
import { writeProxyFiles } from "./proxy_files.ts";
import {
  appHosts,
  containersAt,
  isCanary,
  lookUp,
  type RoleOnHost,
  selectedRoles,
  servingVersion,
  servingVersions,
  versionOf,
} from "./current.ts";
import { type PlanInput, stateOf } from "./input.ts";
import { ownFolder } from "./names.ts";
import type { Plan, Step } from "./plan.ts";
import { audit, networkUp, proxyUp } from "./proxy.ts";
import { goodReleases } from "./release.ts";
import { plan, script, stage, step } from "./stages.ts";
import { joinTraefik, leaveTraefik, traefikUp } from "./traefik.ts";

/**
 * Plans `app start`: the containers that served last, or those of a version, start and get traffic again; those that run
 * get it again where an `app stop` that was broken off has taken it from them.
 *
 * @throws {SextantError} `VERSION_UNKNOWN` where no host has any container of the app, or of that version, or one has none of
 * the version that the others run.
 */
export function planAppStart(input: PlanInput, version: string | undefined): Plan {
  const isThere = appHosts(input).some((host) =>
    selectedRoles(input, host).some((role) =>
      version === undefined
        ? lookUp(input, host, role).containers.length > 0
        : containersAt(input, host, role, version).length > 0
    )
  );
  if (!isThere) {
    const what = version === undefined ? "the app" : `version ${version}`;
    throw new SextantError("VERSION_UNKNOWN", `no host has a container of ${what} to start`, {
      hint: "See what there is: sextant app containers. Run it anew: sextant deploy",
    });
  }
  const scripts = appHosts(input).map((host) =>
    script(
      host,
      withAudit(
        input,
        host,
        "Started app",
        startsOn(input, host, version),
      ),
    )
  );
  return plan(input, "app start", [stage("apply", scripts)], {
    lock: true,
    serving: servingVersions(input),
  });
}

/** The steps by which all roles of a host start that get no traffic; who serves them starts before. */
function startsOn(input: PlanInput, host: string, version: string | undefined): readonly Step[] {
  const starts = selectedRoles(input, host).map((role) => ({
    role,
    containers: containersToStart(input, host, role, version),
  })).filter(({ containers }) => containers.length > 0);
  const isProxied = starts.some(({ role }) => role.proxy !== undefined);
  const isBehindTraefik = starts.some(({ role }) => role.traefik !== undefined);
  return [
    ...isProxied || isBehindTraefik ? networkUp(input, host) : [],
    ...isProxied ? proxyUp(input, host) : [],
    ...isBehindTraefik ? traefikUp(input, host) : [],
    ...writeProxyFiles(input, host, starts.map(({ role }) => role)),
    ...starts.flatMap(({ role, containers }) => startSteps(input, host, role, containers)),
  ];
}

/** Plans `app stop`: the route goes, then the containers stop. */
export function planAppStop(input: PlanInput): Plan {
  const scripts = appHosts(input).map((host) =>
    script(
      host,
      withAudit(
        input,
        host,
        "Stopped app",
        selectedRoles(input, host).flatMap((role) => stopSteps(input, host, role)),
      ),
    )
  );
  return plan(input, "app stop", [stage("apply", scripts)], {
    lock: true,
    serving: servingVersions(input),
  });
}

/** The steps that stop containers, each once Traefik has left it; `what` tells them in the steps' ids. */
export function stopEach(
  input: PlanInput,
  host: string,
  what: string,
  found: readonly { readonly role: Role; readonly container: ContainerState }[],
  because: string | undefined,
): readonly Step[] {
  const leaving = found.flatMap(({ role, container }) =>
    leaveTraefik(input.config, role, container.name)
  );
  const stops = found.map(({ role, container }): Operation => ({
    kind: "stop-container",
    name: container.name,
    role: role.name,
    timeout: role.stopTimeout,
    because,
  }));
  return [
    ...leaving.length === 0 ? [] : [step(`${host} leave ${what}`, ...leaving)],
    ...stops.length === 0 ? [] : [step(`${host} stop ${what}`, ...stops)],
  ];
}

/** The steps that take a role from a host's traffic and stop its containers. */
export function stopSteps(input: PlanInput, host: string, role: Role): readonly Step[] {
  const { route, ...current } = lookUp(input, host, role);
  const running = [...current.running, ...current.canary];
  // A proxy that does not run can be told nothing, and sends nobody anywhere.
  const isRouted = route !== undefined && proxyContainer(stateOf(input, host))?.running === true;
  const stops = running.map((container) => ({
    kind: "stop-container" as const,
    name: container.name,
    role: role.name,
    timeout: role.stopTimeout,
    because: undefined,
  }));
  const leaving = running.flatMap(({ name }) => leaveTraefik(input.config, role, name));
  return [
    ...leaving.length === 0 ? [] : [step(`${host} leave ${role.name}`, ...leaving)],
    ...isRouted
      ? [step(`${host} unroute ${role.name}`, {
        kind: "remove-route",
        service: role.containerPrefix,
      })]
      : [],
    ...stops.length === 0 ? [] : [step(`${host} stop ${role.name}`, ...stops)],
  ];
}

function containersToStart(
  input: PlanInput,
  host: string,
  role: Role,
  version: string | undefined,
): readonly ContainerState[] {
  const current = lookUp(input, host, role);
  const runs = servingVersion(role, current);
  if (runs !== undefined) {
    const isMeant = version === undefined || version === runs;
    return isMeant && isCutOff(role, current) ? containersAt(input, host, role, runs) : [];
  }
  if (version !== undefined) return containersAt(input, host, role, version);
  const others = appHosts(input).flatMap((other) =>
    servingVersion(role, lookUp(input, other, role)) ?? []
  );
  const [common] = others;
  if (common !== undefined && others.every((other) => other === common)) {
    return containersOfAll(input, host, role, common);
  }
  const released = goodReleases(stateOf(input, host).releases).findLast((release) =>
    containersAt(input, host, role, release).length > 0
  );
  if (released !== undefined) return containersAt(input, host, role, released);
  const newest = current.containers.find((container) => !isCanary(container));
  if (newest === undefined) return [];
  // What made room for another of its name is of no version any more.
  const all = containersAt(input, host, role, versionOf(role, newest));
  return all.includes(newest) ? all : [newest];
}

/** Containers of the version that all other hosts run: any other would be a mixture that nobody asked for. */
function containersOfAll(
  input: PlanInput,
  host: string,
  role: Role,
  version: string,
): readonly ContainerState[] {
  const found = containersAt(input, host, role, version);
  if (found.length > 0 || lookUp(input, host, role).containers.length === 0) return found;
  const message = `no container of ${version} is left to start, which the other hosts run`;
  throw new HostError("VERSION_UNKNOWN", host, message, {
    hint:
      `Run it here anew: sextant rollback ${version}. Or start another: sextant app start --version VERSION`,
  });
}

/** Whether what runs of a role gets no traffic: its route is gone, or its cord is cut. */
function isCutOff({ proxy, traefik }: Role, { serving, route }: RoleOnHost): boolean {
  if (proxy !== undefined) return route === undefined;
  return traefik?.cord !== undefined && serving.some(({ health }) => health === "unhealthy");
}

function startSteps(
  input: PlanInput,
  host: string,
  role: Role,
  containers: readonly ContainerState[],
): readonly Step[] {
  const { config } = input;
  const { proxy } = role;
  const starts = containers.filter(({ running }) => !running).map(({ name }) => ({
    kind: "start-container" as const,
    name,
    role: role.name,
  }));
  const gates = containers.map(({ name, id }) => awaitRole(config, role, name, { id }));
  const route = proxy && routeTo(input, host, role, proxy, {
    targets: containers.map(({ name, id }) => routed(role, name, { id })),
    version: versionOf(role, containers[0]!),
    previous: undefined,
    forgetsCanary: true,
  });
  return [
    step(`${host} folder ${role.name}`, {
      kind: "make-directories",
      paths: [ownFolder(config)],
      mode: undefined,
      owner: undefined,
    }),
    ...starts.length === 0 ? [] : [step(`${host} start ${role.name}`, ...starts)],
    ...joinTraefik(config, host, role, containers),
    step(`${host} healthy ${role.name}`, ...gates),
    ...route === undefined ? [] : [step(`${host} route ${role.name}`, route)],
  ];
}

function withAudit(
  input: PlanInput,
  host: string,
  message: string,
  steps: readonly Step[],
): readonly Step[] {
  return steps.length === 0 ? [] : [...steps, step(`${host} audit`, audit(input, message))];
}
