/**
 * The commands about secrets, from what they are told to what they print.
 *
 * @module
 */

import type { ProgramRunnerOptions } from "./adapters/program.ts";
import { extractSecret } from "./extract.ts";
import { type FetchOptions, fetchSecrets } from "./fetch.ts";
import { type ListingSource, resolveAllSecrets } from "./source.ts";

/**
 * Fetches secrets and prints them as one line of JSON, from names to values.
 *
 * @throws {SextantError} As {@linkcode fetchSecrets} does.
 */
export async function printFetched(
  options: FetchOptions,
  surroundings: ProgramRunnerOptions,
): Promise<string> {
  return jsonLine(await fetchSecrets(options, surroundings));
}

/**
 * Prints one of the secrets that were fetched: as it is, or as JSON.
 *
 * @throws {SextantError} As {@linkcode extractSecret} does.
 */
export function printExtracted(name: string, fetched: string, json: boolean): string {
  const value = extractSecret(name, fetched);
  return `${json ? JSON.stringify(value) : value}\n`;
}

/**
 * Prints all secrets of a place: as `NAME=value` lines, or as one line of JSON.
 *
 * @throws {SextantError} As {@linkcode resolveAllSecrets} does.
 */
export async function printAll(source: ListingSource, json: boolean): Promise<string> {
  const secrets = await resolveAllSecrets(source);
  if (json) return jsonLine(secrets);
  return [...secrets].map(([name, value]) => `${name}=${value}\n`).join("");
}

function jsonLine(secrets: ReadonlyMap<string, string>): string {
  return `${JSON.stringify(Object.fromEntries(secrets))}\n`;
}
