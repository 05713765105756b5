/**
 * Names on hosts: of the service, its roles, accessories and destinations.
 *
 * @module
 */

import type { ReportProblem } from "./problems.ts";

/** Complains about a service whose name a container could not begin with. */
export function checkService(service: unknown, report: ReportProblem): void {
  if (typeof service === "string" && /^[a-z0-9][a-z0-9_-]*$/i.test(service)) return;
  report(
    ["service"],
    service === undefined
      ? "is missing, the name of the app on its hosts"
      : "should be letters, digits, hyphens and underscores, and begin with a letter or digit",
  );
}

/** Whether containers, paths and labels can carry a name. */
export function isName(name: string): boolean {
  return /^[a-z0-9][a-z0-9_.-]*$/i.test(name);
}

/** What {@linkcode isName} asks for, in words. */
export const NAME_RULE =
  "should be named with letters, digits, dots, hyphens and underscores, beginning with a letter or digit";
