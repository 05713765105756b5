/**
 * The plans that show logs: of the app, accessories, and what stands before them.
 *
 * @module
 */

import type { Operation } from "../operations/operation.ts";
import { accessoriesNamed } from "./accessory.ts";
import { ask, found } from "./ask.ts";
import { containersAt, isCanary, lookUp, selectedRoles, versionOf } from "./current.ts";
import { type PlanInput, stateOf } from "./input.ts";
import type { Plan } from "./plan.ts";
import { proxyHosts } from "./proxy.ts";
import { step } from "./stages.ts";
import { traefikHosts } from "./traefik.ts";

/** How logs are shown. */
export interface LogOptions {
  /** Lines from the end. @default {100} unless `since` or `grep` is given */
  readonly lines?: number | undefined;
  /** Only what is newer. */
  readonly since?: string | undefined;
  /** Only lines that match. */
  readonly grep?: string | undefined;
  /** Options of grep. */
  readonly grepOptions?: string | undefined;
  /** Whether to go on as lines come. @default {false} */
  readonly follow?: boolean | undefined;
  /** Whether to leave out the time before each line. @default {false} */
  readonly skipTimestamps?: boolean | undefined;
}

/** Plans `app logs`: of the containers that serve, or of a version's. */
export function planAppLogs(
  input: PlanInput,
  version: string | undefined,
  options: LogOptions,
): Plan {
  return found(ask(input, "app logs", (host) =>
    selectedRoles(input, host).flatMap((role) => {
      const { containers, serving } = lookUp(input, host, role);
      const shown = version !== undefined
        ? [
          ...containersAt(input, host, role, version),
          ...containers.filter((one) => isCanary(one) && versionOf(role, one) === version),
        ]
        : serving.length > 0
        ? serving
        : containers.slice(0, 1);
      return shown.map(({ name }) => step(`${host} logs ${name}`, logs(name, options)));
    })));
}

/** Plans `accessory logs`. */
export function planAccessoryLogs(input: PlanInput, name: string, options: LogOptions): Plan {
  const accessories = accessoriesNamed(input.config, name);
  return found(
    ask(
      input,
      "accessory logs",
      (host) =>
        accessories.filter(({ hosts, service }) =>
          hosts.includes(host) &&
          stateOf(input, host).containers.some((container) => container.name === service)
        ).map(({ service }) => step(`${host} logs ${service}`, logs(service, options))),
    ),
  );
}

/** Plans `proxy logs`. */
export function planProxyLogs(input: PlanInput, options: LogOptions): Plan {
  return found(
    ask(
      input,
      "proxy logs",
      (host) =>
        proxyHosts(input).includes(host)
          ? [step(`${host} logs proxy`, logs("kamal-proxy", options))]
          : [],
    ),
  );
}

/** Plans `traefik logs`. */
export function planTraefikLogs(input: PlanInput, options: LogOptions): Plan {
  const hosts = traefikHosts(input);
  return found(
    ask(
      input,
      "traefik logs",
      (host) =>
        hosts.includes(host) ? [step(`${host} logs traefik`, logs("traefik", options))] : [],
    ),
  );
}

function logs(container: string, options: LogOptions): Operation {
  const { since, grep, grepOptions, follow = false, skipTimestamps = false } = options;
  const isOpen = since !== undefined || grep !== undefined;
  return {
    kind: "show-logs",
    container,
    lines: options.lines ?? (follow ? 10 : isOpen ? undefined : 100),
    since,
    grep,
    grepOptions,
    follow,
    timestamps: !skipTimestamps,
  };
}
