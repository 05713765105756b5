/**
 * The user's functions, kept beside the spec so that the spec stays plain data.
 *
 * @module
 */

import type { HookContext, HookName } from "./hook.ts";
import type { HostsFunction } from "./hosts_function.ts";
import type { SecretsFunction } from "./secrets_function.ts";

/** A function of the user that a hook runs. */
export interface HookEffect {
  /** The hook that it belongs to. */
  readonly name: HookName;
  /** Runs it; what it throws fails the hook. */
  run(context: HookContext): void | Promise<void>;
}

/** All functions of a deployment, by the ids that stand for them in its spec. */
export interface DeployEffects {
  /** Functions of hooks. */
  readonly hooks: Readonly<Record<string, HookEffect>>;
  /** Functions that give hosts. */
  readonly hosts: Readonly<Record<string, HostsFunction>>;
  /** Functions that give secrets. */
  readonly secrets: Readonly<Record<string, SecretsFunction>>;
}

/** The effects of a deployment without functions. */
export const NO_EFFECTS: DeployEffects = Object.freeze({
  hooks: Object.freeze({}),
  hosts: Object.freeze({}),
  secrets: Object.freeze({}),
});
