/**
 * Who runs which lab: one folder per lab under /run, so that labs never meet and a dead owner's lab
 * is found.
 *
 * @module
 */

import { attempt, exists, LabError } from "./shell.ts";

/** A process that cannot be mistaken for a later one with the same id. */
export interface ProcessIdentity {
  /** Process id. */
  readonly pid: number;
  /** Start time in clock ticks since boot, as the kernel counts it. */
  readonly startTime: number;
}

/** What is written down about a lab before anything of it is made. */
export interface LabRecord {
  /** Names the lab on this machine, such as `77-0`; everything it makes carries it in its name. */
  readonly id: string;
  /** First three parts of the lab's addresses, such as `10.77.0`. */
  readonly range: string;
  /** The process that takes the lab down. */
  readonly owner: ProcessIdentity;
  /** Whether that process waits for nothing but the word to take it down. */
  readonly isKept: boolean;
}

const RECORDS = "/run/sextant-lab";

/** Runs something that no other process does at the same time: claiming, reaping, installing. */
export async function exclusively<T>(use: () => Promise<T>): Promise<T> {
  await Deno.mkdir(RECORDS, { recursive: true });
  using file = await Deno.open(`${RECORDS}/lock`, { create: true, write: true });
  // Released by the kernel when the file is closed or this process dies.
  await file.lock(true);
  return await use();
}

/**
 * Writes down a new lab of this process, in an address range that nobody uses.
 * To be called within {@linkcode exclusively}.
 *
 * @throws {LabError} If no range is free.
 */
export async function claim(isKept: boolean): Promise<LabRecord> {
  const used = await usedAddresses();
  for (let number = 0; number < 20 * 256; number++) {
    const [second, third] = [77 + Math.floor(number / 256), number % 256];
    const record = {
      id: `${second}-${third}`,
      range: `10.${second}.${third}`,
      owner: await identify(Deno.pid),
      isKept,
    };
    if (used.includes(`10.${second}.${third}.`) || await exists(recordFolder(record.id))) continue;
    await Deno.mkdir(recordFolder(record.id));
    await Deno.writeTextFile(recordFile(record.id), JSON.stringify(record));
    return record;
  }
  throw new LabError("No address range between 10.77.0.0 and 10.96.255.0 is free for a lab");
}

/** Gives all labs written down on this machine; one without a readable record gives its id only. */
export async function labs(): Promise<(LabRecord | { readonly id: string })[]> {
  const found = [];
  if (!await exists(RECORDS)) return [];
  for await (const entry of Deno.readDir(RECORDS)) {
    if (entry.isDirectory) found.push(await read(entry.name));
  }
  return found.sort((one, other) => one.id.localeCompare(other.id));
}

/** Tells whether the owner of a lab still runs. */
export async function isOwned(lab: LabRecord | { readonly id: string }): Promise<boolean> {
  return "owner" in lab && await isAlive(lab.owner);
}

/** Strikes a lab off, once all it made is gone. */
export async function forget(id: string): Promise<void> {
  if (await exists(recordFolder(id))) await Deno.remove(recordFolder(id), { recursive: true });
}

/** Gives the identity of a process. */
export async function identify(pid: number): Promise<ProcessIdentity> {
  return { pid, startTime: Number((await fieldsOf(pid))[19]) };
}

/** Tells whether that very process still runs. */
export async function isAlive(process: ProcessIdentity): Promise<boolean> {
  const fields = await fieldsOf(process.pid).catch(() => undefined);
  // A dead process stays listed until its parent asks for its status.
  return fields !== undefined && fields[0] !== "Z" && Number(fields[19]) === process.startTime;
}

/** Fields of /proc/PID/stat, from the state on. */
async function fieldsOf(pid: number): Promise<string[]> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  // The program's name may hold spaces and brackets; the fields start after the last bracket.
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

async function read(id: string): Promise<LabRecord | { readonly id: string }> {
  try {
    return JSON.parse(await Deno.readTextFile(recordFile(id)));
  } catch {
    // Its owner died between making the folder and writing the file.
    return { id };
  }
}

/** Addresses and routes of this machine, as text to look for a range in. */
async function usedAddresses(): Promise<string> {
  const [addresses, routes] = await Promise.all([
    attempt("ip", ["-4", "-o", "address"]),
    attempt("ip", ["-4", "route", "show", "table", "all"]),
  ]);
  return `${addresses.stdout}\n${routes.stdout}`;
}

function recordFolder(id: string): string {
  return `${RECORDS}/${id}`;
}

function recordFile(id: string): string {
  return `${recordFolder(id)}/lab.json`;
}
