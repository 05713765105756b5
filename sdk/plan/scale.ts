/**
 * The plan of `app scale`: more or fewer containers of the version that serves.
 *
 * @module
 */

import type { Config, Role } from "../config/config.ts";
import { replicasProblem } from "../config/replicas.ts";
import { SextantError } from "../errors.ts";
import { bootGroups } from "./boot.ts";
import { type Changes, changesOn } from "./changes.ts";
import { appHosts, lookUp, servingVersion, servingVersions } from "./current.ts";
import { prepareSteps } from "./deploy.ts";
import type { PlanInput } from "./input.ts";
import type { Plan } from "./plan.ts";
import { audit } from "./proxy.ts";
import { plan, script, stage, step } from "./stages.ts";

/**
 * Plans `app scale`: only what differs from the wanted count starts or stops, whatever else the configuration says.
 *
 * @param counts Containers on each host, by role.
 * @throws {SextantError} `USAGE` for an unknown role, one that cannot have replicas, or where no one version serves.
 */
export function planScale(input: PlanInput, counts: Readonly<Record<string, number>>): Plan {
  const roles = Object.keys(counts).map((name) => scalable(input.config, name, counts[name]!));
  const version = oneVersion(input, roles);
  const config = { ...input.config, roles: input.config.roles.map((role) => scaled(role, counts)) };
  const scaling = { ...input, config, version, roles: roles.map(({ name }) => name) };
  const changes: Changes = new Map(
    appHosts(scaling).map((
      host,
    ) => [host, changesOn(scaling, host, { replaced: "none", keepsCanary: true })]),
  );
  const busy = [...changes].filter(([, some]) => some.length > 0);
  return plan(scaling, "app scale", [
    stage(
      "prepare",
      busy.map(([host, some]) => script(host, prepareSteps(scaling, host, some, { pull: false }))),
    ),
    ...bootGroups(scaling, changes),
    stage(
      "finish",
      busy.map(([host, some]) => {
        const messages = some.map(({ role }) => `[${role.name}] Scaled to ${counts[role.name]}`);
        return script(host, [step(`${host} audit`, audit(scaling, ...messages))]);
      }),
      { interruptible: false },
    ),
  ], { lock: true, takesBack: true, version, serving: servingVersions(input) });
}

function scaled(role: Role, counts: Readonly<Record<string, number>>): Role {
  const count = counts[role.name];
  if (count === undefined) return role;
  return { ...role, replicas: Object.fromEntries(role.hosts.map((host) => [host, count])) };
}

function scalable(config: Config, name: string, count: number): Role {
  const role = config.roles.find((role) => role.name === name);
  if (role === undefined) {
    throw new SextantError("USAGE", `there is no role named "${name}"`, {
      hint: `Its roles are: ${config.roles.map(({ name }) => name).join(", ")}`,
    });
  }
  const problem = count === 1 ? undefined : replicasProblem(role.options);
  if (problem === undefined) return role;
  throw new SextantError("USAGE", `the role ${name} cannot be scaled: it ${problem}`, {
    hint: "Let Docker choose the host's port, or none: leave publish out of its options.",
  });
}

function oneVersion(input: PlanInput, roles: readonly Role[]): string {
  const versions = new Set(
    roles.flatMap((role) =>
      appHosts(input).filter((host) => role.hosts.includes(host))
        .map((host) => servingVersion(role, lookUp(input, host, role)))
    ),
  );
  const [version] = versions;
  if (versions.size === 1 && version !== undefined) return version;
  const found = [...versions].map((version) => version ?? "nothing").join(" and ");
  throw new SextantError(
    "USAGE",
    `${versions.size === 0 ? "no host is left" : `${found} serve there`}, not one version`,
    { hint: "Bring one version to all of its hosts first: sextant deploy" },
  );
}
