/**
 * Certificates for routes that begin to serve HTTPS.
 *
 * @module
 */

import { proxyRunOn } from "../config/config.ts";
import { withPort } from "../config/published_port.ts";
import { ACME_DIRECTORY, settingsOf } from "../observe/route_flags.ts";
import type { RoleChange } from "./changes.ts";
import type { PlanInput } from "./input.ts";
import type { Step } from "./plan.ts";
import { tlsFlags } from "./proxy_files.ts";
import { step } from "./stages.ts";

/** Has kamal-proxy get the certificates of host names that it did not have from the same authority before. */
export function certificateSteps(
  input: PlanInput,
  host: string,
  changes: readonly RoleChange[],
): readonly Step[] {
  const { publish, bindIps: [ip = "127.0.0.1"], httpsPort } = proxyRunOn(input.config, host);
  // Where no port is published, something else stands before the proxy, and asks it in its own way.
  if (!publish) return [];
  const byDirectory = Map.groupBy(changes, ({ role }) => role.proxy?.acmeDirectory);
  const visits = [...byDirectory].map(([directory, some]) => ({
    kind: "obtain-certificates" as const,
    hosts: some.flatMap(newNames),
    directory,
    at: withPort(ip, httpsPort),
  })).filter(({ hosts }) => hosts.length > 0);
  return visits.length === 0 ? [] : [step(`${host} certificate`, ...visits)];
}

function newNames({ role, routes, current: { route } }: RoleChange): readonly string[] {
  const { proxy } = role;
  if (proxy === undefined || !proxy.ssl || proxy.certificate !== undefined || !routes) return [];
  const found = settingsOf(route?.flags ?? []);
  const wanted = settingsOf(tlsFlags(proxy, {}));
  const isSame = AUTHORITY.every((name) => found[name] === wanted[name]);
  const had = route?.tls === true && isSame ? route.hosts : [];
  return proxy.hosts.filter((name) => !had.includes(name) && !name.includes("*"));
}

/** Settings of a route by which its certificates come from somewhere; an own one has none. */
const AUTHORITY = ["tls-certificate-path", "tls-staging", ACME_DIRECTORY];
