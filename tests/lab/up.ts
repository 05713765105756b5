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
import { type BuilderParts, Lab } from "./running_lab.ts";
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
import { REGISTRY_PORT, type RegistryLogin, startRegistry, writeClientConfig } from "./registry.ts";
import { allDone, LabError } from "./shell.ts";
import { SshServer } from "./ssh_server.ts";
import { controlGroupOf, dataFolder, reap, tearDown } from "./teardown.ts";

/** What a lab should have. */
export interface UpOptions {
  /** Number of hosts, up to 32. */
  readonly hosts: number;
  /** Size of each host's Docker disk in MiB, kept in memory; needed to fill it. @default {unlimited} */
  readonly diskMiB?: number;
  /** The only login that the registry takes. @default {it asks for none} */
  readonly registryLogin?: RegistryLogin;
  /** Whether `lab.ts down` may end the lab, and this process with it. @default {false} */
  readonly isKept?: boolean;
  /** Told what takes long: installing and building, on the first run. @default {standard error} */
  readonly progress?: (text: string) => void;
}

/** What all hosts of a lab have in common. */
interface Site {
  readonly record: LabRecord;
  readonly diskMiB: number | undefined;
  readonly userKey: string;
  readonly imageArchive: string;
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
  if (!Number.isInteger(options.hosts) || options.hosts < 1 || options.hosts > 32) {
    throw new LabError(`A lab has 1 to 32 hosts, not ${options.hosts}`);
  }
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
    // Why it did not come up matters more than what of it is left; the next lab tries again.
    await tearDown(record).catch((left) => progress(String(left)));
    throw error;
  }
}

async function boot(
  record: LabRecord,
  options: UpOptions,
  imageArchive: string,
): Promise<Lab> {
  const { diskMiB, registryLogin } = options;
  const folder = dataFolder(record);
  const places = Array.from(
    { length: options.hosts },
    (_, index) => ({ name: `host${index + 1}`, number: FIRST_HOST + index }),
  );
  const home = `${folder}/home`;
  await Deno.mkdir(folder, { recursive: true, mode: 0o755 });
  const [userKey] = await allDone([
    makeHome(home),
    makeNetwork(record, [REGISTRY, BUILDER, ...places]),
  ]);
  const site = { record, diskMiB, userKey, imageArchive };
  const [hosts, registry, builder] = await allDone([
    allDone(places.map((place) => bootHost(site, place))),
    bootRegistry(record, registryLogin),
    bootBuilder(record, registryLogin),
  ]);
  await introduceHosts(home, hosts);
  return new Lab({ record, hosts, registry, builder, home, delay: new Delay(record, places) });
}

async function bootHost(site: Site, place: Place): Promise<LabHost> {
  const { record, diskMiB } = site;
  const machine = await Machine.start(record, place, `${dataFolder(record)}/${place.name}`);
  const engine = new DockerEngine(machine, {
    registry: registryOf(record),
    controlGroup: `${controlGroupOf(record)}/${place.name}`,
    ...(diskMiB === undefined ? {} : { diskMiB }),
  });
  const sshServer = new SshServer(machine);
  await allDone([engine.prepare(), sshServer.prepare(site.userKey)]);
  await allDone([engine.start(), sshServer.start()]);
  await loadImage(machine, site.imageArchive);
  const privateKey = privateKeyFile(`${dataFolder(record)}/home`);
  return new LabHost({
    machine,
    engine,
    sshServer,
    link: linkOf(record, place),
    delayedAddress: delayedAddresses(record, place).far,
    login: { user: "root", port: 22, privateKeyFile: privateKey },
  });
}

/** The user's cache may lie in a folder that the machine has of its own, so the file goes to the disk both see. */
async function loadImage(machine: Machine, archive: string): Promise<void> {
  const copy = `${machine.folder}/image.tar`;
  await Deno.copyFile(archive, copy);
  await machine.must(`docker load --quiet --input ${copy}`);
  await Deno.remove(copy);
}

async function bootRegistry(record: LabRecord, login?: RegistryLogin): Promise<string> {
  const machine = await Machine.start(record, REGISTRY, `${dataFolder(record)}/registry`);
  await startRegistry(machine, login);
  return registryOf(record);
}

async function bootBuilder(record: LabRecord, login?: RegistryLogin): Promise<BuilderParts> {
  const machine = await Machine.start(record, BUILDER, `${dataFolder(record)}/builder`);
  const outerSocket = `${machine.folder}/docker.sock`;
  const engine = new DockerEngine(machine, {
    registry: registryOf(record),
    controlGroup: `${controlGroupOf(record)}/${BUILDER.name}`,
    outerSocket,
  });
  await engine.prepare();
  await engine.start();
  const parts = {
    socket: outerSocket,
    configFolder: `${machine.folder}/config`,
    programFolder: `${machine.folder}/bin`,
  };
  await Deno.mkdir(parts.programFolder);
  await Deno.symlink("/usr/bin/docker", `${parts.programFolder}/docker`);
  await writeClientConfig(parts.configFolder, registryOf(record), login);
  return parts;
}

function registryOf(record: LabRecord): string {
  return `${addressOf(record, REGISTRY)}:${REGISTRY_PORT}`;
}

function toStandardError(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`lab: ${text}\n`));
}
