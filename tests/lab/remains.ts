/**
 * Looks for what a lab could leave on the machine, without using what made it.
 *
 * @module
 */

import { identify, isAlive, type ProcessIdentity } from "./record.ts";
import { exists, run } from "./shell.ts";

/** A process of a lab. */
export interface LabProcess extends ProcessIdentity {
  /** Name of its program. */
  readonly program: string;
}

/** Gives all processes of a lab: those in its network namespaces and all that come from them. */
export async function processesOf(id: string): Promise<LabProcess[]> {
  const names = (await run("ip", ["netns", "list"])).matchAll(/^\S+/gm);
  const own = [...names].map((match) => match[0]).filter((name) => name.startsWith(`sx${id}-`));
  const lists = await Promise.all(own.map((name) => run("ip", ["netns", "pids", name])));
  const members = new Set(lists.flatMap((list) => list.match(/\d+/g) ?? []).map(Number));
  const parents = await allProcesses();
  for (const { pid, parent } of parents) if (members.has(parent)) members.add(pid);
  const found = await Promise.all(
    parents.filter(({ pid }) => members.has(pid)).map(async ({ pid, program }) => {
      const process = await identify(pid).catch(() => undefined);
      // Some end between being listed and being looked at.
      return process === undefined ? [] : [{ ...process, program }];
    }),
  );
  return found.flat();
}

/** Gives those of the processes that still run. */
export async function survivorsOf(processes: readonly LabProcess[]): Promise<LabProcess[]> {
  const alive = await Promise.all(processes.map(isAlive));
  return processes.filter((_, index) => alive[index]);
}

/** Gives every trace of a lab in network, mounts, control groups, firewall and folders. */
export async function remainsOf(id: string): Promise<string[]> {
  const texts = await Promise.all([
    run("ip", ["netns", "list"]),
    run("ip", ["-o", "link"]),
    run("ip", ["-4", "-o", "address"]),
    run("ip", ["-4", "route"]),
    run("iptables-save", []),
    Deno.readTextFile("/proc/mounts"),
    run("find", ["/sys/fs/cgroup", "-name", `sextant-lab-${id}*`]),
  ]);
  const range = `10.${id.replace("-", ".")}.`;
  const marks = [`sx${id}`, `sextant-lab-${id}`, `sextant-lab/${id}`, ` ${range}`];
  const lines = texts.join("\n").split("\n");
  const remains = lines.filter((line) => marks.some((mark) => mark !== "" && line.includes(mark)));
  for (const folder of [`/var/lib/sextant-lab/${id}`, `/run/sextant-lab/${id}`]) {
    if (await exists(folder)) remains.push(folder);
  }
  return remains;
}

/** All processes of the machine, parents before their children. */
async function allProcesses(): Promise<{ pid: number; parent: number; program: string }[]> {
  const names = (await Array.fromAsync(Deno.readDir("/proc"))).map((entry) => entry.name);
  const pids = names.filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map(async (pid) => {
    const stat = await Deno.readTextFile(`/proc/${pid}/stat`).catch(() => "");
    const parts = /^\d+ \((.*)\) \S (\d+) (?:\S+ ){17}(\d+)/s.exec(stat);
    if (parts === null) return [];
    return [{ pid, program: parts[1] ?? "", parent: Number(parts[2]), start: Number(parts[3]) }];
  }));
  return found.flat().sort((one, other) => one.start - other.start || one.pid - other.pid);
}
