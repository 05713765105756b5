/**
 * A host's sshd, with a host key of its own.
 *
 * @module
 */

import type { Machine } from "./machine.ts";
import { run } from "./shell.ts";

/** Starts, stops and disturbs the sshd of one host. */
export class SshServer {
  readonly #machine: Machine;

  /** Prepares nothing yet; call {@linkcode prepare} and {@linkcode start}. */
  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** Makes the host key and lets one user key in as root. */
  async prepare(userPublicKey: string): Promise<void> {
    const { folder } = this.#machine;
    await Deno.mkdir(`${folder}/root/.ssh`, { mode: 0o700 });
    const keys = `${folder}/root/.ssh/authorized_keys`;
    await Deno.writeTextFile(keys, userPublicKey, { mode: 0o600 });
    await Deno.writeTextFile(`${folder}/sshd_config`, settings(folder));
    await this.makeHostKey();
  }

  /** Makes a new host key; a running listener goes on with the old one. */
  async makeHostKey(): Promise<void> {
    const file = hostKeyFile(this.#machine.folder);
    await run("rm", ["-f", file, `${file}.pub`]);
    const comment = ["-C", this.#machine.name];
    await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", ...comment, "-f", file]);
  }

  /** Gives the public host key as it stands in a known_hosts line: type and key. */
  async hostKey(): Promise<string> {
    const line = await Deno.readTextFile(`${hostKeyFile(this.#machine.folder)}.pub`);
    return line.split(" ").slice(0, 2).join(" ");
  }

  /** Starts the listener and waits until it listens. */
  async start(): Promise<void> {
    const { folder } = this.#machine;
    // The file with its process id is written once it listens.
    await this.#machine.must(`
      /usr/sbin/sshd -f ${folder}/sshd_config -E ${folder}/sshd.log
      tries=0
      until [ -s /run/sshd.pid ]; do
        tries=$((tries + 1))
        [ $tries -le 200 ] || { cat ${folder}/sshd.log; exit 1; }
        sleep 0.05
      done`);
  }

  /** Ends the listener: new connections are refused, open ones live on. */
  async stop(): Promise<void> {
    await this.#machine.must(`
      [ -e /run/sshd.pid ] || exit 0
      pid=$(cat /run/sshd.pid)
      kill -KILL "$pid"
      while kill -0 "$pid" 2>/dev/null; do sleep 0.01; done
      rm /run/sshd.pid`);
  }

  /** Ends all open connections at once; the listener lives on. */
  async killConnections(): Promise<void> {
    await this.#machine.must(`
      for pid in $(busybox pidof sshd); do
        [ "$pid" = "$(cat /run/sshd.pid 2>/dev/null)" ] || kill -KILL "$pid"
      done`);
  }

  /** Stops the listener and all sessions in their tracks: connections open, and nothing answers. */
  async freeze(): Promise<void> {
    await this.#machine.must("busybox killall -STOP sshd");
  }

  /** Lets them go on. */
  async thaw(): Promise<void> {
    await this.#machine.must("busybox killall -CONT sshd");
  }
}

function hostKeyFile(folder: string): string {
  return `${folder}/ssh_host_ed25519_key`;
}

/** Debian's settings as far as they matter, without PAM, which would need services of its own. */
function settings(folder: string): string {
  return [
    `HostKey ${hostKeyFile(folder)}`,
    "PidFile /run/sshd.pid",
    "PermitRootLogin prohibit-password",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "UsePAM no",
    "UseDNS no",
    "PrintMotd no",
    "AcceptEnv LANG LC_*",
    "Subsystem sftp /usr/lib/openssh/sftp-server",
    "",
  ].join("\n");
}
