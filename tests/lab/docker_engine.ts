/**
 * A machine's Docker Engine: Debian's dockerd with a data root of its own.
 *
 * @module
 */

import type { Machine } from "./machine.ts";
import { LabError } from "./shell.ts";

/** How an engine is set up. */
export interface EngineOptions {
  /** Registry it may speak plain HTTP to, `address:port`. */
  readonly registry: string;
  /** Parent of its containers' control groups, which outlive the engine and are removed by name. */
  readonly controlGroup: string;
  /** Size of the data root in MiB. @default {that of the real machine's disk} */
  readonly diskMiB?: number;
  /** A second socket, for clients outside of the machine. */
  readonly outerSocket?: string;
}

const PROGRAM_FOLDERS = ["/usr/bin", "/usr/sbin"];

/** Starts and stops the engine of one machine. */
export class DockerEngine {
  readonly #machine: Machine;
  readonly #options: EngineOptions;

  /** Prepares nothing yet; call {@linkcode prepare} and {@linkcode start}. */
  constructor(machine: Machine, options: EngineOptions) {
    this.#machine = machine;
    this.#options = options;
  }

  /** Makes the data root. */
  async prepare(): Promise<void> {
    const size = this.#options.diskMiB;
    const mount = size === undefined
      ? ""
      : `mount -t tmpfs -o size=${size}m tmpfs ${this.#dataRoot}`;
    await this.#machine.must(`mkdir -p ${this.#dataRoot}\n${mount}`);
  }

  /**
   * Starts the engine and waits until it answers. Containers with a restart policy come back.
   *
   * @throws {LabError} If it ends or does not answer within 30 s; carries the end of its log.
   */
  async start(): Promise<void> {
    const { registry, controlGroup, outerSocket } = this.#options;
    const sockets = ["unix:///run/docker.sock"];
    if (outerSocket !== undefined) sockets.push(`unix://${outerSocket}`);
    const args = [
      `--data-root ${this.#dataRoot} --exec-root /run/docker --pidfile /run/docker.pid`,
      ...sockets.map((socket) => `-H ${socket}`),
      `--insecure-registry ${registry} --cgroup-parent ${controlGroup}`,
      "--exec-opt native.cgroupdriver=cgroupfs --log-level warn",
    ];
    await this.#machine.must(`
      dockerd ${args.join(" ")} >>${this.#log} 2>&1 </dev/null &
      engine=$! tries=0
      until [ -S /run/docker.sock ] && docker version >/dev/null 2>&1; do
        tries=$((tries + 1))
        if ! kill -0 $engine 2>/dev/null || [ $tries -gt 600 ]; then
          tail -n 20 ${this.#log}
          exit 1
        fi
        sleep 0.05
      done`);
  }

  /** Stops the engine as its service would: containers first, each with its own grace. */
  async stop(): Promise<void> {
    await this.#machine.must(`
      [ ! -e /run/docker.pid ] || pid=$(cat /run/docker.pid)
      [ -n "$pid" ] || exit 0
      kill "$pid"
      tries=0
      while kill -0 "$pid" 2>/dev/null; do
        tries=$((tries + 1))
        [ $tries -le 1200 ] || exit 1
        sleep 0.05
      done`);
  }

  /** Stops the engine and takes its programs away, as on a server nobody set up yet. */
  async uninstall(): Promise<void> {
    await this.stop();
    // The programs are the real machine's; only this one's view of the two folders changes.
    await this.#machine.must(
      PROGRAM_FOLDERS.map((folder) => `
      mkdir -p /run/without${folder}/upper /run/without${folder}/work
      layers=lowerdir=${folder},upperdir=/run/without${folder}/upper
      mount -t overlay -o $layers,workdir=/run/without${folder}/work overlay ${folder}
      rm -f ${folder}/docker ${folder}/dockerd`).join("\n"),
    );
  }

  /** Puts the programs back and starts the engine. */
  async install(): Promise<void> {
    // Lazily: what runs was started from these folders.
    await this.#machine.must(`umount -l ${PROGRAM_FOLDERS.join(" ")} && rm -rf /run/without`);
    await this.start();
  }

  /** Takes all space that is left on the data root, but for some MiB. Needs a data root of limited size. */
  async fillDisk(leaveMiB = 0): Promise<void> {
    this.#expectLimitedDisk();
    const free = `$(df --block-size=1 --output=avail ${this.#dataRoot} | tail -n 1)`;
    const length = `$((${free} - ${leaveMiB * 1024 * 1024}))`;
    // Docker writes as well, and may take some of what was counted.
    await this.#machine.must(
      `for try in $(seq 50); do fallocate --length ${length} ${this.#ballast} && exit; rm -f ${this.#ballast}; sleep 0.1; done; exit 1`,
    );
  }

  /** Gives the space back. */
  async freeDisk(): Promise<void> {
    this.#expectLimitedDisk();
    await this.#machine.must(`rm -f ${this.#ballast}`);
  }

  #expectLimitedDisk(): void {
    if (this.#options.diskMiB !== undefined) return;
    throw new LabError(`${this.#machine.name} has no disk of its own; give up() a diskMiB`);
  }

  get #dataRoot(): string {
    return `${this.#machine.folder}/docker`;
  }

  get #ballast(): string {
    return `${this.#dataRoot}/ballast`;
  }

  get #log(): string {
    return `${this.#machine.folder}/dockerd.log`;
  }
}
