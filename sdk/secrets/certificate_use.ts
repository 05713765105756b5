/**
 * Whether browsers take a certificate that kamal-proxy can serve.
 *
 * @module
 */

import { X509Certificate } from "node:crypto";
import { firstCertificate } from "./key_pair.ts";

/**
 * Why browsers refuse a certificate for hosts, each reason after the certificate's name; empty where none is certain.
 *
 * @param now Time of the look.
 */
export function reasonsToRefuse(
  certificatePem: string,
  hosts: readonly string[],
  now: Date,
): readonly string[] {
  const certificate = parsed(certificatePem);
  if (certificate === undefined) return [];
  const [from, to] = [new Date(certificate.validFrom), new Date(certificate.validTo)];
  const uncovered = hosts.filter((host) => !covers(certificate, host.toLowerCase()));
  return [
    ...to < now ? [`ended on ${dayOf(to)}`] : [],
    ...from > now ? [`begins on ${dayOf(from)} only`] : [],
    ...uncovered.length === 0 ? [] : [`is not for ${uncovered.join(", ")}`],
  ];
}

/** The server's own certificate; `undefined` where it cannot be read here. */
function parsed(pem: string): X509Certificate | undefined {
  const first = firstCertificate(pem);
  try {
    return first === undefined ? undefined : new X509Certificate(first);
  } catch {
    return undefined;
  }
}

/** Deno compares names letter by letter, a wildcard's too. */
function covers(certificate: X509Certificate, host: string): boolean {
  const parent = host.slice(host.indexOf(".") + 1);
  return [host, `*.${parent}`].some((name) => certificate.checkHost(name) !== undefined);
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
