/**
 * A lab's network: one bridge, and one namespace per machine.
 *
 * @module
 */

import type { LabRecord } from "./record.ts";
import { allDone, run } from "./shell.ts";

/** Where a machine stands in its lab's network. */
export interface Place {
  /** Name of the machine, such as `host1`. */
  readonly name: string;
  /** Last part of its address; also tells its link from the others'. */
  readonly number: number;
}

/** Hosts' numbers start after this one. */
export const FIRST_HOST = 11;

/** Gives the address of a machine. */
export function addressOf(lab: LabRecord, place: Place): string {
  return `${lab.range}.${place.number}`;
}

/** Gives the two ends of a host's delayed path: this machine's and the host's. */
export function delayedAddresses(lab: LabRecord, place: Place): { near: string; far: string } {
  // The upper half of the range, in pairs of their own networks of four addresses.
  const base = 128 + 4 * (place.number - FIRST_HOST);
  return { near: `${lab.range}.${base + 1}`, far: `${lab.range}.${base + 2}` };
}

/** Gives the name of the lab's bridge. */
export function bridgeOf(lab: { readonly id: string }): string {
  return `sx${lab.id}`;
}

/** Gives the name of a machine's network namespace. */
export function namespaceOf(
  lab: { readonly id: string },
  place: { readonly name: string },
): string {
  return `sx${lab.id}-${place.name}`;
}

/** Gives the name of this machine's end of the link to a machine. */
export function linkOf(lab: { readonly id: string }, place: Place): string {
  return `sx${lab.id}v${place.number}`;
}

/** Gives the name of this machine's end of a host's delayed path. */
export function delayedLinkOf(lab: { readonly id: string }, place: Place): string {
  return `sx${lab.id}d${place.number}`;
}

/**
 * Makes the bridge and all namespaces with their links.
 * They have no default route, so that a try to reach the outside fails at once.
 */
export async function makeNetwork(lab: LabRecord, places: readonly Place[]): Promise<void> {
  const bridge = bridgeOf(lab);
  const outside = [
    `link add ${bridge} address ${bridgeHardwareAddress(lab)} type bridge`,
    `address add ${lab.range}.1/25 dev ${bridge}`,
    `link set ${bridge} up`,
    ...places.flatMap((place) => [
      `netns add ${namespaceOf(lab, place)}`,
      `link add ${linkOf(lab, place)} type veth peer name eth0 netns ${namespaceOf(lab, place)}`,
      `link set ${linkOf(lab, place)} master ${bridge} up`,
    ]),
  ];
  await batch([], outside);
  await allDone(places.map((place) =>
    batch(["-n", namespaceOf(lab, place)], [
      "link set lo up",
      `address add ${addressOf(lab, place)}/25 dev eth0`,
      "link set eth0 up",
    ])
  ));
}

async function batch(options: readonly string[], lines: readonly string[]): Promise<void> {
  await run("ip", [...options, "-batch", "-"], { input: `${lines.join("\n")}\n` });
}

/** Without one of its own a bridge takes a port's, and changes it with the next port. */
function bridgeHardwareAddress(lab: LabRecord): string {
  const bytes = [2, 0, ...lab.range.split(".").map(Number), 1];
  return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(":");
}
