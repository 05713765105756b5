/**
 * The question before a plan is run.
 *
 * @module
 */

import type { Plan } from "../plan/plan.ts";
import { counted, shortVersion } from "./layout.ts";

/** Asks for a plan by what is about to change and where, such as `deploy 8c1f2ab to production (3 hosts)?`. */
export function renderQuestion({ verb, service, destination, version, hosts }: Plan): string {
  const count = counted(hosts.length, "host");
  const place = destination === undefined ? count : `${destination} (${count})`;
  const named = shortVersion(version);
  const what = destination === undefined ? `${service} ` : "";
  switch (verb) {
    case "deploy":
    case "redeploy":
      return `${verb} ${what}${named} to ${place}?`;
    case "setup":
      return `set up ${place} and deploy ${what}${named}?`;
    case "rollback":
      return `roll ${what}back to ${named} on ${place}?`;
    case "app boot":
      return `boot ${what}${named} on ${place}?`;
    case "upgrade":
      return `put ${what}${named} behind kamal-proxy on ${place}?`;
    case "remove":
      return `remove ${service} with its accessories and their data from ${place}?`;
    default:
      return `${verb} ${what === "" ? "" : `of ${what}`}on ${place}?`;
  }
}
