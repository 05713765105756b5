/**
 * Secrets by name: a deployment never holds a secret's value.
 *
 * @module
 */

import type { SecretReference } from "../command.ts";

export type { SecretReference };

/**
 * Stands for the value that a secret has when the deployment runs.
 *
 * @example A registry's password
 * ```ts
 * import { deploy, secret } from "@sextant/deploy";
 *
 * deploy("shop").registry({ username: "ci", password: secret("REGISTRY_PASSWORD") });
 * ```
 *
 * The value comes from `.kamal/secrets` and is shown nowhere:
 *
 * ```sh
 * docker login --username ci --password-stdin < [REGISTRY_PASSWORD]
 * ```
 */
export function secret<const Name extends string>(name: Name): SecretReference<Name> {
  return Object.freeze({ secret: name });
}

/** Whether a value stands for a secret. */
export function isSecretReference(value: unknown): value is SecretReference {
  return typeof value === "object" && value !== null &&
    Object.keys(value).length === 1 && "secret" in value && typeof value.secret === "string" &&
    SECRET_NAME_REGEXP.test(value.secret);
}

/** What a secret may be called. */
export const SECRET_NAME_REGEXP = /^[\w.-]+$/;
