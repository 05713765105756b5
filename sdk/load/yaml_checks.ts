/**
 * By which name kamal-proxy's checks ask: in TypeScript by the public host, in YAML as Kamal does by the container's
 * address. The difference is said here, once, so that all else knows one configuration.
 *
 * @module
 */

import { isPlainObject, type PlainObject } from "../config/plain_data.ts";

/** Adds to the proxies with public hosts by which name Kamal's checks ask, where they do not say it. */
export function withKamalsChecks(spec: PlainObject): PlainObject {
  if (spec.proxy === undefined) return withChecksOfRoles(spec);
  const proxy = withKamalsCheck(spec.proxy);
  // A role's checks are laid over the app's.
  return saysHost(proxy) ? { ...spec, proxy } : withChecksOfRoles(spec);
}

function withChecksOfRoles(spec: PlainObject): PlainObject {
  const { servers } = spec;
  if (!isPlainObject(servers)) return spec;
  const roles = Object.entries(servers).map(([name, role]) => {
    const hasProxy = isPlainObject(role) && role.proxy !== undefined;
    return [name, hasProxy ? { ...role, proxy: withKamalsCheck(role.proxy) } : role];
  });
  return { ...spec, servers: Object.fromEntries(roles) };
}

function withKamalsCheck(proxy: unknown): unknown {
  if (!isPlainObject(proxy) || saysHost(proxy)) return proxy;
  const { host, hosts, healthcheck = {} } = proxy;
  if ((host ?? hosts) === undefined || !isPlainObject(healthcheck)) return proxy;
  return { ...proxy, healthcheck: { ...healthcheck, host: false } };
}

function saysHost(proxy: unknown): boolean {
  return isPlainObject(proxy) && isPlainObject(proxy.healthcheck) &&
    proxy.healthcheck.host !== undefined;
}
