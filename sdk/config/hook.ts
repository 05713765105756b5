/**
 * Hooks: the user's programs and functions at named points of a deploy.
 *
 * @module
 */

import { ConfigError } from "../errors.ts";
import { didYouMean } from "./closest.ts";
import type { DeployEffects, HookEffect } from "./effects.ts";

/** Every hook, in the order of a deploy; the names are those of Kamal's files. */
export const HOOK_NAMES: readonly HookName[] = [
  "pre-init",
  "pre-connect",
  "docker-setup",
  "pre-build",
  "pre-deploy",
  "pre-app-boot",
  "post-app-boot",
  "post-deploy",
  "pre-proxy-reboot",
  "post-proxy-reboot",
  "pre-traefik-reboot",
  "post-traefik-reboot",
];

/** The hooks around a reboot of Traefik, with those around one of kamal-proxy. */
export const TRAEFIK_HOOKS: ReadonlyMap<HookName, HookName> = new Map([
  ["pre-traefik-reboot", "pre-proxy-reboot"],
  ["post-traefik-reboot", "post-proxy-reboot"],
]);

/** Name of a hook. */
export type HookName =
  | "pre-init"
  | "pre-connect"
  | "docker-setup"
  | "pre-build"
  | "pre-deploy"
  | "pre-app-boot"
  | "post-app-boot"
  | "post-deploy"
  | "pre-proxy-reboot"
  | "post-proxy-reboot"
  | "pre-traefik-reboot"
  | "post-traefik-reboot";

/** Name of a hook that Kamal 1 has alone. */
export type OldHookName = "pre-init" | "pre-traefik-reboot" | "post-traefik-reboot";

/** Whether Kamal 1 alone has a hook. */
export function isOldHook(name: HookName): name is OldHookName {
  return name === "pre-init" || TRAEFIK_HOOKS.has(name);
}

/** What a hook may know of the plan. */
export interface PlanSummary {
  /** Name of the app. */
  readonly service: string;
  /** Destination; `undefined` without one. */
  readonly destination: string | undefined;
  /** Version that the plan brings to its hosts. */
  readonly version: string;
  /** Names of all hosts of the plan. */
  readonly hosts: readonly string[];
}

/** What a hook is given. */
export interface HookContext<Name extends HookName = HookName> {
  /** Name of the hook. */
  readonly name: Name;
  /** Name of the app. */
  readonly service: string;
  /** Destination; `undefined` without one. */
  readonly destination: string | undefined;
  /** Version that is deployed. */
  readonly version: string;
  /** Names of the hosts that the hook is about: those of its group around a boot, else all. */
  readonly hosts: readonly string[];
  /** Who deploys, as in the audit log. */
  readonly performer: string;
  /** When the run began, in ISO 8601, such as `2026-01-31T12:00:00Z`. */
  readonly recordedAt: string;
  /** The plan; `undefined` for hooks that run before there is one. */
  readonly plan: Name extends "pre-init" | "pre-connect" | "docker-setup" | "pre-build" ? undefined
    : PlanSummary;
  /** Seconds that the deploy took; known to `post-deploy` alone. */
  readonly runtime: Name extends "post-deploy" ? number : undefined;
  /** Writes a line to the progress. */
  readonly log: (line: string) => void;
  /** Is aborted when the run is cancelled. */
  readonly signal: AbortSignal;
}

/** A hook as a function; what it throws fails the deploy. */
export type HookFunction<Name extends HookName = HookName> = (
  context: HookContext<Name>,
) => void | Promise<void>;

/** Ids of hook functions by hook, in the order they run; the functions stand in the effects. */
export type HookIds = Readonly<Partial<Record<HookName, readonly string[]>>>;

/**
 * Puts a hook's function beside those that are there, under an id of its own.
 *
 * @throws {ConfigError} If there is no such hook, or it is no function.
 */
export function addHook<Name extends HookName>(
  effects: DeployEffects,
  name: Name,
  run: HookFunction<Name>,
): { readonly id: string; readonly effects: DeployEffects } {
  if (!HOOK_NAMES.includes(name)) {
    const message = `unknown hook "${name}"${didYouMean(name, HOOK_NAMES)}`;
    throw new ConfigError([{ path: "hooks", message }]);
  }
  if (typeof run !== "function") {
    throw new ConfigError([{ path: `hooks.${name}`, message: "should be a function" }]);
  }
  const id = `${name}#${1 + Object.keys(effects.hooks).length}`;
  // Whoever runs an effect looks its name up first, so the context is the one of that name.
  const effect: HookEffect = { name, run: run as HookEffect["run"] };
  return { id, effects: { ...effects, hooks: { ...effects.hooks, [id]: effect } } };
}
