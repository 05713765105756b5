/**
 * Where secrets come from, and how all that a deployment names are had at once.
 *
 * @module
 */

import { SextantError } from "../errors.ts";

/** A place that knows secrets. */
export interface SecretSource {
  /**
   * Gives a secret's value, `undefined` if it is not known here.
   *
   * @throws {SextantError} If it is known but cannot be had.
   */
  readonly value: (name: string) => Promise<string | undefined>;
  /** Where it looked, each as the user would type it; asked only for an error. */
  readonly places: () => Promise<readonly string[]>;
  /** What to do about missing secrets; asked only for an error. */
  readonly hint: (missing: readonly string[]) => Promise<string>;
}

/** A place that can name all the secrets it knows. */
export interface ListingSource extends SecretSource {
  /** Names of all secrets that are known here. */
  readonly names: () => Promise<readonly string[]>;
}

/**
 * Gets the values of all secrets that a place knows, sorted by name.
 *
 * @throws {SextantError} As {@linkcode resolveSecrets} does.
 */
export async function resolveAllSecrets(
  source: ListingSource,
): Promise<ReadonlyMap<string, string>> {
  return await resolveSecrets(source, await source.names());
}

/**
 * Gets the values of all the named secrets, side by side.
 *
 * @throws {SextantError} `SECRET_MISSING` if any of them cannot be had; names every one of them.
 */
export async function resolveSecrets(
  source: SecretSource,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const wanted = [...new Set(names)].sort();
  const results = await Promise.allSettled(wanted.map((name) => source.value(name)));
  const values = new Map<string, string>();
  const missing: string[] = [];
  const failures = new Map<unknown, string[]>();
  for (const [index, result] of results.entries()) {
    const name = wanted[index]!;
    if (result.status === "rejected") {
      failures.set(result.reason, [...failures.get(result.reason) ?? [], name]);
    } else if (result.value === undefined) missing.push(name);
    else values.set(name, result.value);
  }
  if (failures.size === 0 && missing.length === 0) return values;
  throw await secretsError(source, missing, failures);
}

async function secretsError(
  source: SecretSource,
  missing: readonly string[],
  failures: ReadonlyMap<unknown, readonly string[]>,
): Promise<unknown> {
  const reasons = [...failures.keys()];
  const errors = reasons.filter((reason) => reason instanceof SextantError);
  // A bug, a broken file or an abort is no missing secret.
  const other = reasons.find((reason) =>
    !(reason instanceof SextantError) || reason.code !== "SECRET_MISSING"
  );
  if (other !== undefined) return other;

  const names = [...missing, ...[...failures.values()].flat()].sort();
  const count = names.length === 1 ? "a secret is missing" : `${names.length} secrets are missing`;
  const hints = new Set(errors.map((error) => error.hint ?? ""));
  if (missing.length > 0) hints.add(await source.hint(missing));
  return new SextantError("SECRET_MISSING", `${count}: ${names.join(", ")}`, {
    details: [
      ...missing.length === 0
        ? []
        : [`${missing.join(", ")}: not found in ${(await source.places()).join(", ")}`],
      ...errors.flatMap((error) => [error.message, ...error.details]),
    ],
    hint: [...hints].filter((hint) => hint).join(" ") || undefined,
    cause: reasons,
  });
}
