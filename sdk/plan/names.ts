/**
 * Names and paths on the hosts, as Kamal makes them; ours stand below `sextant`.
 *
 * @module
 */

import { type Config, type Role, serviceWithDestination } from "../config/config.ts";

/** Folder of an app's files on a host. */
export function appFolder(config: Config): string {
  return `.kamal/apps/${serviceWithDestination(config)}`;
}

/** Folder of what only Sextant knows of. */
export function ownFolder(config: Config): string {
  return `${appFolder(config)}/sextant`;
}

/** Env file of a role. */
export function roleEnvFile(config: Config, role: string): string {
  return `${appFolder(config)}/env/roles/${role}.env`;
}

/** Env file of an accessory. */
export function accessoryEnvFile(config: Config, accessory: string): string {
  return `${appFolder(config)}/env/accessories/${accessory}.env`;
}

/** Shell file with the values that an env file cannot hold. */
export function envScript(config: Config, kind: "roles" | "accessories", name: string): string {
  return `${ownFolder(config)}/env/${kind}/${name}.sh`;
}

/** File that holds the id of a container that was just run. */
export function idFile(config: Config, container: string): string {
  return `${ownFolder(config)}/${container}.id`;
}

/** File with the salt of the secret digests. */
export function saltFile(config: Config): string {
  return `${ownFolder(config)}/salt`;
}

/** File with the digest of the image that was pulled last. */
export function digestFile(config: Config): string {
  return `${ownFolder(config)}/digest`;
}

/** The ledger of releases. */
export function releasesFile(config: Config): string {
  return `${ownFolder(config)}/releases`;
}

/** Folder of the deploy lock. */
export function lockFolder(config: Config): string {
  return `.kamal/lock-${serviceWithDestination(config)}`;
}

/** The audit log. */
export function auditFile(config: Config): string {
  return `.kamal/${serviceWithDestination(config)}-audit.log`;
}

/**
 * Container of a role at a version. The first replica has Kamal's own name; the others add to it as Kamal does to one
 * that made room, so that Kamal takes them for versions of their own.
 */
export function containerName(role: Role, version: string, replica = 1): string {
  const suffix = replica === 1 ? "" : `_replica_${replica}`;
  return `${role.containerPrefix}-${version}${suffix}`;
}

/** Container of a role's canary at a version: what Kamal takes for a version of its own. */
export function canaryName(role: Role, version: string, replica = 1): string {
  return containerName(role, `${version}${CANARY_SUFFIX}`, replica);
}

/** The name of a container that makes room for another of its name. */
export function madeRoom(container: string, suffix: string): string {
  return `${container}_replaced_${suffix}`;
}

/** Whether a container made room for another of its name. */
export function hasMadeRoom(container: string): boolean {
  return container.includes("_replaced_");
}

/** Which replica a container is, by its name; the first is 1. */
export function replicaOf(container: string): number {
  return Number(REPLICA_REGEXP.exec(container)?.groups?.["replica"] ?? 1);
}

/** What replicas that were booted together have in common. */
export function bootOf(container: string): string {
  return container.replace(/_replica_\d+/, "");
}

/** A container's name without what tells its replica, and whether it made room for another. */
export function withoutReplica(container: string): string {
  return container.replace(REPLICA_REGEXP, "");
}

/** Proxy service by which a replica is awaited without traffic. */
export function candidateName(role: Role, replica: number): string {
  const number = replica === 1 ? "" : `-replica-${replica}`;
  return `${role.containerPrefix}${number}-candidate`;
}

/** Whether a proxy service is one by which a replica of a role is awaited. */
export function isCandidateOf({ containerPrefix }: Role, service: string): boolean {
  return service.startsWith(containerPrefix) &&
    CANDIDATE_REGEXP.test(service.slice(containerPrefix.length));
}

/** Tag that names the newest image. */
export function latestTag(config: Config): string {
  return config.destination === undefined ? "latest" : `latest-${config.destination}`;
}

/** The image of a version. */
export function imageName(config: Config, version: string): string {
  return `${config.repository}:${version}`;
}

/** Values of the label `service` that a deployment's containers carry. */
export function serviceLabels(config: Config): readonly string[] {
  return [config.service, ...config.accessories.map((accessory) => accessory.service)];
}

/** Folder with the cord of a container that is about to run; `suffix` tells it from those before. */
export function cordFolder(role: Role, replica: number, suffix: string): string {
  return `.kamal/cords/${role.containerPrefix}-${suffix}${replica === 1 ? "" : `-${replica}`}`;
}

/** What the version in the name of a canary's container ends with. */
export const CANARY_SUFFIX = "_canary";

/** Folder of Traefik's files, as Kamal 1 has it. */
export const TRAEFIK_FOLDER = ".kamal/env/traefik";
const CANDIDATE_REGEXP = /^(-replica-\d+)?-candidate$/;
const REPLICA_REGEXP = /(?:_replica_(?<replica>\d+))?(?:_replaced_[0-9a-f]+)?$/;
