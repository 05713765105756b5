/**
 * The plans of `app maintenance` and `app live`.
 *
 * @module
 */

import type { Role } from "../config/config.ts";
import type { RouteState } from "../observe/host_state.ts";
import type { Operation } from "../operations/operation.ts";
import { appHosts, lookUp, selectedRoles } from "./current.ts";
import type { PlanInput } from "./input.ts";
import type { Plan } from "./plan.ts";
import { told } from "./proxy.ts";
import { resumeLeft } from "./release_phase.ts";
import { plan, script, stage, step } from "./stages.ts";

/** What `app maintenance` is told. */
export interface MaintenanceOptions {
  /** What visitors are told. @default {kamal-proxy's own words} */
  readonly message?: string | undefined;
  /** Seconds that requests under way have to end. @default {the app's `drainTimeout`} */
  readonly drainTimeout?: number | undefined;
}

/** Plans `app maintenance`: every route answers 503, with a message, until `app live`. */
export function planMaintenance(input: PlanInput, options: MaintenanceOptions): Plan {
  const { message, drainTimeout = input.config.drainTimeout } = options;
  // A route that is stopped already may be given other words.
  const isWanted = (route: RouteState): boolean =>
    route.state !== "stopped" || message !== undefined;
  return onRoutes(
    input,
    "app maintenance",
    "Started maintenance",
    (role, route) =>
      isWanted(route)
        ? [{ kind: "begin-maintenance", service: role.containerPrefix, drainTimeout, message }]
        : [],
  );
}

/** Plans `app live`: the end of `app maintenance`. */
export function planLive(input: PlanInput): Plan {
  return onRoutes(input, "app live", "Ended maintenance", (role, route) => {
    if (route.state === "paused") return [resumeLeft(input, role)];
    return route.state === "running"
      ? []
      : [{ kind: "end-maintenance", service: role.containerPrefix }];
  });
}

function onRoutes(
  input: PlanInput,
  verb: string,
  message: string,
  operationsOn: (role: Role, route: RouteState) => readonly Operation[],
): Plan {
  const scripts = appHosts(input).map((host) => {
    const steps = selectedRoles(input, host).flatMap((role) => {
      const { route } = lookUp(input, host, role);
      const operations = route === undefined ? [] : operationsOn(role, route);
      return operations.length === 0 ? [] : [step(`${host} route ${role.name}`, ...operations)];
    });
    return script(host, told(input, host, steps, message));
  });
  return plan(input, verb, [stage("apply", scripts)], { lock: true });
}
