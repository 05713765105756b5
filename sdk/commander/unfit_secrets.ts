/**
 * Secrets whose values are of no use where they are meant to go.
 *
 * @module
 */

import type { Config } from "../config/config.ts";
import type { Certificate } from "../config/resolve_proxy.ts";
import { SextantError } from "../errors.ts";
import { obstacleTo } from "../operations/file.ts";
import { reasonsToRefuse } from "../secrets/certificate_use.ts";
import { keyPairProblem } from "../secrets/key_pair.ts";
import type { SecretValues } from "../secrets/secret_values.ts";

/**
 * Makes sure that every secret that was resolved arrives as it is, before anything is changed.
 *
 * @throws {SextantError} `SECRET_UNFIT` if one cannot; names all of them, and no value.
 */
export function refuseUnfitSecrets(config: Config, secrets: SecretValues): void {
  const environments = [
    ...config.roles.flatMap(({ name, env }) => Object.values(env).map((env) => ({ name, env }))),
    ...config.accessories.map(({ name, env }) => ({ name, env })),
  ];
  const resolved = new Set(secrets.names);
  refuseUnfitCertificates(config, secrets);
  const complaints = environments.flatMap(({ name: container, env }) =>
    Object.entries(env.secret).flatMap(([name, source]) => {
      const obstacle = resolved.has(source) ? obstacleTo(name, secrets.value(source)) : undefined;
      return obstacle === undefined ? [] : [`${source} as ${name} of ${container}: ${obstacle}`];
    })
  );
  if (complaints.length === 0) return;
  throw new SextantError("SECRET_UNFIT", "a secret cannot be in a container's environment", {
    details: [...new Set(complaints)],
    hint: "Mount it as a file instead, or give the variable another name.",
  });
}

/** A proxy that cannot load one certificate routes nothing after its next start. */
function refuseUnfitCertificates(config: Config, secrets: SecretValues): void {
  const complaints = resolvedCertificates(config, secrets).flatMap((certificate) => {
    const { certificatePem, privateKeyPem } = certificate;
    const problem = keyPairProblem(secrets.value(certificatePem), secrets.value(privateKeyPem));
    return problem === undefined ? [] : [`${certificatePem} with ${privateKeyPem}: ${problem}`];
  });
  if (complaints.length === 0) return;
  throw new SextantError("SECRET_UNFIT", "a certificate cannot be served with its key", {
    details: [...new Set(complaints)],
    hint:
      "Put the server's certificate, those of its authorities after it, and its key into these secrets.",
  });
}

/**
 * What to warn of certificates that can be served though browsers refuse them; no value is in it.
 *
 * @param now Time of the look.
 */
export function certificateWarnings(
  config: Config,
  secrets: SecretValues,
  now: Date,
): readonly string[] {
  const warnings = resolvedCertificates(config, secrets).flatMap(({ certificatePem, hosts }) =>
    reasonsToRefuse(secrets.value(certificatePem), hosts, now).map((reason) =>
      `the certificate in ${certificatePem} ${reason}: browsers refuse it`
    )
  );
  return [...new Set(warnings)];
}

/** The certificates of roles of which both secrets were resolved. */
function resolvedCertificates(
  { roles }: Config,
  secrets: SecretValues,
): readonly (Certificate & { readonly hosts: readonly string[] })[] {
  const resolved = new Set(secrets.names);
  return roles.flatMap(({ proxy }) => {
    if (proxy?.certificate === undefined) return [];
    const { certificatePem, privateKeyPem } = proxy.certificate;
    if (!resolved.has(certificatePem) || !resolved.has(privateKeyPem)) return [];
    return [{ ...proxy.certificate, hosts: proxy.hosts }];
  });
}
