/**
 * Certificates that kamal-proxy obtains by itself, from Let's Encrypt or another authority.
 *
 * @module
 */

import * as z from "zod";
import type { ConfigPath, ReportProblem } from "./problems.ts";
import type { Proxy } from "./resolve_proxy.ts";

/** The URL of an authority's directory. */
export function directoryUrl(): z.ZodType<string> {
  return z.string().check(
    z.refine((value) => isHttps(value), {
      error: 'should be a URL that begins with "https://", such as "https://ca.acme.dev/directory"',
    }),
  );
}

/** Complains about what nothing can be obtained by. */
export function checkObtained(
  role: string,
  proxy: Proxy,
  hostCount: number,
  path: ConfigPath,
  report: ReportProblem,
): void {
  const { ssl, certificate, sslStaging, acmeDirectory, pathPrefixes } = proxy;
  const obtains = ssl && certificate === undefined;
  const refuse = (key: keyof Proxy, problem: string): void => report([...path, key], problem);
  if (sslStaging && !obtains) refuse("sslStaging", "needs ssl: true");
  if (acmeDirectory !== undefined) {
    if (!obtains) {
      refuse("acmeDirectory", "needs ssl: true, for no certificate comes from there else");
    } else if (sslStaging) {
      refuse("acmeDirectory", "stands beside sslStaging, should be the one or the other");
    } else if (acmeDirectory === STAGING) {
      refuse("acmeDirectory", "is that of Let's Encrypt's staging, should be sslStaging: true");
    } else if (pathPrefixes.length > 0 && pathPrefixes.every((prefix) => /[^/]/.test(prefix))) {
      refuse("acmeDirectory", 'needs a role with the path "/": kamal-proxy has HTTPS there alone');
    }
  }
  if (!obtains) return;
  const problem = obstacleToObtain(role, proxy, hostCount);
  if (problem !== undefined) refuse("ssl", problem);
}

/** Let's Encrypt's staging, for which kamal-proxy has a flag. */
const STAGING = "https://acme-staging-v02.api.letsencrypt.org/directory";

function isHttps(value: string): boolean {
  return /^https:\/\/[^\s/]/.test(value) && !/\s/.test(value) && URL.canParse(value);
}

/** Why kamal-proxy can obtain no certificates for a role; `undefined` where it can. */
function obstacleToObtain(role: string, { hosts }: Proxy, count: number): string | undefined {
  const wildcard = hosts.find((host) => host.includes("*"));
  if (wildcard !== undefined) {
    return `obtains no certificate for ${wildcard}: ${OWN_CERTIFICATE}`;
  }
  if (count <= 1) return undefined;
  return `works on a single server, the role "${role}" has ${count}; ${OWN_CERTIFICATE}, or let a load balancer in front of them serve HTTPS`;
}

const OWN_CERTIFICATE = "serve a certificate of your own";
