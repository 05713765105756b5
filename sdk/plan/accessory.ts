/**
 * Accessories on hosts: what stands there, what it needs, how it is run.
 *
 * @module
 */

import { type Config, hostOf, serviceWithDestination } from "../config/config.ts";
import type { Accessory } from "../config/resolve_accessories.ts";
import { SextantError } from "../errors.ts";
import type { ContainerState } from "../observe/host_state.ts";
import type { RunContainer } from "../operations/container.ts";
import type { WriteEnv } from "../operations/file.ts";
import { envLabel } from "./app_container.ts";
import { CONFIG_LABEL, digest, OWNER_LABEL } from "./digest.ts";
import { type PlanInput, stateOf } from "./input.ts";
import { accessoryEnvFile, appFolder, envScript, idFile, ownFolder, saltFile } from "./names.ts";
import type { HostScript, Stage, Step } from "./plan.ts";
import { audit, networkUp } from "./proxy.ts";
import { pullMissing, type WantedImage } from "./pull.ts";
import { registryLogin } from "./registry.ts";
import { script, stage, step } from "./stages.ts";

/** The stage that boots accessories where they have no container yet, or one that never came to run. */
export function bootAccessories(
  input: PlanInput,
  accessories: readonly Accessory[] = input.config.accessories,
): readonly Stage[] {
  const scripts = perHost(
    input,
    accessories,
    (accessory, host) =>
      isBooted(input, accessory, host)
        ? []
        : [...clearSteps(input, accessory, host), ...bootSteps(input, accessory, host)],
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

/** The scripts of all hosts that have any of some accessories. */
export function perHost(
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

function isBooted(input: PlanInput, accessory: Accessory, host: string): boolean {
  const container = accessoryContainer(input, accessory, host);
  return container !== undefined && container.status !== NEVER_STARTED;
}

/** Docker's status of a container whose run was broken off, or whose port was taken. */
const NEVER_STARTED = "created";

/** The removal of a container that never came to run; none where there is none. */
function clearSteps(input: PlanInput, accessory: Accessory, host: string): readonly Step[] {
  if (accessoryContainer(input, accessory, host) === undefined) return [];
  const { name, service } = accessory;
  return [step(`${host} ${name} remove`, { kind: "remove-container", name: service, role: name })];
}

function bootSteps(input: PlanInput, accessory: Accessory, host: string): readonly Step[] {
  const wanted = wantedImage(input, accessory);
  return [
    ...pullMissing(input, host, `${host} ${accessory.name} pull`, wanted),
    ...prepareSteps(input, accessory, host),
    ...runSteps(input, accessory, host),
  ];
}

/** An accessory's image, and what it takes to get it. */
export function wantedImage(input: PlanInput, { image, registry }: Accessory): WantedImage {
  return { image, login: registryLogin(input, registry) };
}

/** What an accessory needs besides its image before its container runs. */
export function prepareSteps(
  input: PlanInput,
  accessory: Accessory,
  host: string,
): readonly Step[] {
  const { config } = input;
  const id = (what: string): string => `${host} ${accessory.name} ${what}`;
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
  return [
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
  ];
}

/** The run of an accessory, until it is ready. */
export function runSteps(input: PlanInput, accessory: Accessory, host: string): readonly Step[] {
  const { config } = input;
  const id = (what: string): string => `${host} ${accessory.name} ${what}`;
  const run = runAccessory(input, accessory, host);
  return [
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
