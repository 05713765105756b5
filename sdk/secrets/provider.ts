/**
 * Secrets that a function of the user gives, beside those of files.
 *
 * @module
 */

import { messageOf, SextantError } from "../errors.ts";
import { throwIfCancelled } from "./cancel.ts";
import type { ListingSource } from "./source.ts";

/** A function that gives secrets. */
export interface Provider {
  /** How errors name it. */
  readonly name: string;
  /** Gives values by name. */
  readonly fetch: (names: readonly string[]) => Promise<unknown>;
  /** Is aborted when the run is cancelled. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Takes secrets from files, and all others out of `names` from a function, which is called once, and not at all where
 * the files hold every name. What the files do to get a value is not waited for.
 */
export function secretsWithProvider(
  files: ListingSource,
  names: readonly string[],
  provider: Provider,
): ListingSource {
  let holding: Promise<ReadonlySet<string>> | undefined;
  let asking: Promise<ReadonlyMap<string, string>> | undefined;
  const held = (): Promise<ReadonlySet<string>> =>
    holding ??= files.names().then((names) => new Set(names));
  const ask = async (): Promise<ReadonlyMap<string, string>> => {
    const known = await held();
    const wanted = names.filter((name) => !known.has(name)).toSorted();
    return wanted.length === 0 ? new Map() : await fetchAll(wanted, provider);
  };
  return {
    async names() {
      return [...await held(), ...names];
    },
    async value(name) {
      if ((await held()).has(name)) return await files.value(name);
      return (await (asking ??= ask())).get(name);
    },
    async places() {
      return [...await files.places(), provider.name];
    },
    hint: (missing) => {
      const text = `Let the function of ${provider.name} give ${missing.join(", ")}.`;
      return Promise.resolve(text);
    },
  };
}

async function fetchAll(
  names: readonly string[],
  { name, fetch, signal }: Provider,
): Promise<ReadonlyMap<string, string>> {
  throwIfCancelled(signal);
  let given: unknown;
  try {
    given = await fetch(names);
  } catch (cause) {
    throwIfCancelled(signal);
    throw failure(name, `failed: ${messageOf(cause)}`, cause);
  }
  if (typeof given !== "object" || given === null || Symbol.iterator in given) {
    throw failure(name, "should give an object with a text for each name");
  }
  const values = new Map<string, string>();
  for (const [key, value] of Object.entries(given)) {
    if (!names.includes(key) || value === undefined || value === null) continue;
    // The value may be a secret all the same, so it is not shown.
    if (typeof value !== "string") throw failure(name, `gave something for ${key} that is no text`);
    if (value.includes("\0")) {
      throw failure(name, `gave a NUL byte for ${key}, which no environment variable can hold`);
    }
    values.set(key, value);
  }
  return values;
}

function failure(name: string, what: string, cause?: unknown): SextantError {
  return new SextantError("SECRET_MISSING", `${name} ${what}`, {
    cause,
    hint: `Mend the function that the deployment hands to ${name}.`,
  });
}
