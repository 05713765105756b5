/**
 * A lab that is up.
 *
 * @module
 */

import { type AppKind, type AppOptions, commitApp } from "./apps.ts";
import type { Delay } from "./delay.ts";
import type { LabHost } from "./host.ts";
import type { LabRecord } from "./record.ts";
import { run, SYSTEM_PATH } from "./shell.ts";
import { dataFolder, leftBehind, tearDown } from "./teardown.ts";

/** The Docker Engine that builds and pushes images. */
export interface Builder {
  /** Value for DOCKER_HOST. */
  readonly dockerHost: string;
  /** Value for PATH that finds Debian's `docker` first and then whatever the caller's finds. */
  readonly path: string;
}

/** What a builder is made of. */
export interface BuilderParts {
  /** Socket of its engine. */
  readonly socket: string;
  /** Folder with the Docker client's config of the lab itself, logged in to the registry. */
  readonly configFolder: string;
  /** Folder with nothing but Debian's `docker`. */
  readonly programFolder: string;
}

/** What a lab is made of. */
export interface LabParts {
  /** How it is written down. */
  readonly record: LabRecord;
  /** Its hosts. */
  readonly hosts: readonly LabHost[];
  /** Address and port of its registry. */
  readonly registry: string;
  /** Its builder. */
  readonly builder: BuilderParts;
  /** Home folder of who deploys to it. */
  readonly home: string;
  /** Its delayed paths. */
  readonly delay: Delay;
}

/** Hosts, a registry and a builder on this machine, until it is taken down. */
export class Lab {
  /** Names the lab on this machine. */
  readonly id: string;
  /** The hosts, `host1` first. */
  readonly hosts: readonly LabHost[];
  /** The image registry: plain HTTP; without `registryLogin` it takes any login. */
  readonly registry: { readonly address: string };
  /** The engine that builds and pushes. */
  readonly builder: Builder;
  /** A HOME folder: `.ssh/id_ed25519`, `.ssh/known_hosts`, `.ssh/config` and a git identity. */
  readonly home: string;
  readonly #record: LabRecord;
  readonly #delay: Delay;
  readonly #configFolder: string;
  #apps = 0;

  /** A lab of running parts; `up()` makes them. */
  constructor(parts: LabParts) {
    this.id = parts.record.id;
    this.hosts = parts.hosts;
    this.registry = { address: parts.registry };
    this.builder = {
      dockerHost: `unix://${parts.builder.socket}`,
      path: `${parts.builder.programFolder}:${Deno.env.get("PATH") ?? SYSTEM_PATH}`,
    };
    this.home = parts.home;
    this.#record = parts.record;
    this.#delay = parts.delay;
    this.#configFolder = parts.builder.configFolder;
  }

  /** Gives a new folder with an app's project: Dockerfile, files, one git commit. */
  async appFolder(kind: AppKind, options: AppOptions = {}): Promise<string> {
    const folder = `${dataFolder(this.#record)}/apps/${++this.#apps}`;
    await Deno.mkdir(folder, { recursive: true });
    await commitApp(folder, kind, options);
    return folder;
  }

  /** Builds an app, pushes it to the lab's registry, and gives its full name there. */
  async buildImage(kind: AppKind, nameAndTag: string, options: AppOptions = {}): Promise<string> {
    const folder = await this.appFolder(kind, options);
    const image = `${this.registry.address}/${nameAndTag}`;
    const env = {
      DOCKER_HOST: this.builder.dockerHost,
      DOCKER_CONFIG: this.#configFolder,
      DOCKER_BUILDKIT: "1",
    };
    await run("/usr/bin/docker", ["build", "--quiet", "--tag", image, folder], { env });
    await run("/usr/bin/docker", ["push", "--quiet", image], { env });
    return image;
  }

  /**
   * Opens a second path to all hosts, at their `delayedAddress`, on which a packet and its answer
   * take this long together. Opened again with another time, it breaks what goes over it.
   */
  async delay(roundTripMs: number): Promise<void> {
    await this.#delay.start(roundTripMs);
  }

  /** Undoes {@linkcode delay}: the delayed addresses fall silent. */
  async noDelay(): Promise<void> {
    await this.#delay.stop();
  }

  /**
   * Takes the lab down and removes all it made; containers end before their daemons.
   *
   * @throws {LabError} If something could not be removed.
   */
  async down(): Promise<void> {
    try {
      await tearDown(this.#record);
    } catch (error) {
      throw leftBehind(this.#record, error);
    }
  }

  /** Takes the lab down where `await using` ends. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.down();
  }
}
