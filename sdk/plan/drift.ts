/**
 * Drift: in which fields the hosts differ from the configuration, whichever version serves.
 *
 * @module
 */

import type { Role } from "../config/config.ts";
import type { ContainerState } from "../observe/host_state.ts";
import { settingDifferences, settingsOf } from "../observe/route_flags.ts";
import type { ReleasedRole, ReleasedRun } from "../operations/release.ts";
import { appHosts, lookUp, type RoleOnHost, selectedRoles, servingVersion } from "./current.ts";
import { routeFlags, runRole } from "./app_container.ts";
import { CONFIG_LABEL, ENV_LABEL } from "./digest.ts";
import { type PlanInput, stateOf } from "./input.ts";
import { replicaOf, roleEnvFile } from "./names.ts";
import { releasedBefore, releasedRole } from "./release.ts";

/** One field in which a host differs. */
export interface Difference {
  /** Name of the host. */
  readonly host: string;
  /** Name of the role. */
  readonly role: string;
  /** The field, such as `env.PORT` or `route.hosts`. */
  readonly field: string;
  /** What the configuration says; `undefined` for nothing. */
  readonly wanted: string | undefined;
  /** What the host has; `undefined` for nothing. */
  readonly found: string | undefined;
}

/** Compares every role on every host with the configuration; secrets by their digests alone. */
export function driftOf(input: PlanInput): readonly Difference[] {
  return appHosts(input).flatMap((host) =>
    selectedRoles(input, host).flatMap((role) => {
      const current = lookUp(input, host, role);
      const version = servingVersion(role, current);
      const at = { host, role: role.name };
      if (version === undefined) {
        return [{ ...at, field: "container", wanted: "runs", found: undefined }];
      }
      const then = { ...input, version };
      return [
        ...current.serving.flatMap((container) => containerDrift(then, host, role, container)),
        ...routeDrift(input, host, role, current),
        ...fileDrift(then, host, role),
      ].map((difference) => ({ ...at, ...difference }));
    })
  );
}

type FieldDifference = Omit<Difference, "host" | "role">;

function containerDrift(
  input: PlanInput,
  host: string,
  role: Role,
  container: ContainerState,
): readonly FieldDifference[] {
  const wanted = runRole(input, role, host, replicaOf(container.name));
  const { labels, image } = container;
  const found: FieldDifference[] = [];
  if (image !== wanted.image) found.push({ field: "image", wanted: wanted.image, found: image });
  if (labels[CONFIG_LABEL] !== wanted.labels[CONFIG_LABEL]) {
    found.push(...configDrift(input, host, role, container));
  }
  const isKnown = wanted.labels[ENV_LABEL] !== undefined && labels[ENV_LABEL] !== undefined;
  if (isKnown && labels[ENV_LABEL] !== wanted.labels[ENV_LABEL]) {
    found.push({ field: "secrets", wanted: "today's values", found: "other values" });
  }
  return found;
}

/** What of a container's settings differs, by the ledger; one that Kamal ran tells its labels alone. */
function configDrift(
  input: PlanInput,
  host: string,
  role: Role,
  container: ContainerState,
): readonly FieldDifference[] {
  const today = releasedRole(input, host, role, [
    runRole(input, role, host, replicaOf(container.name)),
  ]);
  const then = releasedBefore(input, host, role, input.version);
  const run = then?.containers.find(({ run }) => run.name === container.name)?.run;
  if (then === undefined || run === undefined) {
    return [{ field: "configuration", wanted: "as configured", found: "not recorded" }];
  }
  const differences = compare(fieldsOf(today, today.containers[0]!.run), fieldsOf(then, run));
  return differences.length > 0
    ? differences
    : [{ field: "configuration", wanted: "as configured", found: "another, though recorded so" }];
}

/** The settings of a container as flat fields; labels of ours are digests of the rest. */
function fieldsOf({ secrets }: ReleasedRole, run: ReleasedRun): Readonly<Record<string, string>> {
  const { labels, ...rest } = run;
  const own = Object.entries(labels).filter(([name]) => !name.startsWith("sextant."));
  return flat({ ...rest, labels: Object.fromEntries(own), secrets });
}

function flat(value: unknown, path: readonly string[] = []): Record<string, string> {
  if (value === undefined || value === null) return {};
  if (Array.isArray(value)) return value.length === 0 ? {} : { [path.join(".")]: value.join(", ") };
  if (typeof value !== "object") return { [path.join(".")]: String(value) };
  return Object.assign(
    {},
    ...Object.entries(value).map(([name, inner]) => flat(inner, [...path, name])),
  );
}

function compare(
  wanted: Readonly<Record<string, string>>,
  found: Readonly<Record<string, string>>,
): readonly FieldDifference[] {
  const fields = [...new Set([...Object.keys(wanted), ...Object.keys(found)])].sort();
  return fields.filter((field) => wanted[field] !== found[field])
    .map((field) => ({ field, wanted: wanted[field], found: found[field] }));
}

/** What kamal-proxy itself says of the role's route. */
function routeDrift(
  input: PlanInput,
  host: string,
  role: Role,
  { route }: RoleOnHost,
): readonly FieldDifference[] {
  const { proxy } = role;
  if (proxy === undefined) return [];
  if (route === undefined) return [{ field: "route", wanted: "routed", found: undefined }];
  const ports = [...new Set(route.targets.map((target) => target.split(":").at(-1) ?? ""))];
  const wanted = settingsOf(routeFlags(input, host, role, proxy));
  const port = String(proxy.appPort);
  return [
    ...ports.join(", ") === port
      ? []
      : [{ field: "route.port", wanted: port, found: ports.join(", ") }],
    ...settingDifferences(wanted, settingsOf(route.flags)).map((
      { name, wanted, found },
    ) => ({ field: `route.${name}`, wanted: wanted || undefined, found: found || undefined })),
  ];
}

/** The env file is needed when the host runs the container anew. */
function fileDrift(input: PlanInput, host: string, role: Role): readonly FieldDifference[] {
  const path = roleEnvFile(input.config, role.name);
  const isThere = stateOf(input, host).files[path] !== undefined;
  return isThere ? [] : [{ field: `file ${path}`, wanted: "there", found: undefined }];
}
