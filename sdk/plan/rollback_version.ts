/**
 * Which version a rollback goes to, and whether the hosts can.
 *
 * @module
 */

import { SextantError } from "../errors.ts";
import {
  appHosts,
  containersAt,
  lookUp,
  runningVersions,
  selectedRoles,
  versionOf,
} from "./current.ts";
import { type PlanInput, stateOf } from "./input.ts";
import { imageName } from "./names.ts";
import { goodReleases } from "./release.ts";

/**
 * The version to go to: that which was asked for, or the last good one before that which serves.
 *
 * @throws {SextantError} `VERSION_UNKNOWN` if there is none, or no host knows of it.
 */
export function rollbackVersion(input: PlanInput, to: string | undefined): string {
  if (to === undefined) return lastGood(input);
  const isKnown = appHosts(input).some((host) => knows(input, host, to));
  const missing = appHosts(input).filter((host) => !hasContainers(input, host, to));
  if (isKnown || missing.length === 0) return to;
  throw new SextantError(
    "VERSION_UNKNOWN",
    `version ${to} has no container, no image and no release on ${missing.join(", ")}`,
    { hint: availableText(input) },
  );
}

/** The last release that served, is not served now and was not gone back from. */
function lastGood(input: PlanInput): string {
  const serving = new Set(Object.values(runningVersions(input)));
  // A host that is new, or lost its ledger, tells nothing: the first that knows of one is believed.
  for (const host of appHosts(input)) {
    const version = goodReleases(stateOf(input, host).releases).findLast((release) =>
      !serving.has(release) && !wentBack(input, release) &&
      appHosts(input).every((host) => canBoot(input, host, release))
    );
    if (version !== undefined) return version;
  }
  throw new SextantError("VERSION_UNKNOWN", "there is no earlier release to go back to", {
    hint: availableText(input),
  });
}

/** Whether any host was taken back from a version, and did not come to it again. */
function wentBack(input: PlanInput, version: string): boolean {
  return appHosts(input).some((host) => {
    const { releases } = stateOf(input, host);
    return !goodReleases(releases).includes(version) &&
      releases.some((release) => release.version === version && release.status === "rolled back");
  });
}

/** Whether a host has what a version needs, or knows what to pull. */
function canBoot(input: PlanInput, host: string, version: string): boolean {
  return hasContainers(input, host, version) || knows(input, host, version);
}

function hasContainers(input: PlanInput, host: string, version: string): boolean {
  return selectedRoles(input, host).every((role) =>
    containersAt(input, host, role, version).length > 0
  );
}

/** Whether a host has a version's image, or any had it as a release, so that it can be pulled. */
function knows(input: PlanInput, host: string, version: string): boolean {
  const name = imageName(input.config, version);
  return stateOf(input, host).images.some((image) => image.name === name) ||
    appHosts(input).some((one) =>
      stateOf(input, one).releases.some((release) =>
        release.version === version && release.image !== undefined && release.status === "succeeded"
      )
    );
}

function availableText(input: PlanInput): string {
  const versions = appHosts(input).map((host) => availableOn(input, host));
  const serving = Object.values(runningVersions(input));
  const common = [...versions[0] ?? []].filter((version) =>
    versions.every((some) => some.has(version)) && !serving.every((one) => one === version)
  );
  return common.length === 0
    ? "No other version is on every host, nor told of by a ledger: deploy one with sextant deploy."
    : `The hosts have: ${common.join(", ")}. Name one: sextant rollback VERSION`;
}

/** Versions of a host: of its containers, then those that its ledger could boot again. */
function availableOn(input: PlanInput, host: string): ReadonlySet<string> {
  const kept = selectedRoles(input, host).flatMap((role) =>
    lookUp(input, host, role).containers.map((container) => versionOf(role, container))
  );
  const released = stateOf(input, host).releases.map(({ version }) => version).toReversed();
  return new Set([...kept, ...released].filter((version) => canBoot(input, host, version)));
}
