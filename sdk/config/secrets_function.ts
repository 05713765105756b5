/**
 * A function that gives secrets: it stands in the effects, and its id in the spec.
 *
 * @module
 */

import { ConfigError } from "../errors.ts";
import type { DeployContext } from "./deploy_context.ts";
import type { DeployEffects } from "./effects.ts";
import { isPlainObject } from "./plain_data.ts";

/** What a function that gives secrets is told. */
export interface SecretsContext extends DeployContext {
  /** Name of the app. */
  readonly service: string;
  /** Is aborted when the run is cancelled. */
  readonly signal: AbortSignal;
}

/**
 * Gives the values of secrets by name, from a vault's API for example. Called once per run that needs any of them, with
 * all names of the deployment that no file such as `.kamal/secrets` holds, sorted. A name that it leaves out is missing
 * to whatever needs it.
 */
export type SecretsFunction = (
  names: readonly string[],
  context: SecretsContext,
) => Promise<Readonly<Record<string, string>>>;

/** Where secrets come from that no file holds. */
export interface SecretsInput {
  /** Gives their values. */
  readonly fetch: SecretsFunction;
}

/** Stands in a spec for the function that gives secrets. */
export interface SecretsReference {
  /** Id of the function in the effects. */
  readonly fetch: string;
}

/**
 * Puts the function that gives secrets beside those that are there, under an id of its own.
 *
 * @throws {ConfigError} If it is no function.
 */
export function addSecrets(
  effects: DeployEffects,
  secrets: SecretsInput,
): { readonly id: string; readonly effects: DeployEffects } {
  if (!isPlainObject(secrets) || typeof secrets.fetch !== "function") {
    throw new ConfigError([{ path: "secrets.fetch", message: "should be a function" }]);
  }
  const id = `secrets#${1 + Object.keys(effects.secrets).length}`;
  return { id, effects: { ...effects, secrets: { ...effects.secrets, [id]: secrets.fetch } } };
}
