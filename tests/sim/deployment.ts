/**
 * A story's deployment as a configuration.
 *
 * @module
 */

import type { Config } from "../../sdk/config/config.ts";
import { resolveConfig } from "../../sdk/config/resolve.ts";
import type { ProxyInput } from "../../sdk/config/proxy.ts";
import type { RoleOptions } from "../../sdk/config/role.ts";
import type { SettingsInput } from "../../sdk/config/settings.ts";
import type { DeploySpec } from "../../sdk/config/spec.ts";
import { sha256 } from "../../sdk/simulate/facts.ts";
import { type Act, hostName, type StoryDeployment, type StoryRole } from "./story.ts";

/** What an act deploys: some roles may have left the configuration. */
export function deploymentAt(deployment: StoryDeployment, { without }: Act): StoryDeployment {
  if (without === undefined) return deployment;
  const roles = deployment.roles.filter(({ name }) => !without.includes(name));
  const hosts = new Set(roles.flatMap((role) => role.hosts));
  const accessories = Object.entries(deployment.accessories).map(([name, on]) =>
    [name, on.filter((host) => hosts.has(host))] as const
  ).filter(([, on]) => on.length > 0);
  return { ...deployment, roles, accessories: Object.fromEntries(accessories) };
}

/** The service of all stories. */
export const SERVICE = "shop";

/** Its image with registry, without tag. */
export const REPOSITORY = "registry.acme.dev/acme/shop";

/** A configuration; the same one for the same deployment, for resolving takes longer than a run. */
export function configOf(deployment: StoryDeployment, revision = 0): Promise<Config> {
  const key = JSON.stringify([deployment, revision]);
  const known = CONFIGS.get(key);
  if (known !== undefined) return known;
  if (CONFIGS.size > MOST_CONFIGS) CONFIGS.clear();
  const { destination } = deployment;
  const config = resolveConfig(specOf(deployment, revision), {
    destination,
    digests: pagesOf(deployment, revision),
  });
  CONFIGS.set(key, config);
  return config;
}

const CONFIGS = new Map<string, Promise<Config>>();
const MOST_CONFIGS = 2000;

/** Public host name of a role that gets traffic. */
export function publicHost({ name }: StoryRole): string {
  return `${name}.acme.dev`;
}

/** Beginning of the names of a role's containers, and its proxy service. */
export function prefixOf({ name }: StoryRole, { destination }: StoryDeployment): string {
  return [SERVICE, name, destination].filter((part) => part !== undefined).join("-");
}

/** The host that has the lock: the primary role's first. */
export function lockHostOf({ roles }: StoryDeployment): string {
  return hostName(roles[0]!.hosts[0]!);
}

/** The service with its destination, as files are named. */
export function fullService({ destination }: StoryDeployment): string {
  return [SERVICE, destination].filter((part) => part !== undefined).join("-");
}

function specOf(deployment: StoryDeployment, revision: number): DeploySpec {
  const { roles, accessories, destination, limit, wait, onFailure, release, traefik } = deployment;
  const isProxied = traefik !== true && roles.some(({ proxied }) => proxied);
  return {
    service: SERVICE,
    image: "acme/shop",
    registry: { server: "registry.acme.dev", username: "ci", password: { secret: "PASSWORD" } },
    servers: Object.fromEntries(
      roles.map((role) => [role.name, roleOf(role, revision, traefik === true)]),
    ),
    accessories: Object.fromEntries(
      Object.entries(accessories).map(([name, hosts]) => [
        name,
        { image: `${name}:1`, hosts: hosts.map(hostName) },
      ]),
    ),
    env: { clear: { REVISION: String(revision) }, secret: ["DATABASE_URL"] },
    boot: {
      ...limit === undefined ? {} : { limit },
      ...wait === undefined ? {} : { wait },
      ...onFailure === undefined ? {} : { onFailure },
    },
    ...release === true
      ? { release: { cmd: "bin/migrate", ...isProxied ? { pause: 20 } : {} } }
      : {},
    ...traefik === true ? { traefik: {} } : {},
    settings: settingsOf(deployment, revision),
    ...destination === undefined ? {} : { destinations: { [destination]: {} } },
  };
}

function settingsOf(deployment: StoryDeployment, revision: number): SettingsInput {
  const { retain, assets, orphans } = deployment;
  return {
    ...retain === undefined ? {} : { retainContainers: retain },
    ...assets === true ? { assetPath: "/app/public" } : {},
    ...orphans === undefined ? {} : { orphans },
    ...Object.keys(pagesOf(deployment, revision)).length === 0 ? {} : { errorPagesPath: PAGES },
  };
}

/** Digests of the error pages by their paths; another revision has others, and one in three has none. */
function pagesOf({ errorPages }: StoryDeployment, revision: number): Record<string, string> {
  if (errorPages !== true || isPlain(revision)) return {};
  return Object.fromEntries(
    ["404.html", "503.html"].map((name) => [`${PAGES}/${name}`, sha256(`${name} ${revision}`)]),
  );
}

const PAGES = "pages";

function roleOf(
  role: StoryRole,
  revision: number,
  byTraefik: boolean,
): RoleOptions<readonly string[]> {
  const { replicas } = role;
  const proxy = byTraefik ? { host: publicHost(role) } : proxyOf(role, revision);
  return {
    hosts: role.hosts.map(hostName),
    proxy: role.proxied ? proxy : false,
    cmd: `bin/${role.name}`,
    ...replicas === undefined ? {} : { replicas },
  };
}

function proxyOf(role: StoryRole, revision: number): ProxyInput {
  return {
    host: publicHost(role),
    // Every other change of the configuration is one of the route as well.
    ...revision % 2 === 1 ? { responseTimeout: 60 } : {},
    ...role.certificate === true && !isPlain(revision) ? { ssl: CERTIFICATE } : {},
    ...role.readers === true && !isPlain(revision) ? { readers: { writers: WRITERS } } : {},
  };
}

/** How many of a role's containers get all requests where the others get nothing but reads. */
export const WRITERS = 1;

const CERTIFICATE = { certificatePem: "CERTIFICATE", privateKeyPem: "CERTIFICATE_KEY" };

/** One change of the configuration in three takes certificates, error pages and readers away. */
function isPlain(revision: number): boolean {
  return revision % 3 === 2;
}
