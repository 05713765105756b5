/**
 * The plans of `accessory …`.
 *
 * @module
 */

import { type Config, hostOf, serviceWithDestination } from "../config/config.ts";
import type { Accessory } from "../config/resolve_accessories.ts";
import { SextantError } from "../errors.ts";
import type { ContainerState } from "../observe/host_state.ts";
import type { RunContainer } from "../operations/container.ts";
import type { WriteEnv } from "../operations/file.ts";
import type { Operation } from "../operations/operation.ts";
import { envLabel } from "./app_container.ts";
import { CONFIG_LABEL, digest, OWNER_LABEL } from "./digest.ts";
import { type PlanInput, stateOf } from "./input.ts";
import { accessoryEnvFile, appFolder, envScript, idFile, ownFolder, saltFile } from "./names.ts";
import type { HostScript, Plan, Stage, Step } from "./plan.ts";
import { audit, networkUp } from "./proxy.ts";
import { registryLogin } from "./registry.ts";
import { plan, script, stage, step } from "./stages.ts";

/** What may be done to accessories that are there. */
export type AccessoryAction = "boot" | "reboot" | "start" | "stop" | "restart" | "remove";

/** Plans an action on one accessory, or on all. */
export function planAccessory(input: PlanInput, action: AccessoryAction, name: string): Plan {
  const accessories = accessoriesNamed(input.config, name);
  if (action === "boot") {
    return plan(input, "accessory boot", bootAccessories(input, accessories), { lock: true });
  }
  const scripts = perHost(
    input,
    accessories,
    (accessory, host) => actionSteps(input, action, accessory, host),
  );
  return plan(input, `accessory ${action}`, [stage("apply", scripts)], { lock: true });
}

/** The stage that boots accessories where they have no container yet. */
export function bootAccessories(
  input: PlanInput,
  accessories: readonly Accessory[] = input.config.accessories,
): readonly Stage[] {
  const scripts = perHost(
    input,
    accessories,
    (accessory, host) =>
      accessoryContainer(input, accessory, host) === undefined
        ? bootSteps(input, accessory, host)
        : [],
  )
    // An accessory that is up stays up, whatever fails later.
    .map((script) => ({ ...script, steps: script.steps.map((step) => ({ ...step, undo: [] })) }));
  return [stage("accessories", scripts)];
}

/**
 * The accessories that a name on the command line means.
 *
 * @throws {SextantError} `USAGE` if there is none of that name.
 */
export function accessoriesNamed(config: Config, name: string): readonly Accessory[] {
  const found = config.accessories.filter((accessory) => name === "all" || accessory.name === name);
  if (found.length > 0) return found;
  const names = config.accessories.map((accessory) => accessory.name).join(", ");
  throw new SextantError("USAGE", `there is no accessory named "${name}"`, {
    hint: names === ""
      ? "The deployment declares none: .accessory(name, { … })"
      : `Its accessories are: ${names}`,
  });
}

function perHost(
  input: PlanInput,
  accessories: readonly Accessory[],
  steps: (accessory: Accessory, host: string) => readonly Step[],
): readonly HostScript[] {
  return input.hosts.map((host) =>
    script(
      host,
      accessories.filter(({ hosts }) => hosts.includes(host)).flatMap((accessory) =>
        steps(accessory, host)
      ),
    )
  );
}

/** The container of an accessory on a host; `undefined` where there is none. */
export function accessoryContainer(
  input: PlanInput,
  accessory: Accessory,
  host: string,
): ContainerState | undefined {
  return stateOf(input, host).containers.find(({ labels, name }) =>
    labels["service"] === accessory.service && name === accessory.service
  );
}

function bootSteps(input: PlanInput, accessory: Accessory, host: string): readonly Step[] {
  const { config } = input;
  const id = (what: string): string => `${host} ${accessory.name} ${what}`;
  const login = registryLogin(input);
  const folders = [`${appFolder(config)}/env/accessories`, `${ownFolder(config)}/env/accessories`];
  const own = accessory.directories.map((directory, index) =>
    step(id(`directory ${index}`), {
      kind: "make-directories",
      paths: [directory.hostPath],
      mode: directory.mode,
      owner: directory.owner,
    })
  );
  const files = accessory.files.map((file, index) =>
    step(id(`file ${index}`), {
      kind: "upload-file",
      local: file.local,
      sha256: file.sha256,
      path: file.hostPath,
      mode: file.mode,
      owner: file.owner,
    })
  );
  const run = runAccessory(input, accessory, host);
  return [
    ...login === undefined ? [] : [step(id("login"), { kind: "login-registry", ...login })],
    ...networkUp(input, host).map((one) => ({ ...one, id: id("network") })),
    step(id("folders"), {
      kind: "make-directories",
      paths: folders,
      mode: undefined,
      owner: undefined,
    }),
    ...stateOf(input, host).salt === undefined
      ? [step(id("salt"), { kind: "write-salt", path: saltFile(config) })]
      : [],
    ...own,
    ...files,
    step(id("env"), writeAccessoryEnv(config, accessory, undefined)),
    step(id("run"), run),
    step(id("healthy"), {
      kind: "await-healthy",
      name: accessory.service,
      role: accessory.name,
      target: { idFile: run.idFile },
      folder: ownFolder(config),
      timeout: config.deployTimeout,
      previous: undefined,
      // Without a health check of its own it counts as ready once it has started.
      readiness: { by: "container", readinessDelay: 0 },
    }),
    step(id("audit"), audit(input, `Booted ${accessory.name} accessory`)),
  ];
}

/** The files with an accessory's secrets. */
export function writeAccessoryEnv(
  config: Config,
  { name, env }: Accessory,
  because: string | undefined,
): WriteEnv {
  return {
    kind: "write-env",
    role: name,
    envFile: accessoryEnvFile(config, name),
    envScript: envScript(config, "accessories", name),
    secrets: env.secret,
    because,
  };
}

/** The run of an accessory's container on a host. */
export function runAccessory(input: PlanInput, accessory: Accessory, host: string): RunContainer {
  const { config } = input;
  const { address } = hostOf(config, host);
  const mounts = [...accessory.files, ...accessory.directories].map((
    { hostPath, containerPath, mountOptions },
  ) => [hostPath, containerPath, ...mountOptions === undefined ? [] : [mountOptions]].join(":"));
  const fixed = {
    image: accessory.image,
    network: accessory.network,
    restart: accessory.restart,
    env: { KAMAL_HOST: address, ...accessory.env.clear },
    logDriver: accessory.logging.driver,
    logOptions: accessory.logging.options,
    publish: accessory.publish === undefined ? [] : [accessory.publish],
    volumes: [...accessory.volumes, ...mounts],
    options: accessory.options,
    cmd: accessory.cmd,
  };
  const labels = { service: accessory.service, ...accessory.labels };
  const files = accessory.files.map((file) => file.sha256);
  return {
    kind: "run-container",
    name: accessory.service,
    role: accessory.name,
    ...fixed,
    hostname: undefined,
    envFile: accessoryEnvFile(config, accessory.name),
    envScript: envScript(config, "accessories", accessory.name),
    labels: {
      ...labels,
      [OWNER_LABEL]: serviceWithDestination(config),
      [CONFIG_LABEL]: digest({ ...fixed, labels, files, secret: accessory.env.secret }),
      ...envLabel(input, accessory.env.secret),
    },
    idFile: idFile(config, accessory.service),
    stopTimeout: undefined,
  };
}

function actionSteps(
  input: PlanInput,
  action: Exclude<AccessoryAction, "boot">,
  accessory: Accessory,
  host: string,
): readonly Step[] {
  const { name, service } = accessory;
  const exists = accessoryContainer(input, accessory, host) !== undefined;
  const one = (what: string, operation: Operation): Step =>
    step(`${host} ${name} ${what}`, operation);
  const start = one("start", { kind: "start-container", name: service, role: name });
  const stop = one("stop", {
    kind: "stop-container",
    name: service,
    role: name,
    timeout: undefined,
    because: undefined,
  });
  const removal = one("remove", { kind: "remove-container", name: service, role: name });
  switch (action) {
    case "start":
      return exists ? [start, one("audit", audit(input, `Started ${name} accessory`))] : [];
    case "stop":
      return exists ? [stop, one("audit", audit(input, `Stopped ${name} accessory`))] : [];
    case "restart":
      return exists ? [stop, start, one("audit", audit(input, `Restarted ${name} accessory`))] : [];
    case "reboot": {
      const pull = one("pull", {
        kind: "pull-image",
        image: accessory.image,
        service: undefined,
        login: registryLogin(input),
      });
      // The image comes first, so that the accessory is away for as short a time as can be.
      return [pull, ...exists ? [stop, removal] : [], ...bootSteps(input, accessory, host)];
    }
    case "remove":
      return [
        ...exists ? [stop, removal] : [],
        one("image", { kind: "remove-image", image: accessory.image }),
        one("folder", { kind: "remove-path", path: service }),
        one("audit", audit(input, `Removed ${name} accessory`)),
      ];
    default:
      return action satisfies never;
  }
}
