/**
 * The plan: what will be done, where and in which order, as pure data.
 *
 * @module
 */

import { changesAnything, type Operation } from "../operations/operation.ts";
import type { RegistryLogin } from "../operations/registry.ts";

/** Everything one command will do. */
export interface Plan {
  /** The command, such as `deploy` or `accessory boot`. */
  readonly verb: string;
  /** Service. */
  readonly service: string;
  /** Destination; `undefined` without one. */
  readonly destination: string | undefined;
  /** Version that it is about. */
  readonly version: string;
  /** Hosts that it is about, in order. */
  readonly hosts: readonly string[];
  /** Version that serves on each host as the plan is made; hosts without one are left out. */
  readonly serving: Readonly<Record<string, string>>;
  /** In order; a stage ends when its hosts do. */
  readonly stages: readonly Stage[];
  /** Runs at the very end, whatever happened, once the lock was taken. */
  readonly unlock: HostScript | undefined;
  /** What is noted on each host that was touched where the plan does not come to its end. */
  readonly notes: readonly EndNote[];
  /** What an earlier run left behind; absent where nothing was looked for or found. */
  readonly orphans?: readonly Orphan[] | undefined;
  /** Whether its version only stands beside that which serves, as a canary does. @default {false} */
  readonly isBeside?: boolean | undefined;
  /** What is worth knowing besides, a sentence each. @default {nothing} */
  readonly remarks?: readonly string[] | undefined;
  /** Runs after everything succeeded and the lock is released: the hook `post-deploy`. */
  readonly afterwards: HostScript | undefined;
  /** What goes back when a stage fails. */
  readonly onFailure: "rollback" | "rollback-group" | "halt";
}

/** What is noted on a host where a plan does not come to its end. */
export interface EndNote {
  /** Name of the host. */
  readonly host: string;
  /** Where something failed on this host. */
  readonly failed: readonly Operation[];
  /** Where it went back because something failed elsewhere, or was broken off. */
  readonly undone: readonly Operation[];
}

/** What an earlier run left behind. */
export interface Orphan {
  /** Name of the host. */
  readonly host: string;
  /** The role, accessory or service that it was; `host` for a host that left the configuration as a whole. */
  readonly noun: string;
  /** Name of the container that runs; `undefined` for a host. */
  readonly container: string | undefined;
  /** Why it is one, such as `role mail left the config`. */
  readonly because: string;
  /** Whether it is certainly this deployment's, so that `orphans: "stop"` stops it. */
  readonly isOwn: boolean;
  /** Whether the plan stops it. */
  readonly isStopped: boolean;
}

/** Name of a stage. */
export type StageName =
  | "bootstrap"
  | "build"
  | "lock"
  | "hook"
  | "prepare"
  | "accessories"
  | "pause"
  | "release"
  | "resume"
  | "boot"
  | "switch"
  | "apply"
  | "finish"
  | "ask";

/** What all hosts do before any of them goes on. */
export interface Stage {
  /** Name, shown in plans and progress. */
  readonly name: StageName;
  /** Number of the boot group, from 0; `undefined` outside of groups. */
  readonly group: number | undefined;
  /** One per host. */
  readonly scripts: readonly HostScript[];
  /** Whether it may be broken off; one that is not is short, and ends first. */
  readonly interruptible: boolean;
  /** Seconds to let pass afterwards, as the user asked. */
  readonly pauseSeconds: number;
}

/** What one host does in a stage: one exchange. */
export interface HostScript {
  /** Name of the host, or {@linkcode HERE}. */
  readonly host: string;
  /** Steps on other hosts that come first; `undefined` for none. */
  readonly after: Wait | undefined;
  /** In order; the first failure ends the script. */
  readonly steps: readonly Step[];
  /** Whether a failure is a warning only, as on a host that nobody needs any more. @default {false} */
  readonly mayFail?: boolean | undefined;
}

/** Steps of other hosts that a script waits for. */
export interface Wait {
  /** Their ids. */
  readonly steps: readonly string[];
  /** Whether all must be done, or any one of them. */
  readonly until: "all" | "any";
  /** What is waited for, in words. */
  readonly reason: string;
}

/** One step: an operation, or several side by side. */
export interface Step {
  /** Unique within the plan. */
  readonly id: string;
  /** What it does; several run at once. */
  readonly operations: readonly Operation[];
  /** What takes it back, in order. */
  readonly undo: readonly Operation[];
  /** Whether it holds visitors up, and so is taken back after any failure, whatever `onFailure` says. */
  readonly holdsUp?: boolean | undefined;
}

/** Stands for this machine where a host is named. */
export const HERE = "here";

/** Whether a plan would do nothing. */
export function isEmpty(plan: Plan): boolean {
  return plan.stages.length === 0;
}

/** Whether a plan changes anything, rather than only asking. */
export function changesHosts(plan: Plan): boolean {
  return stepsOf(plan).some((step) => step.operations.some(changesAnything));
}

/** Whether a step does more than to take the lock. */
export function isWork({ operations }: Step): boolean {
  return operations.some((operation) =>
    changesAnything(operation) && operation.kind !== "acquire-lock"
  );
}

/** All steps of a plan in order of stages, hosts and scripts. */
export function stepsOf(plan: Plan): readonly Step[] {
  return plan.stages.flatMap((stage) => stage.scripts.flatMap((script) => script.steps));
}

/** Names of the secrets that a plan builds with, writes to hosts or logs in with, each once. */
export function secretsNeededBy(plan: Plan): readonly string[] {
  const operations = stepsOf(plan).flatMap((step) => step.operations);
  return [...new Set(operations.flatMap(secretsIn))];
}

function secretsIn(operation: Operation): readonly string[] {
  switch (operation.kind) {
    case "build-image":
      return operation.secrets;
    case "write-env":
      return Object.values(operation.secrets);
    case "pull-image":
      return operation.login === undefined ? [] : loginSecrets(operation.login);
    case "write-certificate":
      return [operation.certificatePem, operation.privateKeyPem];
    case "login-registry":
      return loginSecrets(operation);
    default:
      return [];
  }
}

function loginSecrets({ username, password }: RegistryLogin): readonly string[] {
  return [username, password].flatMap((word) => typeof word === "string" ? [] : [word.secret]);
}
