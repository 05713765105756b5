/**
 * All secrets that a project's files hold.
 *
 * @module
 */

import { resolve } from "node:path";
import { type SecretFilesOptions, secretsFromFiles } from "./files.ts";
import { parseSecrets } from "./parse.ts";
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
  const { root, secretsPath, destination } = options;
  const own = destination ? `${secretsPath}.${destination}` : secretsPath;
  const names = await Promise.all(
    [`${secretsPath}-common`, own].map((file) => namesIn(root, file)),
  );
  return await resolveSecrets(secretsFromFiles(options), names.flat());
}

async function namesIn(root: string, file: string): Promise<readonly string[]> {
  try {
    const text = await Deno.readTextFile(resolve(root, file));
    return parseSecrets(text, file).map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
