/**
 * Traefik in the place of kamal-proxy: its container, the cords of the app's, and the plans of `traefik …`.
 *
 * @module
 */

import { quote } from "../command.ts";
import type { Config, Role } from "../config/config.ts";
import type { Traefik } from "../config/traefik.ts";
import { HostError, SextantError } from "../errors.ts";
import type { ContainerState } from "../observe/host_state.ts";
import type { RunContainer } from "../operations/container.ts";
import type { CutCord, MakeCord } from "../operations/cord.ts";
import type { WriteEnv } from "../operations/file.ts";
import type { Operation } from "../operations/operation.ts";
import { envLabel } from "./app_container.ts";
import { selectedRoles } from "./current.ts";
import { CONFIG_LABEL, digest } from "./digest.ts";
import { isForTraefik, traefikOf } from "./handover.ts";
import { type PlanInput, stateOf } from "./input.ts";
import { cordFolder, idFile, ownFolder, replicaOf, TRAEFIK_FOLDER } from "./names.ts";
import type { Plan, Stage, Step } from "./plan.ts";
import { audit, networkUp } from "./proxy.ts";
import { pullMissing } from "./pull.ts";
import { hookStage, hostsIn, plan, script, stage, step } from "./stages.ts";

/** What may be done to a Traefik that is there. */
export type TraefikAction = "boot" | "reboot" | "start" | "stop" | "restart" | "remove";

/** Plans `traefik boot`, `reboot`, `start`, `stop`, `restart` and `remove`. */
export function planTraefik(input: PlanInput, action: TraefikAction): Plan {
  const scripts = traefikHosts(input).map((host) => script(host, actionSteps(input, action, host)));
  const apply = stage("apply", scripts, {
    interruptible: action !== "reboot" && action !== "restart",
  });
  const hosts = hostsIn([apply]);
  const hooks = (name: string): readonly Stage[] =>
    action === "reboot" && hosts.length > 0 ? hookStage(input, name, hosts) : [];
  const stages = [...hooks("pre-traefik-reboot"), apply, ...hooks("post-traefik-reboot")];
  return plan(input, `traefik ${action}`, stages, { lock: true });
}

/**
 * Hosts to work on where Traefik serves.
 *
 * @throws {SextantError} `USAGE` where the deployment has kamal-proxy.
 */
export function traefikHosts(input: PlanInput): readonly string[] {
  if (input.config.traefik === undefined) {
    throw new SextantError("USAGE", "kamal-proxy serves this deployment, not Traefik", {
      hint: "Ask for kamal-proxy: sextant proxy details. Or let Traefik serve: .traefik({ … })",
    });
  }
  return input.hosts.filter((host) => traefikServes(input, host));
}

/** Whether Traefik serves any of the roles to work on that a host has. */
export function traefikServes(input: PlanInput, host: string): boolean {
  return selectedRoles(input, host).some((role) => role.traefik !== undefined);
}

/** The files with Traefik's secrets. */
export function writeTraefikEnv({ env }: Traefik, because: string | undefined): WriteEnv {
  return {
    kind: "write-env",
    role: "traefik",
    ...ENV_FILES,
    secrets: env.secret,
    because,
  };
}

const ENV_FILES = {
  envFile: `${TRAEFIK_FOLDER}/traefik.env`,
  envScript: `${TRAEFIK_FOLDER}/traefik.sh`,
} as const;

/** The steps that make Traefik run on a host, and let it reach all apps; none where it does. */
export function traefikUp(input: PlanInput, host: string): readonly Step[] {
  const found = traefikContainer(input, host);
  if (found === undefined) return [...pullTraefik(input, host), ...runSteps(input, host)];
  return [
    ...joinSteps(input, host, found.networks),
    ...found.running ? [] : [startStep(host)],
  ];
}

/** The step by which Traefik joins the networks of all apps: Kamal 1 ran itself and them in Docker's first one. */
function joinSteps(input: PlanInput, host: string, has: readonly string[]): readonly Step[] {
  const isApart = stateOf(input, host).containers.some((container) =>
    isForTraefik(container) && container.networks.includes("bridge") &&
    !container.networks.includes("kamal")
  );
  const missing = ["kamal", ...isApart ? ["bridge"] : []].filter((name) => !has.includes(name));
  if (missing.length === 0) return [];
  const joins = missing.map((name): Operation => ({
    kind: "connect-network",
    name,
    container: "traefik",
  }));
  return [step(`${host} connect traefik`, ...joins)];
}

/** A role's container with its cord, and the cord itself; just the container for a role without one. */
export function withCord(
  input: PlanInput,
  role: Role,
  container: RunContainer,
): { readonly cord: MakeCord | undefined; readonly container: RunContainer } {
  const inside = role.traefik?.cord;
  if (inside === undefined) return { cord: undefined, container };
  const folder = cordFolder(role, replicaOf(container.name), input.run.suffix);
  return {
    cord: { kind: "make-cord", folder },
    container: { ...container, volumes: [...container.volumes, `${folder}:${inside}`] },
  };
}

/** The operations by which Traefik leaves a container before it stops; none where Traefik does not serve it. */
export function leaveTraefik(config: Config, role: Role, container: string): readonly CutCord[] {
  const cord = role.traefik?.cord;
  if (cord === undefined) return [];
  return [{
    kind: "cut-cord",
    container,
    role: role.name,
    cord,
    timeout: config.deployTimeout,
  }];
}

/**
 * A step that runs containers as one that is taken back well: Traefik sends traffic to whatever is healthy, so that it
 * leaves them before they stop.
 */
export function runBehindTraefik(
  config: Config,
  run: Step,
  containers: readonly { readonly role: Role; readonly container: RunContainer }[],
): Step {
  const leaving = containers.flatMap(({ role, container }) =>
    leaveTraefik(config, role, container.name)
  );
  return leaving.length === 0 ? run : { ...run, undo: [...leaving, ...run.undo] };
}

/** The step by which Traefik finds containers again whose cords were cut; none where Traefik does not serve them. */
export function joinTraefik(
  config: Config,
  host: string,
  role: Role,
  containers: readonly ContainerState[],
): readonly Step[] {
  const cutsOf = (some: readonly ContainerState[]): readonly CutCord[] =>
    some.flatMap(({ name }) => leaveTraefik(config, role, name));
  const cuts = cutsOf(containers);
  if (cuts.length === 0) return [];
  return [{
    id: `${host} join ${role.name}`,
    operations: cuts.map((cut) => ({ ...cut, kind: "tie-cord" })),
    // Those that ran before may be what serves, and go on.
    undo: cutsOf(containers.filter(({ running }) => !running)),
  }];
}

function actionSteps(input: PlanInput, action: TraefikAction, host: string): readonly Step[] {
  const found = traefikContainer(input, host);
  if (action === "boot") return [...networkUp(input, host), ...traefikUp(input, host)];
  const steps = existingSteps(input, action, host, found);
  return steps.length === 0 ? [] : [
    ...steps,
    step(`${host} audit`, audit(input, AUDIT[action])),
  ];
}

const AUDIT = {
  reboot: "Rebooted traefik",
  start: "Started traefik",
  stop: "Stopped traefik",
  restart: "Restarted traefik",
  remove: "Removed traefik",
} as const;

function existingSteps(
  input: PlanInput,
  action: Exclude<TraefikAction, "boot">,
  host: string,
  found: ContainerState | undefined,
): readonly Step[] {
  const stop = found?.running ? [stopStep(host)] : [];
  const remove = found ? [removeStep(host)] : [];
  switch (action) {
    case "reboot":
      return [
        ...networkUp(input, host),
        // The image comes first, so that Traefik is away for as short a time as can be.
        ...pullTraefik(input, host),
        ...stop,
        ...remove,
        ...runSteps(input, host),
      ];
    case "start":
      return found === undefined || found.running ? [] : [startStep(host)];
    case "stop":
      return stop;
    case "restart":
      return found === undefined ? [] : [...stop, startStep(host)];
    case "remove":
      return [...stop, ...remove];
    default:
      return action satisfies never;
  }
}

/** Kamal's Traefik on a host; somebody else's of that name must not be touched. */
function traefikContainer(input: PlanInput, host: string): ContainerState | undefined {
  const state = stateOf(input, host);
  const found = traefikOf(state);
  if (found !== undefined || !state.containers.some(({ name }) => name === "traefik")) return found;
  throw new HostError("PORT_TAKEN", host, "a container named traefik is not of a deployment", {
    hint: "Rename it on the host, or let it go: docker rename traefik my-traefik",
  });
}

function startStep(host: string): Step {
  const start: Operation = { kind: "start-container", name: "traefik", role: "traefik" };
  return staysUp(step(`${host} start traefik`, start));
}

/** One that is up stays up, whatever fails later: another app may be served by it. */
function staysUp(one: Step): Step {
  return { ...one, undo: [] };
}

function stopStep(host: string): Step {
  return step(`${host} stop traefik`, {
    kind: "stop-container",
    name: "traefik",
    role: "traefik",
    timeout: undefined,
    because: undefined,
  });
}

function removeStep(host: string): Step {
  return step(`${host} remove traefik`, {
    kind: "remove-container",
    name: "traefik",
    role: "traefik",
  });
}

function pullTraefik(input: PlanInput, host: string): readonly Step[] {
  const { image } = input.config.traefik!;
  return pullMissing(input, host, `${host} pull traefik`, { image, login: undefined });
}

function runSteps(input: PlanInput, host: string): readonly Step[] {
  const { config } = input;
  const traefik = config.traefik!;
  const folders: Operation = {
    kind: "make-directories",
    paths: [TRAEFIK_FOLDER, ownFolder(config)],
    mode: undefined,
    owner: undefined,
  };
  return [
    step(`${host} folders traefik`, folders),
    step(`${host} env traefik`, writeTraefikEnv(traefik, undefined)),
    staysUp(step(`${host} run traefik`, runTraefik(input, traefik))),
    ...joinSteps(input, host, ["kamal"]),
  ];
}

function runTraefik(input: PlanInput, traefik: Traefik): RunContainer {
  const fixed = {
    image: traefik.image,
    network: "kamal",
    restart: "unless-stopped",
    env: traefik.env.clear,
    logDriver: undefined,
    logOptions: { "max-size": "10m" },
    publish: traefik.hostPort === undefined ? [] : [`${traefik.hostPort}:80`],
    volumes: ["/var/run/docker.sock:/var/run/docker.sock"],
    options: traefik.options,
    cmd: ["--providers.docker", ...Object.entries(traefik.args).map(argument)].join(" "),
  };
  return {
    kind: "run-container",
    name: "traefik",
    role: "traefik",
    ...fixed,
    hostname: undefined,
    ...ENV_FILES,
    labels: {
      ...traefik.labels,
      [CONFIG_LABEL]: digest({ ...fixed, labels: traefik.labels, secret: traefik.env.secret }),
      ...envLabel(input, traefik.env.secret),
    },
    idFile: idFile(input.config, "traefik"),
    stopTimeout: undefined,
  };
}

function argument([name, value]: readonly [string, string | number | boolean]): string {
  return value === true ? `--${name}` : `--${name}=${quote(String(value))}`;
}
