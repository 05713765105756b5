/**
 * Who logs in to the registry, and how.
 *
 * @module
 */

import type { RegistryLogin } from "../operations/registry.ts";
import type { PlanInput } from "./input.ts";

/** How hosts log in to the registry; `undefined` where none is needed. */
export function registryLogin({ config }: Pick<PlanInput, "config">): RegistryLogin | undefined {
  const { server, username, password } = config.registry;
  return username === undefined || password === undefined
    ? undefined
    : { server, username, password };
}
