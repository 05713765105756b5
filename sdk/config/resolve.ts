/**
 * From what a deployment says to what it is: the way into the configuration layer.
 *
 * @module
 */

import type { Config } from "./config.ts";
import { specFor } from "./destination.ts";
import { parseMount } from "./mount.ts";
import { isPlainObject } from "./plain_data.ts";
import type { DeploySpec } from "./spec.ts";

/** For what a spec is resolved. */
export interface ResolveOptions {
  /** One of the spec's destinations; `undefined` for none. */
  readonly destination?: string | undefined;
  /** SHA-256 in hex of every file that {@linkcode localFiles} names. */
  readonly digests?: Readonly<Record<string, string>> | undefined;
  /** Nouns of which something was left out already; what only follows from that is not reported. */
  readonly broken?: readonly string[] | undefined;
}

/**
 * Validates a spec and fills every default; the result is deep-frozen and the same for the same spec,
 * whatever order its keys are in.
 *
 * @throws {ConfigError} If anything is wrong; names all of it, in the spelling of the spec.
 */
export async function resolveConfig(
  spec: DeploySpec,
  options: ResolveOptions = {},
): Promise<Config> {
  // The schemas bring zod with them, which takes longer to load than the rest of the SDK.
  const { resolveSpec } = await import("./resolve_spec.ts");
  return resolveSpec(spec, options);
}

/** The project's folder of error pages; `undefined` for none. What is not valid is left to {@linkcode resolveConfig}. */
export function errorPagesPath(spec: DeploySpec, destination?: string): string | undefined {
  const { settings } = specFor(spec, destination);
  const path: unknown = isPlainObject(settings) ? settings.errorPagesPath : undefined;
  return typeof path === "string" && path !== "" ? path : undefined;
}

/** The project's files that accessories mount, sorted; what is not valid is left to {@linkcode resolveConfig}. */
export function localFiles(spec: DeploySpec, destination?: string): readonly string[] {
  const { accessories } = specFor(spec, destination);
  const files = Object.values(isPlainObject(accessories) ? accessories : {})
    .flatMap((accessory) => isPlainObject(accessory) ? accessory.files : [])
    .map((mount) => parseMount(mount)?.local)
    .filter((local) => local !== undefined);
  return [...new Set(files)].toSorted();
}
