/**
 * One boot group: start the new containers, wait for all of them, switch, stop the old.
 *
 * @module
 */

import type { Config, Role } from "../config/config.ts";
import type { RunContainer } from "../operations/container.ts";
import type { Operation } from "../operations/operation.ts";
import { awaitRole } from "./app_container.ts";
import type { Changes, RoleChange } from "./changes.ts";
import type { RoleOnHost } from "./current.ts";
import { runBehindTraefik, withCord } from "./traefik.ts";
import type { PlanInput } from "./input.ts";
import { madeRoom } from "./names.ts";
import type { HostScript, Stage, Step, Wait } from "./plan.ts";
import { hookStage, script, stage, step } from "./stages.ts";
import { switchSteps } from "./switch.ts";

/** What else happens as hosts switch. */
export interface Switching {
  /** Steps of a host once its routes are set, before its old containers stop; it takes part where there are any. */
  readonly afterRoutes?: (host: string) => readonly Step[];
  /** Whether one host after the other switches, whatever the configuration says. @default {false} */
  readonly rolling?: boolean;
  /** Hooks before and after each group, beside those of booting. */
  readonly hooks?: { readonly before: string; readonly after: string };
  /** What a host does in the place of sending its traffic to the new containers and stopping the old. */
  readonly inPlace?: (host: string, changes: readonly RoleChange[]) => readonly Step[];
}

/** The stages that switch all hosts where something changes, group after group. */
export function bootGroups(
  input: PlanInput,
  changes: Changes,
  switching: Switching = {},
): readonly Stage[] {
  const { afterRoutes, rolling, hooks } = switching;
  const hosts = [...changes.keys()].filter((host) =>
    changes.get(host)!.length > 0 || (afterRoutes?.(host).length ?? 0) > 0
  );
  const groups = rolling === true ? hosts.map((host) => [host]) : groupsOf(input.config, hosts);
  return groups.flatMap((group, index) => {
    const around = (name: string | undefined): readonly Stage[] =>
      name === undefined ? [] : hookStage(input, name, group, { group: index });
    return [
      ...around(hooks?.before),
      ...bootGroup(input, group, changes, { group: index, groups: groups.length, switching }),
      ...around(hooks?.after),
    ];
  });
}

/** Hosts in groups of the configured size, one after the other. */
export function groupsOf(
  config: Config,
  hosts: readonly string[],
): readonly (readonly string[])[] {
  const { limit } = config.boot;
  // Kamal: configuration/boot.rb, limit. A share is one of all hosts, whichever switch today.
  const size = groupSize(limit, limit === undefined ? hosts.length : config.hosts.length);
  const groups: string[][] = [];
  for (let start = 0; start < hosts.length; start += size) {
    groups.push(hosts.slice(start, start + size));
  }
  return groups;
}

function bootGroup(
  input: PlanInput,
  hosts: readonly string[],
  changes: Changes,
  { group, groups, switching }: {
    readonly group: number;
    readonly groups: number;
    readonly switching: Switching;
  },
): readonly Stage[] {
  const boots = hosts.flatMap((host) => changes.get(host)!).some(({ boots }) => boots.length > 0);
  const pauseSeconds = group < groups - 1 ? input.config.boot.wait : 0;
  return [
    ...boots ? hookStage(input, "pre-app-boot", hosts, { group }) : [],
    stage("boot", hosts.map((host) => bootScript(input, host, hosts, changes)), { group }),
    stage("switch", hosts.map((host) => switchScript(input, host, changes.get(host)!, switching)), {
      group,
      interruptible: false,
      pauseSeconds,
    }),
    ...boots ? hookStage(input, "post-app-boot", hosts, { group }) : [],
  ];
}

/** What a host does to start the new containers of a group. */
function bootScript(
  input: PlanInput,
  host: string,
  group: readonly string[],
  changes: Changes,
): HostScript {
  const boots = changes.get(host)!.filter((change) => change.boots.length > 0);
  const steps = sideBySide(input.config, boots).flatMap((some) => bootSteps(input, host, some));
  const isGatekeeper = boots.some(({ role }) => role.isPrimary);
  return script(host, steps, isGatekeeper ? undefined : barrier(group, changes));
}

/** What a host does once all of its group are ready. */
function switchScript(
  input: PlanInput,
  host: string,
  changes: readonly RoleChange[],
  { inPlace, afterRoutes }: Switching,
): HostScript {
  return script(
    host,
    inPlace === undefined
      ? switchSteps(input, host, changes, afterRoutes?.(host) ?? [])
      : inPlace(host, changes),
  );
}

function groupSize(limit: number | string | undefined, hosts: number): number {
  if (limit === undefined) return Math.max(hosts, 1);
  if (typeof limit === "number") return limit;
  return Math.max(Math.floor(hosts * Number.parseFloat(limit) / 100), 1);
}

/** Roles of a host that boot together; the primary one opens the barrier for the others and so goes first. */
function sideBySide(
  { boot }: Config,
  changes: readonly RoleChange[],
): readonly (readonly RoleChange[])[] {
  if (!boot.parallelRoles) return changes.map((change) => [change]);
  const first = changes.filter(({ role }) => role.isPrimary);
  const others = changes.filter(({ role }) => !role.isPrimary);
  return [first, others].filter((some) => some.length > 0);
}

/** All replicas start side by side, and each is awaited by itself. */
function bootSteps(
  input: PlanInput,
  host: string,
  changes: readonly RoleChange[],
): readonly Step[] {
  const booted = changes.flatMap(({ role, current, boots }) =>
    boots.map((container) => ({ role, current, ...withCord(input, role, container) }))
  );
  const renames = booted.map(({ container: { name } }) => name)
    .filter((name) => changes.some(({ current }) => isTaken(current, name)))
    .map((name): Operation => ({
      kind: "rename-container",
      from: name,
      to: madeRoom(name, input.run.suffix),
      takesBack: false,
    }));
  const cords = booted.flatMap(({ cord }) => cord ?? []);
  const { name } = booted[0]!.container;
  return [
    ...renames.length === 0 ? [] : [step(`${host} rename ${name}`, ...renames)],
    ...cords.length === 0 ? [] : [step(`${host} cord ${name}`, ...cords)],
    runBehindTraefik(
      input.config,
      step(
        `${host} run ${name}`,
        ...booted.map(({ current, container }) => ({
          ...container,
          ...replaced(current, container),
        })),
      ),
      booted,
    ),
    step(
      gateId(host, changes.map(({ role }) => role)),
      ...booted.map(({ role, current, container: { name, idFile } }) =>
        awaitRole(input.config, role, name, { idFile }, current.serving[0]?.id)
      ),
    ),
  ];
}

/** Whom a container takes its name from: where nobody knows how far a host came, that one may still have it. */
function replaced(
  { containers }: RoleOnHost,
  { name }: RunContainer,
): Pick<RunContainer, "replaces"> {
  const namesake = containers.find((container) => container.name === name);
  return namesake === undefined ? {} : { replaces: namesake.id };
}

function isTaken({ containers }: RoleOnHost, name: string): boolean {
  return containers.some((container) => container.name === name);
}

function gateId(host: string, roles: readonly Role[]): string {
  return `${host} healthy ${roles.map(({ name }) => name).join(" ")}`;
}

function barrier(
  group: readonly string[],
  changes: Changes,
): Wait | undefined {
  const gates = group.flatMap((host) =>
    changes.get(host)!.filter(({ role, boots }) => role.isPrimary && boots.length > 0)
      .map(({ role }) => ({ host, role }))
  );
  if (gates.length === 0) return undefined;
  return {
    steps: gates.map(({ host, role }) => gateId(host, [role])),
    until: "any",
    reason: `after the first healthy ${gates[0]!.role.name}`,
  };
}
