/**
 * One machine of a lab: namespaces of its own for network, mounts, processes, host name and shared
 * memory. Its process 1 is the handle: when that ends, the kernel ends all that ran inside.
 *
 * @module
 */

import { addressOf, namespaceOf, type Place } from "./network.ts";
import { identify, isAlive, type LabRecord, type ProcessIdentity } from "./record.ts";
import { attempt, LabError, type Output, SYSTEM_PATH } from "./shell.ts";

/**
 * Runs as process 1. It says its id as the machine outside knows it, which the old /proc still
 * tells, and then stays to collect orphans.
 */
const FIRST_PROCESS = `set -e
name=$1 folder=$2 address=$3
read -r pid rest </proc/self/stat
hostname "$name"
mount -t proc proc /proc
mount --bind "$folder/root" /root
mount -t tmpfs -o mode=1777 tmpfs /tmp
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs -o mode=755 tmpfs /usr/local
mkdir /run/sshd /run/lock /run/etc
echo "127.0.0.1 localhost
$address $name" >/run/etc/hosts
echo "$name" >/run/etc/hostname
: >/run/etc/resolv.conf
sed 's/^root:[^:]*/root:*/' /etc/shadow >/run/etc/shadow
chmod 600 /run/etc/shadow
for file in hosts hostname resolv.conf shadow; do
  [ ! -e /etc/$file ] || mount --bind /run/etc/$file "$(readlink -f /etc/$file)"
done
echo "$pid"
exec >/dev/null 2>&1 </dev/null
sleep infinity &
wait
`;

const ENVIRONMENT = [
  "HOME=/root",
  "USER=root",
  "LOGNAME=root",
  "SHELL=/bin/sh",
  `PATH=${SYSTEM_PATH}`,
];

/** A running machine. */
export class Machine {
  /** Name, also the host name inside. */
  readonly name: string;
  /** Its address in the lab's network. */
  readonly address: string;
  /** Folder on the disk of the real machine; the same path is visible inside. */
  readonly folder: string;
  readonly #first: ProcessIdentity;

  private constructor(name: string, address: string, folder: string, first: ProcessIdentity) {
    this.name = name;
    this.address = address;
    this.folder = folder;
    this.#first = first;
  }

  /**
   * Starts a machine with nothing on it but an empty /root, /tmp, /run, /dev/shm and /usr/local.
   *
   * @throws {LabError} If a namespace or mount is refused.
   */
  static async start(lab: LabRecord, place: Place, folder: string): Promise<Machine> {
    const address = addressOf(lab, place);
    await Deno.mkdir(`${folder}/root`, { recursive: true });
    await Deno.chmod(`${folder}/root`, 0o700);
    // A file, so that a list of processes stays readable.
    await Deno.writeTextFile(`${folder}/first_process`, FIRST_PROCESS);
    const output = await attempt("setsid", [
      "nsenter",
      `--net=/run/netns/${namespaceOf(lab, place)}`,
      ...["unshare", "--mount", "--uts", "--ipc", "--pid", "--propagation", "private"],
      // The shell that unshares stays outside; its first child is process 1.
      ...["sh", "-c", 'sh "$0" "$@" </dev/null &', `${folder}/first_process`],
      ...[place.name, folder, address],
    ]);
    const pid = Number(output.stdout);
    if (pid > 0) return new Machine(place.name, address, folder, await identify(pid));
    throw new LabError(`Cannot start ${place.name}: ${output.stderr.trim() || "no process id"}`);
  }

  /** Runs a shell command as root inside, from /root. */
  async exec(command: string): Promise<Output> {
    if (!await isAlive(this.#first)) throw new LabError(`${this.name} does not run any more`);
    const enter = ["--target", `${this.#first.pid}`, "--mount", "--uts", "--ipc", "--net", "--pid"];
    const shell = ["env", "-i", ...ENVIRONMENT, "sh", "-c", `cd\n${command}`];
    return await attempt("nsenter", [...enter, "--", ...shell]);
  }

  /**
   * Runs a shell command inside that must succeed, and gives its standard output.
   *
   * @throws {LabError} If it fails; carries the command's last words.
   */
  async must(command: string): Promise<string> {
    const output = await this.exec(command);
    if (output.code === 0) return output.stdout;
    const said = `${output.stdout}\n${output.stderr}`.trim().slice(-2000);
    throw new LabError(`${this.name}: ${command.slice(0, 200)} ended with ${output.code}: ${said}`);
  }
}
