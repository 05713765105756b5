/**
 * Which hosts and roles a command is about.
 *
 * @module
 */

import { accessoriesOn, type Config, rolesOn } from "../config/config.ts";
import { SextantError } from "../errors.ts";
import { accessoriesNamed } from "../plan/accessory.ts";
import type { Needs } from "./needs.ts";
import type { Verb } from "./verb.ts";

/** What the user narrows a command down to; patterns may hold `*`, `?`, `[…]` and `{a,b}`. */
export interface Filters {
  /** Patterns of host names. */
  readonly hosts?: readonly string[] | undefined;
  /** Patterns of role names. */
  readonly roles?: readonly string[] | undefined;
  /** Whether only the primary host is meant. */
  readonly primary?: boolean | undefined;
}

/** The hosts and roles a command is about. */
export interface Selection {
  /** Names of hosts, in the configuration's order. */
  readonly hosts: readonly string[];
  /** Names of roles. */
  readonly roles: readonly string[];
  /** The host that holds the lock: always the same, whatever is selected. */
  readonly lockHost: string;
}

/**
 * Narrows a command down.
 *
 * @throws {SextantError} `USAGE` if nothing fits.
 */
export function select(
  config: Config,
  verb: Verb,
  { hosts: scope }: Needs,
  filters: Filters,
): Selection {
  const lockHost = config.hosts[0]!.name;
  const roleNames = config.roles.map((role) => role.name);
  const roles = matching("roles", roleNames, filters.roles);
  const inRoles = filters.roles === undefined
    ? config.hosts.map((host) => host.name)
    : config.hosts.map((host) => host.name).filter((host) =>
      rolesOn(config, host).some(({ name }) => roles.includes(name))
    );
  const named = matching("hosts", inRoles, filters.hosts).slice(
    0,
    filters.primary === true ? 1 : undefined,
  );
  if (scope === "lock") return { hosts: [lockHost], roles, lockHost };
  const accessories = "accessory" in verb ? accessoriesNamed(config, verb.accessory) : [];
  const hosts = named.filter((host) => {
    const onHost = rolesOn(config, host).filter((role) => roles.includes(role.name));
    switch (scope) {
      case "all":
        return onHost.length > 0 ||
          (filters.roles === undefined && accessoriesOn(config, host).length > 0);
      case "app":
        return onHost.length > 0;
      case "proxy":
        return onHost.some((role) => role.proxy !== undefined);
      case "accessory":
        return accessories.some((accessory) => accessory.hosts.includes(host));
      default:
        return scope satisfies never;
    }
  });
  if (hosts.length > 0) return { hosts, roles, lockHost };
  throw new SextantError("USAGE", `${verb.name} has no host to work on`, {
    hint: nothingHint(config, scope),
  });
}

/** Turns a pattern of a shell into a regular expression. */
function patternToRegExp(pattern: string): RegExp {
  const source = pattern.replaceAll(/[.+^$()|\\]/g, "\\$&").replaceAll("*", ".*").replaceAll(
    "?",
    ".",
  )
    .replaceAll(
      /\{([^}]*)\}/g,
      (_, alternatives: string) => `(?:${alternatives.replaceAll(",", "|")})`,
    );
  return new RegExp(`^${source}$`);
}

function matching(
  what: string,
  names: readonly string[],
  patterns: readonly string[] | undefined,
): readonly string[] {
  if (patterns === undefined) return names;
  const found = names.filter((name) =>
    patterns.some((pattern) => patternToRegExp(pattern).test(name))
  );
  if (found.length > 0) return found;
  throw new SextantError("USAGE", `no --${what} match for ${patterns.join(",")}`, {
    hint: `There are: ${names.join(", ")}`,
  });
}

function nothingHint(config: Config, scope: Exclude<Needs["hosts"], "lock">): string {
  if (scope === "proxy") {
    return "No selected role has a proxy: .proxy({ … }), or { proxy: true } on the role.";
  }
  if (scope === "app" && config.roles.length === 0) {
    return "The deployment declares no servers: .servers({ … })";
  }
  return "Leave out --hosts and --roles to take them all.";
}
