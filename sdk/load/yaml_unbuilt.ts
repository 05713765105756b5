/**
 * Kamal's keys that have no effect here yet, or another name: using one is an error that says what to do.
 *
 * @module
 */

import type { YamlNode } from "./yaml_node.ts";

/** A key that is refused. */
export interface RefusedKey {
  /** What is wrong with it, and what to do instead. */
  readonly message: string;
  /** The values that ask for what is done anyway. */
  readonly isHarmless?: (node: YamlNode) => boolean;
}

/** The refused key at a place; `undefined` for all others. */
export function refusedKey(place: string): RefusedKey | undefined {
  // A role's proxy has the keys of the app's.
  return REFUSED_KEYS.get(place) ??
    REFUSED_KEYS.get(place.replace(/^servers\.\*\.proxy\./, "proxy."));
}

/** The refused keys right below a place. */
export function refusedKeysIn(place: string): readonly string[] {
  const prefix = place === "" ? "" : `${place}.`;
  return [...REFUSED_KEYS.keys()].filter((key) => key.startsWith(prefix))
    .map((key) => key.slice(prefix.length))
    .filter((key) => !key.includes("."));
}

/** Every refused key by its place, where `*` stands for any name. */
export const REFUSED_KEYS: ReadonlyMap<string, RefusedKey> = new Map<string, RefusedKey>([
  ["output", { message: notYet("leave it out; sextant --json writes every event as a line") }],
  ["sshkit.pool_idle_timeout", {
    message: notYet("leave it out, every host has one connection for the whole run"),
  }],
  ["run_directory", {
    message: "has no effect since Kamal 2, all is in .kamal: leave it out",
    isHarmless: is(".kamal"),
  }],
  ["accessories.*.proxy", { message: notYet("publish a port instead: port") }],
  ["servers.*.env.tags", { message: "belongs to the app's env alone: write it there" }],
  ["accessories.*.env.tags", { message: "belongs to the app's env alone: write it there" }],
  ["healthcheck.cmd", {
    message:
      "is of Kamal 1: it belongs to traefik, kamal-proxy asks for healthcheck.path by itself; leave it out",
  }],
  ["healthcheck.cord", {
    message: "is of Kamal 1: it belongs to traefik, kamal-proxy needs none; leave it out",
  }],
  ["healthcheck.exposed_port", {
    message: "is of Kamal 1: nothing is published for a health check, leave it out",
  }],
  ["healthcheck.log_lines", {
    message: "is of Kamal 1: the last lines of a failed container are shown, leave it out",
  }],
  ["servers.*.healthcheck", {
    message:
      "is of Kamal 1: write proxy.healthcheck for a role with a proxy, options.health-cmd for another",
  }],
]);

function notYet(instead: string): string {
  return `is not built yet: ${instead}`;
}

function is(value: unknown): (node: YamlNode) => boolean {
  return (node) => node.content === value;
}
