/**
 * Which version of those that the hosts know a user means.
 *
 * @module
 */

import { SextantError } from "../errors.ts";
import { appHosts, lookUp, selectedRoles, versionOf } from "./current.ts";
import { type PlanInput, stateOf } from "./input.ts";

/**
 * The version that is meant by a name: itself, or the one commit that begins with it, as commits are shown by their first
 * digits.
 *
 * @throws {SextantError} `VERSION_UNKNOWN` if several begin with it.
 */
export function meantVersion(input: PlanInput, named: string): string {
  const [, digits, mark = ""] = /^([0-9a-f]{4,39})(_uncommitted)?$/.exec(named) ?? [];
  if (digits === undefined) return named;
  const known = knownVersions(input);
  if (known.has(named)) return named;
  const whole = new RegExp(`^${digits}[0-9a-f]*${mark === "" ? "" : `${mark}_[0-9a-f]+`}$`);
  const [first = named, ...others] = [...known].filter((version) =>
    /^[0-9a-f]{40}/.test(version) && whole.test(version)
  );
  if (others.length === 0) return first;
  throw new SextantError("VERSION_UNKNOWN", `${others.length + 1} versions begin with ${named}`, {
    hint: `Name one by more of its digits: ${[first, ...others].join(", ")}`,
  });
}

/** Versions of containers, images and releases on the app's hosts. */
function knownVersions(input: PlanInput): ReadonlySet<string> {
  const prefix = `${input.config.repository}:`;
  return new Set(
    appHosts(input).flatMap((host) => {
      const { images, releases } = stateOf(input, host);
      return [
        ...selectedRoles(input, host).flatMap((role) =>
          lookUp(input, host, role).containers.map((container) => versionOf(role, container))
        ),
        ...images.flatMap(({ name }) => name.startsWith(prefix) ? [name.slice(prefix.length)] : []),
        ...releases.map(({ version }) => version),
      ];
    }),
  );
}
