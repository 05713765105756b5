/**
 * Hooks as effects: executables in the hooks folder, then functions of the deployment.
 *
 * @module
 */

import { relative } from "node:path";
import type { Config } from "../config/config.ts";
import type { DeployEffects, HookEffect } from "../config/effects.ts";
import { type HookContext, type HookIds, type HookName, TRAEFIK_HOOKS } from "../config/hook.ts";
import { ConfigError, messageOf, SextantError } from "../errors.ts";
import type { HookCall } from "../exec/effects.ts";
import type { RunFacts } from "../plan/input.ts";
import type { Plan } from "../plan/plan.ts";
import type { SecretValues } from "../secrets/secret_values.ts";
import { findHooks, hookEnvironment, runHookFile } from "../project/hooks.ts";

/** What hooks are told of the run. */
export interface HookFacts {
  /** The configuration. */
  readonly config: Config;
  /** The command, such as `accessory boot`. */
  readonly verb: string;
  /** Version that is deployed. */
  readonly version: string;
  /** Names of the roles the user selected; `undefined` where all are meant. */
  readonly roles: readonly string[] | undefined;
  /** Facts of the run. */
  readonly run: RunFacts;
  /** The plan, once there is one. */
  readonly plan: Plan | undefined;
  /** Whether the command takes the lock. */
  readonly takesLock: boolean;
  /** The secrets, where they were resolved. */
  readonly secrets: SecretValues;
}

/** The hooks of a run. */
export class Hooks {
  readonly #root: string;
  readonly #files: ReadonlyMap<HookName, string>;
  readonly #functions: ReadonlyMap<HookName, readonly HookEffect[]>;

  private constructor(
    root: string,
    files: ReadonlyMap<HookName, string>,
    functions: ReadonlyMap<HookName, readonly HookEffect[]>,
  ) {
    this.#root = root;
    this.#files = files;
    this.#functions = functions;
  }

  /** No hooks at all. */
  static none(root: string): Hooks {
    return new Hooks(root, new Map(), new Map());
  }

  /** Looks for executables in the project, and for the functions that the deployment names. */
  static async find(
    root: string,
    config: Config,
    ids: HookIds,
    { hooks }: DeployEffects,
  ): Promise<Hooks> {
    const functions = Object.entries(ids).map(([name, own]) =>
      [name as HookName, own.flatMap((id) => hooks[id] ?? [])] as const
    );
    const files = await findHooks(root, config.hooksPath);
    if (config.traefik === undefined) refuseTraefikHooks(root, files);
    return new Hooks(root, files, new Map(functions));
  }

  /** Whether there are hooks that are given the secrets. */
  get wantSecrets(): boolean {
    return [...this.names()].some((name) => HOOKS_WITH_SECRETS.has(name));
  }

  /** Names of the hooks that there are. */
  names(): ReadonlySet<string> {
    return new Set([...this.#files.keys(), ...this.#functions.keys()]);
  }

  /**
   * Runs a hook: first its executable, then its functions, in their order.
   *
   * @throws {SextantError} `HOOK_FAILED`.
   */
  async run(call: HookCall, facts: HookFacts): Promise<void> {
    const name = call.name as HookName;
    const file = this.#files.get(name);
    if (file !== undefined) {
      await runHookFile(file, environmentOf(call, facts), {
        root: this.#root,
        signal: call.signal,
        onLine: call.log,
        redact: (line) => facts.secrets.redact(line),
      });
    }
    for (const hook of this.#functions.get(name) ?? []) {
      try {
        await hook.run(contextOf(name, call, facts));
      } catch (error) {
        if (error instanceof SextantError) throw error;
        throw new SextantError("HOOK_FAILED", `hook ${name} failed: ${messageOf(error)}`, {
          cause: error,
          hint: "Mend the function, or leave hooks out with --skip-hooks.",
        });
      }
    }
  }
}

/** Kamal: configuration.rb, ensure_no_traefik_reboot_hooks; where kamal-proxy serves they would never run. */
function refuseTraefikHooks(root: string, files: ReadonlyMap<HookName, string>): void {
  const problems = [...TRAEFIK_HOOKS].flatMap(([old, name]) => {
    const position = files.get(old);
    const message = `is of Kamal 1, and kamal-proxy serves this app: call it ${name}`;
    return position === undefined
      ? []
      : [{ path: "", message, position: relative(root, position) }];
  });
  if (problems.length > 0) throw new ConfigError(problems);
}

// Kamal: secrets go to these hooks only.
const HOOKS_WITH_SECRETS: ReadonlySet<string> = new Set([
  "pre-connect",
  "pre-deploy",
  "post-deploy",
]);

// These come before the lock is taken, or after it is released.
const HOOKS_WITHOUT_LOCK: ReadonlySet<string> = new Set([
  "pre-init",
  "pre-connect",
  "docker-setup",
  "pre-build",
  "post-deploy",
]);

function environmentOf(call: HookCall, facts: HookFacts): Record<string, string> {
  const { config, verb, version, roles, run, secrets } = facts;
  const [command, ...subcommand] = verb.split(" ");
  return {
    ...HOOKS_WITH_SECRETS.has(call.name)
      ? Object.fromEntries(secrets.names.map((secret) => [secret, secrets.value(secret)]))
      : {},
    ...hookEnvironment({
      service: config.service,
      destination: config.destination,
      version,
      hosts: call.hosts,
      roles,
      performer: run.performer,
      recordedAt: run.at,
      isLocked: facts.takesLock && !HOOKS_WITHOUT_LOCK.has(call.name),
      command: command!,
      subcommand: subcommand.join(" ") || undefined,
      runtime: call.name === "post-deploy" ? call.runtime : undefined,
    }),
  };
}

function contextOf(
  name: HookName,
  call: HookCall,
  { config, version, run, plan }: HookFacts,
): HookContext {
  const { service, destination } = config;
  return {
    name,
    service,
    destination,
    version,
    hosts: call.hosts,
    performer: run.performer,
    recordedAt: run.at,
    plan: plan && { service, destination, version: plan.version, hosts: plan.hosts },
    runtime: name === "post-deploy" ? call.runtime : undefined,
    log: call.log,
    signal: call.signal,
  } as HookContext;
}
