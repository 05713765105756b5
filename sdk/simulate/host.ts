/**
 * One simulated host: what stands on it, and what is about to go wrong there.
 *
 * @module
 */

import type { Outcome } from "../operations/definition.ts";
import type { Operation } from "../operations/operation.ts";
import { type App, appOf, type Apps, tagOf } from "./app.ts";
import type { SimulatedClock } from "./clock.ts";
import {
  fileOf,
  sha256,
  type SimulatedContainer,
  type SimulatedFile,
  type SimulatedImage,
  type SimulatedRoute,
} from "./facts.ts";
import { type Fault, type FaultMatch, Faults } from "./fault.ts";
import type { ImageStore } from "./image_store.ts";

/** What a host shares with its fleet. */
export interface HostContext {
  /** The fleet's time. */
  readonly clock: SimulatedClock;
  /** The fleet's registry. */
  readonly registry: ImageStore;
  /** How apps behave on this host. */
  readonly apps: Apps;
  /** Numbers as `Math.random` gives them; without it, what happens now and then never does. */
  readonly random?: (() => number) | undefined;
}

/** What a new container is made from. */
export type ContainerFacts =
  & Pick<SimulatedContainer, "name" | "image">
  & Partial<Pick<SimulatedContainer, "labels" | "network" | "ports" | "secrets" | "app" | "cord">>;

/** A host in memory; tests may look at everything, and change it behind a plan's back. */
export class SimulatedHost {
  /** Name of the host. */
  readonly name: string;
  /** The fleet's time. */
  readonly clock: SimulatedClock;
  /** The fleet's registry. */
  readonly registry: ImageStore;
  /** Whether it cannot be reached: nobody can connect, and open sessions are lost. */
  unreachable = false;
  /** The Docker Engine. */
  docker: "running" | "missing" | "stopped" = "running";
  /** Architecture as Docker names it. */
  architecture = "amd64";
  /** Free space in KiB. */
  freeKiB = 50 * 1024 * 1024;
  /** Containers by name. */
  readonly containers: Map<string, SimulatedContainer> = new Map();
  /** Images by name. */
  readonly images: Map<string, SimulatedImage> = new Map();
  /** Docker networks. */
  readonly networks: Set<string> = new Set();
  /** Services of kamal-proxy by name; they outlive its container. */
  readonly routes: Map<string, SimulatedRoute> = new Map();
  /** Files by path below the login's home. */
  readonly files: Map<string, SimulatedFile> = new Map();
  /** Folders by path below the login's home. */
  readonly directories: Set<string> = new Set();
  /** TCP ports that something else listens on, with its process's name. */
  readonly listening: Map<number, string> = new Map();
  readonly #apps: Apps;
  readonly #random: (() => number) | undefined;
  readonly #faults = new Faults();
  #containerCount = 0;
  #lock: { readonly details: string; readonly words: string } | undefined;

  /** Makes an empty host with a running Docker Engine. */
  constructor(name: string, { clock, registry, apps, random }: HostContext) {
    this.name = name;
    this.clock = clock;
    this.registry = registry;
    this.#apps = apps;
    this.#random = random;
  }

  /** Makes the next operation that matches fail without an effect; `times` makes it fail more often. */
  failAt(match: FaultMatch, outcome: Partial<Outcome> = {}, times = 1): void {
    const failed = { exitCode: 1, stdout: "", stderr: "it failed, as the test wanted\n" };
    this.#faults.add(match, { kind: "fail", outcome: { ...failed, ...outcome } }, times);
  }

  /** Makes the next operation that matches never end; only an abort signal ends the wait for it. */
  hangAt(match: FaultMatch): void {
    this.#faults.add(match, { kind: "hang" }, 1);
  }

  /** Cuts the connection as the next operation that matches begins; the host goes on with the script alone. */
  loseConnectionAt(match: FaultMatch): void {
    this.#faults.add(match, { kind: "lose" }, 1);
  }

  /** The fault that meets an operation now, if any; each meets as many operations as it was made for. */
  takeFault(operation: Operation): Fault | undefined {
    return this.#faults.take(operation);
  }

  /** Whether something happens that happens in this share of all cases. */
  chance(share: number): boolean {
    return this.#random !== undefined && this.#random() < share;
  }

  /** Looks a container up by its name or the beginning of its id. */
  container(nameOrId: string): SimulatedContainer | undefined {
    const byId = (container: SimulatedContainer): boolean =>
      nameOrId.length >= 12 && container.id.startsWith(nameOrId);
    return this.containers.get(nameOrId) ?? [...this.containers.values()].find(byId);
  }

  /** Looks an image up by its name or id. */
  image(nameOrId: string): SimulatedImage | undefined {
    return this.images.get(nameOrId) ??
      [...this.images.values()].find((image) => image.id === nameOrId);
  }

  /** Adds a container that was created and not started. */
  addContainer(facts: ContainerFacts): SimulatedContainer {
    const { image } = facts;
    const container: SimulatedContainer = {
      labels: {},
      network: "kamal",
      ports: {},
      joined: new Set(),
      secrets: [],
      app: this.appIn(image),
      cord: undefined,
      ...facts,
      id: sha256(`container ${++this.#containerCount} of ${this.name}`),
      serial: this.#containerCount,
      imageId: this.image(image)?.id ?? "",
      state: "created",
      startedAt: 0,
      exitCode: 0,
    };
    this.containers.set(container.name, container);
    return container;
  }

  /** What the app in an image does on this host. */
  appIn(image: string): App {
    return appOf(this.#apps[image] ?? this.#apps[tagOf(image)] ?? "healthy");
  }

  /** Who holds one of the ports that a container publishes; `undefined` where all are free. */
  portTaken(container: Pick<SimulatedContainer, "ports">): string | undefined {
    const wanted = new Set(Object.values(container.ports).flat());
    const held = [...this.containers.values()]
      .filter((other) => other !== container && other.state === "started")
      .flatMap((other) => Object.values(other.ports).flat());
    return [...held, ...[...this.listening.keys()].map(String)].find((port) => wanted.has(port));
  }

  /** Content of a file; `undefined` where there is none. */
  read(path: string): string | undefined {
    return this.files.get(path)?.text;
  }

  /** Writes a file, with the folders above it. */
  write(path: string, text: string, mode?: string): void {
    this.makeDirectory(folderOf(path));
    this.files.set(path, fileOf(text, mode));
  }

  /** Makes a folder, with those above it. */
  makeDirectory(path: string): void {
    for (let folder = path; folder !== ""; folder = folderOf(folder)) this.directories.add(folder);
  }

  /** Removes a file, or a folder with all it holds. */
  remove(path: string): void {
    const isBelow = (other: string): boolean => other === path || other.startsWith(`${path}/`);
    for (const other of [...this.files.keys()].filter(isBelow)) this.files.delete(other);
    for (const other of [...this.directories].filter(isBelow)) this.directories.delete(other);
  }

  /** The words of whoever holds a service's deploy lock; `undefined` where it is free. */
  lock(service: string): string | undefined {
    if (!this.directories.has(`.kamal/lock-${service}`)) return undefined;
    const details = this.read(`.kamal/lock-${service}/details`) ?? "";
    // Whoever watches asks again and again.
    if (this.#lock?.details !== details) this.#lock = { details, words: decode(details) };
    return this.#lock.words;
  }

  /** Takes a service's deploy lock in somebody's name. */
  holdLock(service: string, details: string): void {
    this.write(`.kamal/lock-${service}/details`, encode(details));
  }
}

/** The folder above a path; empty for the login's home. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), 0));
}

/** Base64 in lines of 60, as Kamal writes the words of a lock. */
export function encode(text: string): string {
  const base64 = btoa(String.fromCharCode(...new TextEncoder().encode(text)));
  return (base64.match(/.{1,60}/g) ?? []).map((line) => `${line}\n`).join("");
}

/** What {@linkcode encode} made; empty for what it did not make. */
export function decode(base64: string): string {
  try {
    const bytes = Uint8Array.from(atob(base64.replaceAll("\n", "")), (one) => one.charCodeAt(0));
    return new TextDecoder().decode(bytes);
  } catch {
    return "";
  }
}
