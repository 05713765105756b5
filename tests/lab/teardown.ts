/**
 * Removes all that a lab made, found by the names that carry the lab's id: it works as well for a
 * lab whose owner was killed in the middle of anything.
 *
 * @module
 */

import { bridgeOf, namespaceOf } from "./network.ts";
import {
  exclusively,
  forget,
  identify,
  isAlive,
  isOwned,
  labs,
  type ProcessIdentity,
} from "./record.ts";
import { attempt, exists, LabError, run, until } from "./shell.ts";

/** Gives the folder with the data of a lab: file systems of its machines, images, keys. */
export function dataFolder(lab: { readonly id: string }): string {
  // Not below /run, /tmp or /root, which each machine has of its own.
  return `/var/lib/sextant-lab/${lab.id}`;
}

/** Gives the parent control group of all containers of a lab. */
export function controlGroupOf(lab: { readonly id: string }): string {
  return `/sextant-lab-${lab.id}`;
}

/** Takes down all labs whose owner is dead, and gives their ids. Labs in use are left alone. */
export async function reap(): Promise<string[]> {
  return await exclusively(async () => {
    const reaped = [];
    for (const lab of await labs()) {
      if (await isOwned(lab)) continue;
      await tearDown(lab);
      reaped.push(lab.id);
    }
    return reaped;
  });
}

/**
 * Takes a lab down: processes, then network, control groups, data, and last its record.
 * What is gone already is no failure.
 *
 * @throws {LabError} If something of it cannot be removed; its record stays for a later try.
 */
export async function tearDown(lab: { readonly id: string }): Promise<void> {
  // What a killed owner had started may still add to the network for a moment.
  while ((await namespacesOf(lab)).length > 0 || (await linksOf(lab)).length > 0) {
    const namespaces = await namespacesOf(lab);
    await killAll(lab, namespaces);
    for (const name of namespaces) await run("ip", ["netns", "delete", name]);
    // A link's end may have gone together with its namespace since it was listed.
    for (const name of await linksOf(lab)) await attempt("ip", ["link", "delete", name]);
  }
  await until(`control groups of lab ${lab.id} to empty`, () => removeControlGroups(lab));
  await run("rm", ["-rf", "--one-file-system", dataFolder(lab)]);
  await forget(lab.id);
}

async function namespacesOf(lab: { readonly id: string }): Promise<string[]> {
  if (!await exists("/run/netns")) return [];
  const prefix = namespaceOf(lab, { name: "" });
  const names = await Array.fromAsync(Deno.readDir("/run/netns"), (entry) => entry.name);
  return names.filter((name) => name.startsWith(prefix)).sort();
}

/**
 * Kills what runs in the lab's network namespaces. Each machine's process 1 is among it, and with
 * that the kernel ends all of its containers, whose namespaces are others. Membership is asked of
 * the kernel right before, so no foreign process with a reused id is hit.
 */
async function killAll(lab: { readonly id: string }, namespaces: readonly string[]): Promise<void> {
  const killed: ProcessIdentity[] = [];
  await until(`processes of lab ${lab.id} to end`, async () => {
    const lists = await Promise.all(
      namespaces.map((name) => attempt("ip", ["netns", "pids", name])),
    );
    const pids = lists.flatMap((list) => list.stdout.split("\n").filter((line) => line !== ""));
    for (const pid of pids.map(Number)) {
      const process = await identify(pid).catch(() => undefined);
      if (process !== undefined) killed.push(process);
      kill(pid);
    }
    // A process leaves its network first and dies later: process 1 last of all inside.
    return pids.length === 0 && !(await Promise.all(killed.map(isAlive))).includes(true);
  });
}

function kill(pid: number): void {
  try {
    Deno.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function linksOf(lab: { readonly id: string }): Promise<string[]> {
  const listed = await run("ip", ["-o", "link"]);
  const names = [...listed.matchAll(/^\d+: ([^:@]+)/gm)].map((match) => match[1] ?? "");
  const own = new RegExp(`^${bridgeOf(lab)}([vd]\\d+)?$`);
  return names.filter((name) => own.test(name));
}

/** Removes the lab's control groups, leaves first; says whether none is left. */
async function removeControlGroups(lab: { readonly id: string }): Promise<boolean> {
  const name = controlGroupOf(lab).slice(1);
  const root = "/sys/fs/cgroup";
  const hierarchies = [root];
  for await (const entry of Deno.readDir(root)) {
    // Symbolic links are second names of the same hierarchy.
    if (entry.isDirectory) hierarchies.push(`${root}/${entry.name}`);
  }
  const own = hierarchies.map((hierarchy) => `${hierarchy}/${name}`);
  const there = [];
  for (const path of own) if (await exists(path)) there.push(path);
  if (there.length === 0) return true;
  const output = await attempt("find", [
    ...there,
    "-depth",
    "-type",
    "d",
    "-exec",
    "rmdir",
    "{}",
    "+",
  ]);
  return output.code === 0;
}

/** Tells that a lab could not be taken down, and how to try again. */
export function leftBehind(lab: { readonly id: string }, cause: unknown): LabError {
  return new LabError(
    `Cannot take lab ${lab.id} down; run: deno run -A tests/lab/lab.ts down`,
    { cause },
  );
}
