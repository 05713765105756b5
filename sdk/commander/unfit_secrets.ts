/**
 * Secrets whose values are of no use where they are meant to go.
 *
 * @module
 */

import type { Config } from "../config/config.ts";
import { SextantError } from "../errors.ts";
import { obstacleTo } from "../operations/file.ts";
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
function refuseUnfitCertificates({ roles }: Config, secrets: SecretValues): void {
  const resolved = new Set(secrets.names);
  const complaints = roles.flatMap(({ proxy }) => {
    const { certificatePem, privateKeyPem } = proxy?.certificate ?? {};
    if (certificatePem === undefined || privateKeyPem === undefined) return [];
    if (!resolved.has(certificatePem) || !resolved.has(privateKeyPem)) return [];
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
