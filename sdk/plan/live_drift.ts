/**
 * In which settings a container that runs differs from the one that the configuration wants.
 *
 * @module
 */

import { envDigest, type InspectedContainer } from "../observe/inspect.ts";
import type { ContainerState } from "../observe/host_state.ts";
import type { RunContainer } from "../operations/container.ts";

/** One field in which a container differs. */
export interface FieldDifference {
  /** The field, such as `env.PORT` or `options.memory`. */
  readonly field: string;
  /** What the configuration says; `undefined` for nothing. */
  readonly wanted: string | undefined;
  /** What the container has; `undefined` for nothing. */
  readonly found: string | undefined;
}

/** What is compared. */
export interface LiveComparison {
  /** The container that the configuration wants. */
  readonly wanted: RunContainer;
  /** Its secrets: variable to name of the secret. */
  readonly secrets: Readonly<Record<string, string>>;
  /** The container that runs. */
  readonly container: ContainerState;
  /** Its settings at this moment. */
  readonly live: InspectedContainer;
  /** Salt of the host's digests; `undefined` where values cannot be compared. */
  readonly salt: string | undefined;
  /** Digests of secrets as variables, by `VARIABLE=SECRET`. */
  readonly envDigests: ReadonlyMap<string, string> | undefined;
}

/** Compares a container with what it should be; of values of the environment no more is said than that they differ. */
export function liveDrift(comparison: LiveComparison): readonly FieldDifference[] {
  const { wanted, live } = comparison;
  return [
    ...envDrift(comparison),
    ...labelDrift(comparison),
    ...limitDrift(wanted, live),
    ...differ("restart", wanted.restart, live.restart),
    ...networkDrift(wanted, live),
    ...listDrift(
      "volumes",
      [...wanted.volumes, ...optionList(wanted, "volume")],
      live.volumes,
      isSameVolume,
    ),
    ...publishDrift(wanted, live),
    ...logDrift(wanted, live),
  ];
}

function envDrift(
  { wanted, secrets, live, salt, envDigests }: LiveComparison,
): readonly FieldDifference[] {
  const clear = Object.entries(wanted.env).flatMap(([name, value]): FieldDifference[] => {
    const found = live.env[name];
    if (found === undefined) return [{ field: `env.${name}`, wanted: value, found: undefined }];
    // What the host puts into it is not known here.
    if (salt === undefined || found === "" || value.includes("${")) return [];
    return differ(`env.${name}`, envDigest(salt, name, value), found, value, "another value");
  });
  const secret = Object.entries(secrets).flatMap(([name, key]): FieldDifference[] => {
    const found = live.env[name];
    const field = `secrets.${name}`;
    if (found === undefined) return [{ field, wanted: "set", found: undefined }];
    const expected = envDigests?.get(`${name}=${key}`);
    if (salt === undefined || found === "" || expected === undefined) return [];
    return differ(field, expected, found, "today's value", "another value");
  });
  const known = new Set([...Object.keys(wanted.env), ...Object.keys(secrets), ...live.imageEnv]);
  const more = Object.keys(live.env).filter((name) => !known.has(name));
  return [
    ...clear,
    ...secret,
    ...more.map((name) => ({ field: `env.${name}`, wanted: undefined, found: "set" })),
  ];
}

/** Labels of ours are digests of the rest. */
function labelDrift({ wanted, container, live }: LiveComparison): readonly FieldDifference[] {
  const isOurs = (name: string): boolean => name.startsWith("sextant.");
  const missing = Object.entries(wanted.labels).filter(([name]) => !isOurs(name)).flatMap((
    [name, value],
  ) => differ(`labels.${name}`, value, container.labels[name]));
  const more = Object.entries(container.labels).filter(([name]) =>
    !isOurs(name) && !(name in wanted.labels) && !(name in live.imageLabels)
  );
  return [
    ...missing,
    ...more.map(([name, found]) => ({ field: `labels.${name}`, wanted: undefined, found })),
  ];
}

/** Options of `docker run` that `docker update` changes later: Docker's field, and how its value reads. */
const LIMITS: readonly {
  readonly option: string;
  readonly field: string;
  readonly kind: "bytes" | "cpus" | "number" | "text";
}[] = [
  { option: "memory", field: "Memory", kind: "bytes" },
  { option: "memory-reservation", field: "MemoryReservation", kind: "bytes" },
  { option: "memory-swap", field: "MemorySwap", kind: "bytes" },
  { option: "cpus", field: "NanoCpus", kind: "cpus" },
  { option: "cpu-shares", field: "CpuShares", kind: "number" },
  { option: "cpu-period", field: "CpuPeriod", kind: "number" },
  { option: "cpu-quota", field: "CpuQuota", kind: "number" },
  { option: "cpuset-cpus", field: "CpusetCpus", kind: "text" },
  { option: "cpuset-mems", field: "CpusetMems", kind: "text" },
  { option: "pids-limit", field: "PidsLimit", kind: "number" },
  { option: "blkio-weight", field: "BlkioWeight", kind: "number" },
];

function limitDrift(
  { options }: RunContainer,
  { limits }: InspectedContainer,
): readonly FieldDifference[] {
  return LIMITS.flatMap(({ option, field, kind }): FieldDifference[] => {
    const told = options[option];
    // Docker itself derives it from the memory.
    if (option === "memory-swap" && told === undefined) return [];
    const found = limits[field] ?? "";
    const wanted = told === undefined ? "" : String(told);
    const [expected, actual] = [numberOf(wanted, kind), isNone(found) ? "" : found];
    if ((isNone(expected) ? "" : expected) === actual) return [];
    return [{
      field: `options.${option}`,
      wanted: told === undefined ? undefined : wanted,
      found: actual === "" ? undefined : readable(actual, kind),
    }];
  });
}

const UNITS: Readonly<Record<string, number>> = {
  b: 1,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  t: 1024 ** 4,
};

/** A value as Docker keeps it. */
function numberOf(value: string, kind: typeof LIMITS[number]["kind"]): string {
  if (kind === "cpus") return value === "" ? "" : String(Math.round(Number(value) * 1e9));
  if (kind !== "bytes") return value;
  const [, amount, unit = "b"] = /^(-?[\d.]+)\s*([bkmgt])?(?:i?b)?$/i.exec(value.trim()) ?? [];
  if (amount === undefined) return value;
  return String(Math.floor(Number(amount) * UNITS[unit.toLowerCase()]!));
}

function readable(value: string, kind: typeof LIMITS[number]["kind"]): string {
  if (kind === "cpus") return String(Number(value) / 1e9);
  if (kind !== "bytes") return value;
  const unit = ["g", "m", "k"].find((unit) => Number(value) % UNITS[unit]! === 0);
  return unit === undefined ? `${value}b` : `${Number(value) / UNITS[unit]!}${unit}`;
}

function isNone(value: string): boolean {
  return value === "" || value === "0" || value === "null" || value === "<nil>";
}

function networkDrift(
  wanted: RunContainer,
  live: InspectedContainer,
): readonly FieldDifference[] {
  const networks = [...new Set([wanted.network, ...optionList(wanted, "network")])].toSorted();
  return differ("networks", networks.join(", "), live.networks.join(", "));
}

function publishDrift(wanted: RunContainer, live: InspectedContainer): readonly FieldDifference[] {
  const told = [...wanted.publish, ...optionList(wanted, "publish")];
  // A port that Docker chooses, or a range of them, is not told apart here.
  if (told.some((port) => !port.includes(":") || port.includes("-"))) return [];
  const ports = told.map((port) => port.includes("/") ? port : `${port}/tcp`).toSorted();
  return differ("ports", ports.join(", ") || undefined, live.publish.join(", ") || undefined);
}

function logDrift(wanted: RunContainer, live: InspectedContainer): readonly FieldDifference[] {
  return [
    ...wanted.logDriver === undefined
      ? []
      : differ("logging.driver", wanted.logDriver, live.logDriver),
    ...Object.entries(wanted.logOptions).flatMap(([name, value]) =>
      differ(`logging.options.${name}`, value, live.logOptions[name])
    ),
  ];
}

function listDrift(
  field: string,
  wanted: readonly string[],
  found: readonly string[],
  isSame: (wanted: string, found: string) => boolean,
): readonly FieldDifference[] {
  const missing = wanted.filter((one) => !found.some((other) => isSame(one, other)));
  const more = found.filter((other) => !wanted.some((one) => isSame(one, other)));
  return [
    ...missing.map((one) => ({ field, wanted: one, found: undefined })),
    ...more.map((other) => ({ field, wanted: undefined, found: other })),
  ];
}

/** A host path that is not whole stands below the login's home, and what the host puts into one is not known here. */
function isSameVolume(wanted: string, found: string): boolean {
  const [source = "", ...rest] = wanted.split(":");
  const [place = "", ...others] = found.split(":");
  if (rest.join(":") !== others.join(":")) return false;
  if (source.includes("$")) return true;
  return source === place ||
    (source.includes("/") && place.endsWith(`/${source.replace(/^\.\//, "")}`));
}

function optionList({ options }: RunContainer, name: string): readonly string[] {
  const value = options[name];
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : [value]).map(String);
}

/** A difference where two values are not the same, told in their own or in other words. */
function differ(
  field: string,
  wanted: string | undefined,
  found: string | undefined,
  wantedText: string | undefined = wanted,
  foundText: string | undefined = found,
): FieldDifference[] {
  return wanted === found ? [] : [{ field, wanted: wantedText, found: foundText }];
}
