/**
 * The ledger of releases on a host: a line of JSON each, with what it takes to boot them again.
 *
 * @module
 */

import { quote, text } from "../command.ts";
import type { RunContainer } from "./container.ts";
import type { Definition } from "./definition.ts";
import type { AwaitHealthy } from "./health.ts";
import type { RouteTraffic } from "./proxy.ts";

/**
 * What became of a release on a host: it served, it failed there, it was taken back because something else failed,
 * the user went back from it, or it began as a canary.
 */
export type ReleaseStatus = "canary" | "succeeded" | "failed" | "undone" | "rolled back";

/** Notes what became of a release, so that rollback knows the good ones. */
export interface RecordRelease {
  /** Which operation. */
  readonly kind: "record-release";
  /** The ledger. */
  readonly path: string;
  /** The version. */
  readonly version: string;
  /** What became of it. */
  readonly status: ReleaseStatus;
  /** When, ISO 8601. */
  readonly at: string;
  /** Who. */
  readonly performer: string;
  /** Image with tag. */
  readonly image: string;
  /** Digest of the image in its registry; `undefined` where it is not known. */
  readonly digest: string | undefined;
  /** File on the host with the digest of the image that was pulled, which counts before `digest`. */
  readonly digestFile: string | undefined;
  /** Digest of the secrets' own salted digests; `undefined` where they were not resolved. */
  readonly env: string | undefined;
  /** Names of the hosts that the configuration had for the app. */
  readonly hosts: readonly string[];
  /** How each role was run; empty where the release has nothing new to say. */
  readonly roles: readonly ReleasedRole[];
}

/** How a release runs a role: enough to boot it again, secrets by name. */
export interface ReleasedRole {
  /** Name of the role. */
  readonly role: string;
  /** Its containers, the first replica first. */
  readonly containers: readonly ReleasedContainer[];
  /** Name in the container to name of the secret. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Its route; `undefined` for a role without the proxy. */
  readonly route: ReleasedRoute | undefined;
}

/** One of a role's containers on a host. */
export interface ReleasedContainer {
  /** Its run. */
  readonly run: ReleasedRun;
  /** How its readiness shows. */
  readonly gate: Pick<AwaitHealthy, "timeout" | "readiness">;
}

/** The run of a container, but for what belongs to one run alone. */
export type ReleasedRun = Omit<
  RunContainer,
  "kind" | "hostname" | "idFile" | "origin" | "replaces"
>;

/** A route, but for where it leads. */
export type ReleasedRoute = Omit<
  RouteTraffic,
  "kind" | "candidates" | "targets" | "version" | "previous" | "forgetsCanary"
>;

/** A container's run as the ledger keeps it. */
export function releasedRun(operation: RunContainer): ReleasedRun {
  const {
    kind: _kind,
    hostname: _hostname,
    idFile: _idFile,
    origin: _origin,
    replaces: _replaces,
    ...run
  } = operation;
  return run;
}

/** A route as the ledger keeps it. */
export function releasedRoute(operation: RouteTraffic): ReleasedRoute {
  const {
    kind: _kind,
    candidates: _candidates,
    targets: _targets,
    version: _version,
    previous: _previous,
    forgetsCanary: _forgetsCanary,
    ...route
  } = operation;
  return route;
}

/** How many releases the ledger keeps. */
export const MOST_RELEASES = 50;

/** How a release is noted. */
export const recordRelease: Definition<RecordRelease> = {
  changes: true,
  describe: ({ version, status }) => ({
    noun: "release",
    subject: version,
    detail: status,
    minor: true,
  }),
  render: (operation) => {
    const { path, digestFile, digest } = operation;
    const [before, after] = releaseLine(operation, PLACE).split(PLACE) as [string, string];
    const pulled = digestFile === undefined ? "" : `$(cat ${quote(digestFile)} 2>/dev/null)`;
    const [file, next] = [quote(path), quote(`${path}.new`)];
    // A line that was cut off takes no other with it.
    return text(`umask 077; mkdir -p ${quote(path.slice(0, path.lastIndexOf("/")))} || exit 1
sx_digest=${pulled}; [ -n "$sx_digest" ] || sx_digest=${quote(digest ?? "")}
{ tail -n ${
      MOST_RELEASES - 1
    } ${file} 2>/dev/null; [ -z "$(tail -c 1 ${file} 2>/dev/null)" ] || echo; printf '%s%s%s\\n' ${
      quote(before)
    } "$sx_digest" ${quote(after)}; } >${next} && mv ${next} ${file}`);
  },
};

/** A line of the ledger, without its newline; the roles come last, so that they can be cut off. */
export function releaseLine(
  { version, status, at, performer, image, env, hosts, roles }: RecordRelease,
  digest: string,
): string {
  // A field that says "none" must not look like one that nobody knew of yet.
  const noneAsNull = (_: string, value: unknown): unknown => value === undefined ? null : value;
  const facts = { version, status, at, performer, image, digest, env, hosts, roles };
  return JSON.stringify(facts, noneAsNull);
}

// Stands where the digest belongs until the host knows it; no word of a configuration looks like it.
const PLACE = "<sextant: digest>";
