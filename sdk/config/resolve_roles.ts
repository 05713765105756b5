/**
 * Resolves roles: hosts registered, environments merged, defaults filled.
 *
 * @module
 */

import { didYouMean } from "./closest.ts";
import { resolveAssets } from "./asset_path.ts";
import { replicasProblem } from "./replicas.ts";
import type { AssetPath, Env, Role, RunOptions } from "./config.ts";
import type { Proxy } from "./resolve_proxy.ts";
import type { Traefik } from "./traefik.ts";
import { resolveEnv, type RootEnvFields } from "./env.ts";
import type { HostRegister } from "./host.ts";
import { resolveLogging } from "./logging.ts";
import { checkObtained } from "./obtained_certificate.ts";
import type { ConfigPath, ReportProblem } from "./problems.ts";
import { checkProxy } from "./proxy.ts";
import { resolveProxy } from "./resolve_proxy.ts";
import { checkProxyRuns, resolveProxyRun } from "./proxy_run.ts";
import type { RoleFields } from "./role.ts";
import { resolveRunOptions } from "./run_options.ts";
import { isName, NAME_RULE } from "./service.ts";
import type { LongSpec } from "./spec_schema.ts";
import { resolveTextMap } from "./text_map.ts";
import { checkTraefikProxy, healthOptions, traefikLabels } from "./traefik.ts";

/** What resolving needs besides the spec itself. */
export interface ResolveContext {
  /** The validated spec of the destination. */
  readonly spec: LongSpec;
  /** Name of the app. */
  readonly service: string;
  /** Destination; `undefined` without one. */
  readonly destination: string | undefined;
  /** How Traefik runs, where it has kamal-proxy's place. */
  readonly traefik: Traefik | undefined;
  /** Takes every host. */
  readonly hosts: HostRegister;
  /** Takes every problem. */
  readonly report: ReportProblem;
}

/** Resolves all roles, the primary one first, the others by name. */
export function resolveRoles(context: ResolveContext): readonly Role[] {
  const { spec, report } = context;
  const names = Object.keys(spec.servers ?? {}).toSorted();
  const primary = primaryRoleOf(names, context);
  checkProxy(spec.proxy ?? {}, ["proxy"], report);
  const roles = names
    .toSorted((a, b) => Number(b === primary) - Number(a === primary))
    .map((name) => resolveRole(name, spec.servers?.[name] ?? {}, name === primary, context));
  checkSharedHttps(roles, report);
  checkWildcards(roles, report);
  checkProxyRuns(roles, report);
  return roles;
}

function primaryRoleOf(names: readonly string[], { spec, report }: ResolveContext): string {
  const { primaryRole } = spec.settings ?? {};
  const primary = primaryRole ?? "web";
  if (names.length > 0 && !names.includes(primary)) {
    const choice = didYouMean(primary, names);
    if (primaryRole === undefined) {
      report(["servers"], `has no role "web" to boot first; name another as primaryRole${choice}`);
    } else {
      report(["settings", "primaryRole"], `unknown role "${primary}"${choice}`);
    }
  }
  return primary;
}

function resolveRole(
  name: string,
  input: RoleFields,
  isPrimary: boolean,
  context: ResolveContext,
): Role {
  const { spec, report, service, destination, traefik } = context;
  const path = ["servers", name];
  if (!isName(name)) report(path, NAME_RULE);
  const placed = registerHosts(name, input, context);
  const hosts = [...placed.keys()];
  checkEmpty(name, input, isPrimary, context);
  const route = proxyOf(name, input, isPrimary, hosts.length, context);
  const ownProxy = typeof input.proxy === "object" ? input.proxy : {};
  const proxy = traefik === undefined ? route : undefined;
  const containerPrefix = [service, name, destination].filter((part) => part).join("-");
  const byTraefik = traefik && route && servedByTraefik(containerPrefix, route, traefik);
  const { drainTimeout = 30, stopTimeout } = spec.settings ?? {};
  const run = resolveRunOptions(
    { ...byTraefik?.options, ...input.options },
    [...path, "options"],
    report,
  );
  const replicas = Object.fromEntries([...placed].map(([host, { replicas }]) => [host, replicas]));
  checkReplicas(replicas, run.options, path, report);
  return {
    name,
    isPrimary,
    hosts,
    containerPrefix,
    cmd: input.cmd,
    env: Object.fromEntries(
      [...placed].map(([host, { tags }]) => [host, envOn(tags, input, spec.env)]),
    ),
    replicas,
    proxy,
    proxyRun: resolveProxyRun(spec.proxy?.run, ownProxy.run),
    assets: route === undefined ? [] : assetsOf(input, path, context),
    traefik: byTraefik && { cord: traefik.cord },
    labels: {
      ...byTraefik?.labels,
      ...resolveTextMap(spec.labels),
      ...resolveTextMap(input.labels),
    },
    ...run,
    logging: resolveLogging(spec.logging, input.logging),
    // Kamal: configuration/role.rb, stop_args. The proxy has drained already where there is one.
    stopTimeout: input.stopTimeout ?? stopTimeout ?? (proxy ? undefined : drainTimeout),
  };
}

/** What a role says of one of its hosts. */
interface Placed {
  readonly tags: ReadonlySet<string>;
  readonly replicas: number;
}

/** Registers a role's hosts; gives what it says of each, by host name. */
function registerHosts(
  name: string,
  input: RoleFields,
  { hosts }: ResolveContext,
): ReadonlyMap<string, Placed> {
  const placed = new Map<string, Placed>();
  for (const [index, host] of (input.hosts ?? []).entries()) {
    const key = hosts.add(host, ["servers", name, "hosts", index]);
    if (!key) continue;
    const known = placed.get(key);
    placed.set(key, {
      tags: new Set([...known?.tags ?? [], ...host.tags ?? []]),
      replicas: host.replicas ?? known?.replicas ?? input.replicas ?? 1,
    });
  }
  return placed;
}

function assetsOf(
  { assetPath }: RoleFields,
  path: ConfigPath,
  { spec, report }: ResolveContext,
): readonly AssetPath[] {
  return assetPath === undefined
    ? resolveAssets(spec.settings?.assetPath, ["settings", "assetPath"], report)
    : resolveAssets(assetPath, [...path, "assetPath"], report);
}

function checkReplicas(
  replicas: Readonly<Record<string, number>>,
  options: RunOptions,
  path: ConfigPath,
  report: ReportProblem,
): void {
  if (Object.values(replicas).every((count) => count === 1)) return;
  const problem = replicasProblem(options);
  if (problem !== undefined) report([...path, "replicas"], `cannot be more than 1: it ${problem}`);
}

function checkEmpty(
  name: string,
  input: RoleFields,
  isPrimary: boolean,
  { spec, report }: ResolveContext,
): void {
  if ((input.hosts ?? []).length > 0) return;
  if (isPrimary) {
    report(["servers", name], "has no hosts, and is the primary role");
  } else if (!spec.settings?.allowEmptyRoles) {
    report(
      ["servers", name],
      "has no hosts: name some, or say allowEmptyRoles: true in the settings",
    );
  }
}

function envOn(tags: Iterable<string>, input: RoleFields, root: RootEnvFields = {}): Env {
  const tagEnvs = [...tags].map((tag) =>
    root.tags && Object.hasOwn(root.tags, tag) ? root.tags[tag] : undefined
  );
  return resolveEnv(root, input.env, ...tagEnvs);
}

function proxyOf(
  name: string,
  input: RoleFields,
  isPrimary: boolean,
  hostCount: number,
  { spec, report }: ResolveContext,
): Proxy | undefined {
  const own = input.proxy ?? isPrimary;
  if (own === false) return undefined;
  const path = own === true ? ["proxy"] : ["servers", name, "proxy"];
  if (own !== true) checkProxy(own, path, report);
  if (spec.traefik !== undefined) {
    checkTraefikProxy(own === true ? spec.proxy ?? {} : own, path, report);
  }
  const proxy = resolveProxy(spec.proxy ?? {}, own === true ? {} : own);
  const { canonicalHost } = proxy;
  if (canonicalHost !== undefined && !proxy.hosts.includes(canonicalHost)) {
    report([...path, "canonicalHost"], "should be one of the public host names, to be answered");
  }
  if (proxy.ssl && proxy.hosts.length === 0) {
    report([...path, "ssl"], "needs a public host name to obtain certificates for");
  }
  checkObtained(name, proxy, hostCount, path, report);
  return proxy;
}

/** Traefik finds containers by their labels, and leaves those that their own health check calls unhealthy. */
function servedByTraefik(
  prefix: string,
  route: Proxy,
  traefik: Traefik,
): { readonly labels: Record<string, string>; readonly options: RunOptions } {
  return { labels: traefikLabels(prefix, route), options: healthOptions(traefik, route) };
}

/**
 * At its next start kamal-proxy would obtain certificates for what is below a path of a host name that it serves with
 * HTTPS, which it cannot for wildcards: it would route nothing any more.
 */
function checkWildcards(roles: readonly Role[], report: ReportProblem): void {
  const isBelowPath = ({ proxy }: Role): boolean =>
    proxy?.pathPrefixes.some((prefix) => /[^/]/.test(prefix)) === true;
  for (const role of roles.filter(isBelowPath)) {
    const wildcard = role.proxy?.hosts.find((host) => host.includes("*"));
    const owner = roles.find(({ proxy }) =>
      wildcard !== undefined && proxy?.ssl === true && proxy.hosts.includes(wildcard)
    );
    if (owner === undefined) continue;
    report(
      ["servers", role.name, "proxy"],
      `has a path of ${wildcard}, for which "${owner.name}" serves HTTPS: kamal-proxy cannot start with both`,
    );
  }
}

/** Kamal: configuration.rb, ensure_unique_hosts_for_ssl_roles. */
function checkSharedHttps(roles: readonly Role[], report: ReportProblem): void {
  const owners = new Map<string, string>();
  for (const role of roles.filter((role) => role.proxy?.ssl)) {
    for (const host of role.proxy?.hosts ?? []) {
      const owner = owners.get(host);
      if (owner === undefined) owners.set(host, role.name);
      else report(["servers", role.name, "proxy"], `serves HTTPS for ${host}, as "${owner}" does`);
    }
  }
}
