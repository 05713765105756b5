/**
 * Specs for tests, and the problems that a spec has.
 *
 * @module
 */

import type { Config } from "../../sdk/config/config.ts";
import { resolveConfig, type ResolveOptions } from "../../sdk/config/resolve.ts";
import type { DeploySpec } from "../../sdk/config/spec.ts";
import { ConfigError } from "../../sdk/errors.ts";

/** A spec that lacks nothing, with more in it; what types would reject may stand in it too. */
export function specWith(more: object = {}): DeploySpec {
  return { service: "shop", image: "acme/shop", servers: { web: ["10.0.0.1"] }, ...more };
}

/** Resolves {@linkcode specWith}. */
export function resolveWith(more: object = {}, options: ResolveOptions = {}): Promise<Config> {
  return resolveConfig(specWith(more), options);
}

/** The problems of {@linkcode specWith}, one line each. */
export async function problemsWith(
  more: object = {},
  options: ResolveOptions = {},
): Promise<readonly string[]> {
  try {
    await resolveWith(more, options);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ path, message }) => `${path}: ${message}`);
  }
}
