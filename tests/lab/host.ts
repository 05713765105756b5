/**
 * A host of a lab, with all that can go wrong with one.
 *
 * @module
 */

import type { DockerEngine } from "./docker_engine.ts";
import type { Machine } from "./machine.ts";
import type { Output } from "./shell.ts";
import { run } from "./shell.ts";
import type { SshServer } from "./ssh_server.ts";

/** How to log in to a host. */
export interface Login {
  /** Always root. */
  readonly user: string;
  /** Port of sshd. */
  readonly port: number;
  /** Private key that is let in, without a passphrase. */
  readonly privateKeyFile: string;
}

/** What a host is made of. */
export interface HostParts {
  /** Its namespaces. */
  readonly machine: Machine;
  /** Its Docker Engine. */
  readonly engine: DockerEngine;
  /** Its sshd. */
  readonly sshServer: SshServer;
  /** This machine's end of its link. */
  readonly link: string;
  /** Its address on the delayed path. */
  readonly delayedAddress: string;
  /** How to log in. */
  readonly login: Login;
}

/** A host with real sshd and Docker Engine, as a server somewhere else would be. */
export class LabHost {
  /** Host name, such as `host1`. */
  readonly name: string;
  /** Address in the lab's network. */
  readonly address: string;
  /** Address that answers only while the lab's delay is on. */
  readonly delayedAddress: string;
  /** How to log in. */
  readonly ssh: Login;
  /** Its /root as a folder of the real machine. */
  readonly root: string;
  readonly #parts: HostParts;

  /** A host of running parts; `up()` makes them. */
  constructor(parts: HostParts) {
    this.name = parts.machine.name;
    this.address = parts.machine.address;
    this.delayedAddress = parts.delayedAddress;
    this.ssh = parts.login;
    this.root = `${parts.machine.folder}/root`;
    this.#parts = parts;
  }

  /** Runs a shell command inside as root, not through SSH: it works whatever is broken. */
  exec(command: string): Promise<Output> {
    return this.#parts.machine.exec(command);
  }

  /**
   * Like {@linkcode exec} for a command that must succeed; gives its standard output.
   *
   * @throws {LabError} If the command fails.
   */
  must(command: string): Promise<string> {
    return this.#parts.machine.must(command);
  }

  /** Gives the public host key, type and key. */
  hostKey(): Promise<string> {
    return this.#parts.sshServer.hostKey();
  }

  /** Stops sshd and its sessions in their tracks: connections open, and nothing answers. */
  freeze(): Promise<void> {
    return this.#parts.sshServer.freeze();
  }

  /** Undoes {@linkcode freeze}. */
  thaw(): Promise<void> {
    return this.#parts.sshServer.thaw();
  }

  /** Unplugs the network: new connections find no route after some seconds, open ones hang. */
  async cut(): Promise<void> {
    await run("ip", ["link", "set", this.#parts.link, "down"]);
    await this.#setDelayedLink("down");
  }

  /** Undoes {@linkcode cut}. */
  async heal(): Promise<void> {
    await run("ip", ["link", "set", this.#parts.link, "up"]);
    await this.#setDelayedLink("up");
  }

  /** Swallows all packets in both directions without a word: connecting hangs until a timeout. */
  async drop(): Promise<void> {
    await this.must(dropRules("-I"));
  }

  /** Undoes {@linkcode drop}. */
  async undrop(): Promise<void> {
    await this.must(dropRules("-D"));
  }

  /** Ends all open SSH connections; commands started through them may go on. */
  killConnections(): Promise<void> {
    return this.#parts.sshServer.killConnections();
  }

  /** Ends sshd's listener: new connections are refused, open ones live on. */
  stopSshd(): Promise<void> {
    return this.#parts.sshServer.stop();
  }

  /** Undoes {@linkcode stopSshd}. */
  startSshd(): Promise<void> {
    return this.#parts.sshServer.start();
  }

  /** Stops the Docker Engine and its containers. */
  stopDocker(): Promise<void> {
    return this.#parts.engine.stop();
  }

  /** Starts the Docker Engine; containers with a restart policy come back. */
  startDocker(): Promise<void> {
    return this.#parts.engine.start();
  }

  /** Takes Docker off the host: `docker` is no command any more. */
  uninstallDocker(): Promise<void> {
    return this.#parts.engine.uninstall();
  }

  /** Undoes {@linkcode uninstallDocker}. */
  installDocker(): Promise<void> {
    return this.#parts.engine.install();
  }

  /** Fills Docker's disk to the last byte; only for labs with `diskMiB`. */
  fillDisk(leaveMiB = 0): Promise<void> {
    return this.#parts.engine.fillDisk(leaveMiB);
  }

  /** Undoes {@linkcode fillDisk}. */
  freeDisk(): Promise<void> {
    return this.#parts.engine.freeDisk();
  }

  /** Gives sshd a new host key, as a reinstalled server has; known_hosts keeps the old one. */
  async changeHostKey(): Promise<void> {
    await this.#parts.sshServer.stop();
    await this.#parts.sshServer.makeHostKey();
    await this.#parts.sshServer.start();
  }

  /** The delayed path exists only while the delay is on. */
  async #setDelayedLink(state: "up" | "down"): Promise<void> {
    await this.must(`[ ! -e /proc/sys/net/ipv4/conf/delay0 ] || ip link set delay0 ${state}`);
  }
}

/** Before connection tracking and address translation, so that published ports fall silent too. */
function dropRules(action: "-I" | "-D"): string {
  return ["eth0", "delay0"].flatMap((link) => [
    `iptables --wait -t raw ${action} PREROUTING -i ${link} -j DROP`,
    `iptables --wait -t raw ${action} OUTPUT -o ${link} -j DROP`,
    // What containers answer passes neither of the two.
    `iptables --wait -t mangle ${action} POSTROUTING -o ${link} -j DROP`,
  ]).join(" && ");
}
