/**
 * How many containers of a role stand on each of its hosts.
 *
 * @module
 */

import type { RunOptions } from "./config.ts";

/** Why a role cannot have several containers on one host; `undefined` where it can. */
export function replicasProblem(options: RunOptions): string | undefined {
  const publish = [options["publish"] ?? []].flat().map(String);
  const fixed = publish.find((port) => port.includes(":"));
  if (fixed !== undefined) {
    return `publishes ${fixed}, and only one container of a host can have that port`;
  }
  return options["network"] === "host"
    ? "has the host's own network, where only one container can have its port"
    : undefined;
}
