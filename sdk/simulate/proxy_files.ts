/**
 * Files that kamal-proxy's routes need on a simulated host: certificates and error pages.
 *
 * @module
 */

import { APPS_CONFIG, inProxy } from "../operations/own_certificate.ts";
import type { SimulatedHost } from "./host.ts";

/** The first of a route's certificates and error pages that is not there; `undefined` where all are. */
export function missingFile(flags: readonly string[], host: SimulatedHost): string | undefined {
  const folder = inProxy(APPS_CONFIG);
  for (const flag of flags.filter((flag) => flag.includes(`=${folder}/`))) {
    const path = APPS_CONFIG + flag.slice(flag.indexOf(folder) + folder.length);
    const isThere = [...host.files.keys()].some((file) => `${file}/`.startsWith(`${path}/`));
    if (!isThere) return path;
  }
  return undefined;
}

/** What kamal-proxy does with its routes as it starts: it drops all of them where it misses the files of one. */
export function restoreRoutes(host: SimulatedHost): void {
  const isBare = [...host.routes.values()].some(({ flags = [] }) =>
    missingFile(flags, host) !== undefined
  );
  if (isBare) host.routes.clear();
}
