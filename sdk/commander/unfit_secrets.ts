/**
 * Secrets whose values no container's environment can hold.
 *
 * @module
 */

import type { Config } from "../config/config.ts";
import { SextantError } from "../errors.ts";
import { obstacleTo } from "../operations/file.ts";
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
