/**
 * Brings a lab up: real hosts, a registry and a builder, on this machine.
 *
 * @module
 */

import { appProgram } from "./apps.ts";
import { Delay } from "./delay.ts";
import { DockerEngine } from "./docker_engine.ts";
import { introduceHosts, makeHome, privateKeyFile } from "./home.ts";
import { LabHost } from "./host.ts";
import { canRunLab, installPackages } from "./install.ts";
import { kamalProxyArchive } from "./kamal_proxy.ts";
import { Lab } from "./running_lab.ts";
import { Machine } from "./machine.ts";
import {
  addressOf,
  delayedAddresses,
  FIRST_HOST,
  linkOf,
  makeNetwork,
  type Place,
} from "./network.ts";
import { claim, exclusively, type LabRecord } from "./record.ts";
import { REGISTRY_PORT, startRegistry } from "./registry.ts";
import { LabError } from "./shell.ts";
import { SshServer } from "./ssh_server.ts";
import { controlGroupOf, dataFolder, reap, tearDown } from "./teardown.ts";

/** What a lab should have. */
export interface UpOptions {
  /** Number of hosts, up to 32. */
  readonly hosts: number;
  /** Size of each host's Docker disk in MiB, kept in memory; needed to fill it. @default {unlimited} */
  readonly diskMiB?: number;
  /** Whether `lab.ts down` may end the lab, and this process with it. @default {false} */
  readonly isKept?: boolean;
  /** Told what takes long: installing and building, on the first run. @default {standard error} */
  readonly progress?: (text: string) => void;
}

const REGISTRY: Place = { name: "registry", number: 2 };
const BUILDER: Place = { name: "builder", number: 3 };

/**
 * Brings a lab up. Installs what is missing on this machine, and takes down labs that a dead
 * process left behind.
 *
 * @throws {LabError} If this machine cannot run labs, or a part does not come up; nothing of the
 * lab is left then.
 */
export async function up(options: UpOptions): Promise<Lab> {
  const ability = canRunLab();
  if (!ability.ok) throw new LabError(`Cannot run a lab here: ${ability.why}`);
  if (options.hosts < 1 || options.hosts > 32) throw new LabError("A lab has 1 to 32 hosts");
  await reap();
  const progress = options.progress ?? toStandardError;
  const { record, archive } = await exclusively(async () => {
    await installPackages(progress);
    await appProgram(progress);
    return {
      archive: await kamalProxyArchive(progress),
      record: await claim(options.isKept ?? false),
    };
  });
  try {
    return await boot(record, options, archive);
  } catch (error) {
    await tearDown(record);
    throw error;
  }
}

async function boot(record: LabRecord, options: UpOptions, archive: string): Promise<Lab> {
  const folder = dataFolder(record);
  const places = Array.from(
    { length: options.hosts },
    (_, index) => ({ name: `host${index + 1}`, number: FIRST_HOST + index }),
  );
  const home = `${folder}/home`;
  await Deno.mkdir(folder, { recursive: true, mode: 0o755 });
  const [userKey] = await Promise.all([
    makeHome(home),
    makeNetwork(record, [REGISTRY, BUILDER, ...places]),
  ]);
  const [hosts] = await Promise.all([
    Promise.all(places.map((place) => bootHost(record, place, options, userKey, archive))),
    bootBuilder(record),
    Machine.start(record, REGISTRY, `${folder}/registry`).then(startRegistry),
  ]);
  await introduceHosts(home, hosts);
  await Deno.mkdir(`${folder}/bin`);
  await Deno.symlink("/usr/bin/docker", `${folder}/bin/docker`);
  const [registry, socket] = [registryOf(record), socketOf(record)];
  return new Lab({ record, hosts, registry, socket, home, delay: new Delay(record, places) });
}

async function bootHost(
  record: LabRecord,
  place: Place,
  options: UpOptions,
  userKey: string,
  archive: string,
): Promise<LabHost> {
  const home = `${dataFolder(record)}/home`;
  const machine = await Machine.start(record, place, `${dataFolder(record)}/${place.name}`);
  const engine = new DockerEngine(machine, {
    registry: registryOf(record),
    controlGroup: `${controlGroupOf(record)}/${place.name}`,
    ...(options.diskMiB === undefined ? {} : { diskMiB: options.diskMiB }),
  });
  const sshServer = new SshServer(machine);
  await Promise.all([engine.prepare(), sshServer.prepare(userKey)]);
  await Promise.all([engine.start(), sshServer.start()]);
  await loadImage(machine, archive);
  return new LabHost({
    machine,
    engine,
    sshServer,
    link: linkOf(record, place),
    delayedAddress: delayedAddresses(record, place).far,
    login: { user: "root", port: 22, privateKeyFile: privateKeyFile(home) },
  });
}

/** The user's cache may lie in a folder that the machine has of its own, so the file goes to the disk both see. */
async function loadImage(machine: Machine, archive: string): Promise<void> {
  const copy = `${machine.folder}/image.tar`;
  await Deno.copyFile(archive, copy);
  await machine.must(`docker load --quiet --input ${copy}`);
  await Deno.remove(copy);
}

async function bootBuilder(record: LabRecord): Promise<void> {
  const machine = await Machine.start(record, BUILDER, `${dataFolder(record)}/builder`);
  const engine = new DockerEngine(machine, {
    registry: registryOf(record),
    controlGroup: `${controlGroupOf(record)}/${BUILDER.name}`,
    outerSocket: socketOf(record),
  });
  await engine.prepare();
  await engine.start();
}

function registryOf(record: LabRecord): string {
  return `${addressOf(record, REGISTRY)}:${REGISTRY_PORT}`;
}

function socketOf(record: LabRecord): string {
  return `${dataFolder(record)}/builder/docker.sock`;
}

function toStandardError(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`lab: ${text}\n`));
}
