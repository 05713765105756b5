/**
 * The ledger of releases: what is written to it, and what it tells.
 *
 * @module
 */

import type { Role } from "../config/config.ts";
import type { ReleaseState } from "../observe/host_state.ts";
import type { RunContainer } from "../operations/container.ts";
import type { Operation } from "../operations/operation.ts";
import {
  type ReleasedRole,
  releasedRoute,
  releasedRun,
  type ReleaseStatus,
} from "../operations/release.ts";
import { awaitRole, routeTo, runReplicas } from "./app_container.ts";
import {
  appHosts,
  containersAt,
  lookUp,
  selectedRoles,
  servingVersion,
  servingVersions,
} from "./current.ts";
import { digest, ENV_LABEL } from "./digest.ts";
import { rememberedHosts } from "./former_hosts.ts";
import { type PlanInput, stateOf } from "./input.ts";
import { digestFile, imageName, releasesFile } from "./names.ts";
import { stillRunsOn } from "./orphans.ts";
import type { EndNote } from "./plan.ts";

/** One release, as all hosts together tell it. */
export interface ReleaseSummary {
  /** The version. */
  readonly version: string;
  /** What became of it last, each status once. */
  readonly status: readonly string[];
  /** When, ISO 8601. */
  readonly at: string;
  /** Who. */
  readonly performer: string;
  /** Digest of its image in the registry; `undefined` where no host knows it. */
  readonly digest: string | undefined;
  /** Hosts that know of it. */
  readonly hosts: readonly string[];
  /** Hosts on which it serves. */
  readonly serving: readonly string[];
  /** What the hosts still have of it: its containers, its image, or nothing, so that it must be pulled. */
  readonly kept: "containers" | "image" | "nothing";
}

/** What is written to a host's ledger. */
export function recordRelease(
  input: PlanInput,
  version: string,
  status: ReleaseStatus,
  more: {
    readonly digest?: string | undefined;
    readonly isPulled?: boolean;
    readonly roles?: readonly ReleasedRole[];
  } = {},
): Operation {
  const { config, run } = input;
  const { roles = [] } = more;
  const envs = roles.map(({ containers: [container] }) => container?.run.labels[ENV_LABEL]);
  return {
    kind: "record-release",
    path: releasesFile(config),
    version,
    status,
    at: run.at,
    performer: run.performer,
    image: imageName(config, version),
    digest: more.digest,
    digestFile: more.isPulled === true ? digestFile(config) : undefined,
    env: envs.some((env) => env !== undefined) ? digest(envs) : undefined,
    hosts: hostsToRemember(input),
    roles,
  };
}

// A plan writes to every host's ledger, and telling what to remember asks those of all: once is enough.
const REMEMBERED = new WeakMap<PlanInput, readonly string[]>();

function hostsToRemember(input: PlanInput): readonly string[] {
  const known = REMEMBERED.get(input);
  if (known !== undefined) return known;
  const hosts = rememberedHosts(input, (host) => stillRunsOn(input, host));
  REMEMBERED.set(input, hosts);
  return hosts;
}

/** What is written to a host's ledger where a release does not come to its end. */
export function endNote(input: PlanInput, host: string, version: string): EndNote {
  return {
    host,
    failed: [recordRelease(input, version, "failed")],
    undone: [recordRelease(input, version, "undone")],
  };
}

/** How today's configuration runs a role, as the ledger keeps it. */
export function releasedRole(
  input: PlanInput,
  host: string,
  role: Role,
  wanted: readonly RunContainer[] = runReplicas(input, role, host),
): ReleasedRole {
  const { config } = input;
  const nowhere = { targets: [], version: "", previous: undefined };
  return {
    role: role.name,
    containers: wanted.map((container) => {
      const { name, idFile } = container;
      const { timeout, readiness } = awaitRole(config, role, name, { idFile });
      return { run: releasedRun(container), gate: { timeout, readiness } };
    }),
    secrets: role.env[host]?.secret ?? {},
    route: role.proxy && releasedRoute(routeTo(input, host, role, role.proxy, nowhere)),
  };
}

/** How a release ran a role on a host; `undefined` where the host's ledger does not say. */
export function releasedBefore(
  input: PlanInput,
  host: string,
  role: Role,
  version: string,
): ReleasedRole | undefined {
  const found = stateOf(input, host).releases.filter((release) => release.version === version)
    .flatMap(({ roles }) => roles).findLast((known) => known["role"] === role.name);
  if (found === undefined) return undefined;
  // Written by a former run from the very same type; what it did not know of yet is as today.
  const { containers, ...rest } = found as unknown as ReleasedRole;
  const [today] = releasedRole(input, host, role).containers;
  return {
    ...rest,
    containers: containers.map(({ run, gate }) => ({ gate, run: { ...today!.run, ...run } })),
  };
}

/** The digest of a version's image, by the ledger or by the images of any host. */
export function knownDigest(input: PlanInput, version: string): string | undefined {
  for (const host of appHosts(input)) {
    const { releases, images } = stateOf(input, host);
    const noted = releases.findLast((release) => release.version === version && release.digest);
    if (noted !== undefined) return noted.digest;
    const image = images.find(({ name }) => name === imageName(input.config, version));
    if (image?.digest !== undefined) return image.digest;
  }
  return undefined;
}

/**
 * The roles of a host that serve the version, where its ledger does not say that it came: a run that was broken off at
 * its end left it out. None where any of them serves another.
 */
export function unrecordedRoles(input: PlanInput, host: string): readonly ReleasedRole[] {
  const roles = selectedRoles(input, host);
  const isWhole = roles.every((role) =>
    servingVersion(role, lookUp(input, host, role)) === input.version
  );
  if (!isWhole || goodReleases(stateOf(input, host).releases).includes(input.version)) return [];
  return roles.map((role) => releasedRole(input, host, role));
}

/** Versions of a host's ledger whose last word is that they served, oldest first. */
export function goodReleases(releases: readonly ReleaseState[]): readonly string[] {
  const last = new Map<string, ReleaseState>();
  for (const release of releases) {
    // The newest place counts, and a failure says nothing against what served before.
    const before = last.get(release.version);
    const isSetback = SETBACKS.has(release.status);
    if (before !== undefined && isSetback) continue;
    last.delete(release.version);
    last.set(release.version, release);
  }
  return [...last.values()].filter(({ status }) => status === "succeeded").map(({ version }) =>
    version
  );
}

/** What says nothing against what a version was before. */
const SETBACKS: ReadonlySet<string> = new Set(["failed", "undone", "canary"]);

/** Whether one version first served before another. */
export function isOlder(releases: readonly ReleaseState[], one: string, other: string): boolean {
  const first = (version: string): number =>
    releases.findIndex((release) => release.version === version && release.status === "succeeded");
  return first(one) < first(other);
}

/** All releases that any host knows of, the newest first. */
export function listReleases(input: PlanInput): readonly ReleaseSummary[] {
  const serving = Object.entries(servingVersions(input));
  const noted = appHosts(input).flatMap((host) =>
    stateOf(input, host).releases.map((release) => ({ host, ...release }))
  );
  const newestFirst = noted.toSorted((a, b) => a.at < b.at ? -1 : 1).map(({ version }) => version);
  return [...new Set(newestFirst.toReversed())].map((version) => {
    const own = noted.filter((release) => release.version === version);
    const hosts = [...new Set(own.map(({ host }) => host))];
    const last = hosts.map((host) => own.findLast((release) => release.host === host)!);
    const newest = last.toSorted((a, b) => a.at < b.at ? -1 : 1).at(-1)!;
    return {
      version,
      status: [...new Set(last.map(({ status }) => status))],
      at: newest.at,
      performer: newest.performer,
      digest: knownDigest(input, version),
      hosts,
      serving: serving.filter(([, one]) => one === version).map(([host]) => host),
      kept: keptOf(input, version),
    };
  });
}

function keptOf(input: PlanInput, version: string): ReleaseSummary["kept"] {
  const hosts = appHosts(input);
  const hasContainers = hosts.every((host) =>
    selectedRoles(input, host).every((role) => containersAt(input, host, role, version).length > 0)
  );
  if (hasContainers) return "containers";
  const name = imageName(input.config, version);
  const hasImage = hosts.every((host) =>
    stateOf(input, host).images.some((image) => image.name === name)
  );
  return hasImage ? "image" : "nothing";
}
