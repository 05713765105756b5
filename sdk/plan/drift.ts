/**
 * Drift: in which fields the hosts differ from the configuration, whichever version serves.
 *
 * @module
 */

import { accessoriesOn, type Role } from "../config/config.ts";
import type { Accessory } from "../config/resolve_accessories.ts";
import { type ContainerState, type RouteState, shortId } from "../observe/host_state.ts";
import { settingDifferences, settingsOf } from "../observe/route_flags.ts";
import type { ReleasedRole, ReleasedRun } from "../operations/release.ts";
import { accessoryContainer, runAccessory } from "./accessory.ts";
import { lookUp, type RoleOnHost, selectedRoles, servingVersion } from "./current.ts";
import { isReader, routeFlags, runRole } from "./app_container.ts";
import { CONFIG_LABEL, ENV_LABEL } from "./digest.ts";
import { type PlanInput, stateOf } from "./input.ts";
import { type FieldDifference, type LiveComparison, liveDrift } from "./live_drift.ts";
import { replicaOf, roleEnvFile } from "./names.ts";
import { releasedBefore, releasedRole } from "./release.ts";

/** One field in which a host differs. */
export interface Difference extends FieldDifference {
  /** Name of the host. */
  readonly host: string;
  /** Name of the role or accessory. */
  readonly role: string;
}

/** Compares every role and accessory on every host with the configuration; secrets by their digests alone. */
export function driftOf(input: PlanInput): readonly Difference[] {
  return input.hosts.flatMap((host) => [
    ...selectedRoles(input, host).flatMap((role) =>
      roleDrift(input, host, role).map((found) => ({ host, role: role.name, ...found }))
    ),
    ...selectedAccessories(input, host).flatMap((accessory) =>
      accessoryDrift(input, host, accessory).map((found) => ({
        host,
        role: accessory.name,
        ...found,
      }))
    ),
  ]);
}

const NOT_RUNNING: FieldDifference = { field: "container", wanted: "runs", found: undefined };

function roleDrift(input: PlanInput, host: string, role: Role): readonly FieldDifference[] {
  const current = lookUp(input, host, role);
  const version = servingVersion(role, current);
  if (version === undefined) return [NOT_RUNNING];
  const then = { ...input, version };
  return [
    ...current.serving.flatMap((container) => {
      const wanted = runRole(then, role, host, replicaOf(container.name));
      return containerDrift(then, host, {
        wanted,
        secrets: role.env[host]?.secret ?? {},
        container,
      }, () => configDrift(then, host, role, container));
    }),
    ...routeDrift(input, host, role, current),
    ...fileDrift(then, host, role),
  ];
}

/** Where only some roles are meant, accessories are not. */
function selectedAccessories({ config, roles }: PlanInput, host: string): readonly Accessory[] {
  return roles.length < config.roles.length ? [] : accessoriesOn(config, host);
}

function accessoryDrift(
  input: PlanInput,
  host: string,
  accessory: Accessory,
): readonly FieldDifference[] {
  const container = accessoryContainer(input, accessory, host);
  if (container?.running !== true) return [NOT_RUNNING];
  const wanted = runAccessory(input, accessory, host);
  const compared = { wanted, secrets: accessory.env.secret, container };
  return containerDrift(input, host, compared, () => [UNKNOWN_DIFFERENCE]);
}

/** A container that runs beside the one that should. */
type Compared = Pick<LiveComparison, "wanted" | "secrets" | "container">;

/** What it was run with is compared by its labels and what was noted of it, what it is now by looking at it. */
function containerDrift(
  input: PlanInput,
  host: string,
  compared: Compared,
  noted: () => readonly FieldDifference[],
): readonly FieldDifference[] {
  const { wanted, container } = compared;
  const { labels, image } = container;
  const { inspected, salt } = stateOf(input, host);
  const live = inspected?.find(({ name }) => name === container.name);
  const looks = live === undefined
    ? []
    : liveDrift({ ...compared, live, salt, envDigests: input.envDigests });
  const isChanged = labels[CONFIG_LABEL] !== wanted.labels[CONFIG_LABEL];
  const told = isChanged ? noted() : [];
  const isKnown = wanted.labels[ENV_LABEL] !== undefined && labels[ENV_LABEL] !== undefined;
  const hasOtherSecrets = isKnown && labels[ENV_LABEL] !== wanted.labels[ENV_LABEL] &&
    !looks.some(({ field }) => field.startsWith("secrets."));
  const fields = [
    ...image === wanted.image ? [] : [{ field: "image", wanted: wanted.image, found: image }],
    ...told.filter((one) => one !== UNKNOWN_DIFFERENCE),
    ...looks.filter(({ field }) => !told.some((one) => one.field === field)),
    ...hasOtherSecrets
      ? [{ field: "secrets", wanted: "today's values", found: "other values" }]
      : [],
  ];
  // One that Kamal ran has no label to compare: what it is now is all there is.
  const isUnexplained = fields.length === 0 && isChanged &&
    (live === undefined || labels[CONFIG_LABEL] !== undefined);
  return isUnexplained ? [UNKNOWN_DIFFERENCE] : fields;
}

const UNKNOWN_DIFFERENCE: FieldDifference = {
  field: "configuration",
  wanted: "as configured",
  found: "another",
};

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
  if (then === undefined || run === undefined) return [UNKNOWN_DIFFERENCE];
  const differences = compare(fieldsOf(today, today.containers[0]!.run), fieldsOf(then, run));
  return differences.length > 0 ? differences : [UNKNOWN_DIFFERENCE];
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
  current: RoleOnHost,
): readonly FieldDifference[] {
  const { route } = current;
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
    ...readerDrift(role, current, route),
    ...settingDifferences(wanted, settingsOf(route.flags)).map((
      { name, wanted, found },
    ) => ({ field: `route.${name}`, wanted: wanted || undefined, found: found || undefined })),
  ];
}

function readerDrift(
  role: Role,
  { serving }: RoleOnHost,
  { readers }: RouteState,
): readonly FieldDifference[] {
  const reads = ({ id }: ContainerState): boolean =>
    readers.some((reader) => reader.startsWith(shortId(id)));
  const wanted = serving.filter(({ name }) => isReader(role, name)).map(({ name }) => name);
  const found = serving.filter(reads).map(({ name }) => name);
  return compare(flat({ route: { readers: wanted } }), flat({ route: { readers: found } }));
}

/** The env file is needed when the host runs the container anew. */
function fileDrift(input: PlanInput, host: string, role: Role): readonly FieldDifference[] {
  const path = roleEnvFile(input.config, role.name);
  const isThere = stateOf(input, host).files[path] !== undefined;
  return isThere ? [] : [{ field: `file ${path}`, wanted: "there", found: undefined }];
}
