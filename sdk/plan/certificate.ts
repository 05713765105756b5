/**
 * Certificates for routes that begin to serve HTTPS.
 *
 * @module
 */

import { proxyRunOn } from "../config/config.ts";
import { withPort } from "../config/published_port.ts";
import type { RoleChange } from "./changes.ts";
import type { PlanInput } from "./input.ts";
import type { Step } from "./plan.ts";
import { step } from "./stages.ts";

/** Has kamal-proxy get the certificates of host names that it did not serve by HTTPS before. */
export function certificateSteps(
  input: PlanInput,
  host: string,
  changes: readonly RoleChange[],
): readonly Step[] {
  const { publish, bindIps: [ip = "127.0.0.1"], httpsPort } = proxyRunOn(input.config, host);
  const names = changes.flatMap(newNames);
  // Where no port is published, something else stands before the proxy, and asks it in its own way.
  if (!publish || names.length === 0) return [];
  return [
    step(`${host} certificate`, {
      kind: "obtain-certificates",
      hosts: names,
      at: withPort(ip, httpsPort),
    }),
  ];
}

function newNames({ role, routes, current: { route } }: RoleChange): readonly string[] {
  const { proxy } = role;
  if (proxy === undefined || !proxy.ssl || proxy.certificate !== undefined || !routes) return [];
  const isOwn = route?.flags.some((flag) => flag.startsWith("--tls-certificate-path=")) === true;
  const had = route?.tls === true && !isOwn ? route.hosts : [];
  return proxy.hosts.filter((name) => !had.includes(name) && !name.includes("*"));
}
