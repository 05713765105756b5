/**
 * All secrets that a project's files hold.
 *
 * @module
 */

import { type SecretFilesOptions, secretsFromFiles } from "./files.ts";
import { resolveSecrets } from "./source.ts";

/**
 * Gets every secret of the files that {@linkcode secretsFromFiles} reads, sorted by name.
 *
 * @throws {ConfigError} If a file cannot be understood.
 * @throws {SextantError} `SECRET_MISSING` if any of them cannot be had; names every one.
 */
export async function allSecrets(
  options: Omit<SecretFilesOptions, "runCommand">,
): Promise<ReadonlyMap<string, string>> {
  const source = secretsFromFiles(options);
  return await resolveSecrets(source, await source.names());
}
