/**
 * Putting steps, scripts and stages together.
 *
 * @module
 */

import type { RunHook } from "../operations/hook.ts";
import { invertOperation, type Operation } from "../operations/operation.ts";
import { localRegistryPort } from "../config/registry.ts";
import { serviceWithDestination } from "../config/config.ts";
import { type PlanInput, stateOf } from "./input.ts";
import { lockFolder, serviceLabels } from "./names.ts";
import {
  type EndNote,
  HERE,
  type HostScript,
  type Orphan,
  type Plan,
  type Stage,
  type StageName,
  type Step,
  type Wait,
} from "./plan.ts";

/** A step of operations that run side by side, taken back by their inverses. */
export function step(id: string, ...operations: readonly Operation[]): Step {
  return { id, operations, undo: operations.flatMap(invertOperation) };
}

/** What one host does in a stage. */
export function script(host: string, steps: readonly Step[], after?: Wait): HostScript {
  return { host, after, steps };
}

/** A stage, without the hosts that have nothing to do in it. */
export function stage(
  name: StageName,
  scripts: readonly HostScript[],
  options: {
    readonly group?: number;
    readonly interruptible?: boolean;
    readonly pauseSeconds?: number;
  } = {},
): Stage {
  return {
    name,
    group: options.group,
    scripts: scripts.filter((script) => script.steps.length > 0),
    interruptible: options.interruptible ?? true,
    pauseSeconds: options.pauseSeconds ?? 0,
  };
}

/** The stage of a hook, where there is such a hook. */
export function hookStage(
  input: PlanInput,
  name: string,
  hosts: readonly string[],
  options: { readonly group?: number } = {},
): readonly Stage[] {
  const found = hookScript(input, name, hosts);
  return found === undefined ? [] : [stage("hook", [found], options)];
}

/** A hook that runs, as loudly as the configuration wants it. */
export function runHook(
  { config }: Pick<PlanInput, "config">,
  name: string,
  hosts: readonly string[],
): RunHook {
  const quiet = config.quietHooks.some((quietOne) => quietOne === name);
  return { kind: "run-hook", name, hosts, quiet };
}

function hookScript(
  input: PlanInput,
  name: string,
  hosts: readonly string[],
): HostScript | undefined {
  if (!input.hooks.has(name)) return undefined;
  return script(HERE, [step(`${name} ${hosts[0] ?? ""}`, runHook(input, name, hosts))]);
}

/** What a plan may be told besides its stages. */
export interface PlanOptions {
  /** Version that it is about, where it is not the one to deploy. */
  readonly version?: string;
  /** Version that serves on each host today. */
  readonly serving?: Readonly<Record<string, string>>;
  /** Whether the deploy lock is held meanwhile. */
  readonly lock?: boolean;
  /** Hook that runs after everything succeeded. */
  readonly afterwards?: string;
  /** Whether a failure takes back what was done, as `boot.onFailure` says. */
  readonly takesBack?: boolean;
  /** What an earlier run left behind. */
  readonly orphans?: readonly Orphan[];
  /** Whether its version only stands beside that which serves. */
  readonly isBeside?: boolean;
  /** What is worth knowing besides. */
  readonly remarks?: readonly string[];
  /** What is noted on a host where the plan does not come to its end. */
  readonly notes?: readonly EndNote[];
}

/** Puts stages together; empty ones fall out. */
export function plan(
  input: PlanInput,
  verb: string,
  stages: readonly Stage[],
  options: PlanOptions = {},
): Plan {
  const filled = withRegistry(input, stages.filter((stage) => stage.scripts.length > 0));
  const locked = options.lock === true && filled.length > 0;
  return {
    verb,
    service: input.config.service,
    destination: input.config.destination,
    version: options.version ?? input.version,
    hosts: input.hosts,
    serving: options.serving ?? {},
    stages: locked
      ? withLock(input, checked(input, filled), options.version ?? input.version)
      : filled,
    unlock: locked
      ? script(input.lockHost, lockStep(input, options.version ?? input.version).unlock)
      : undefined,
    ...options.orphans === undefined || options.orphans.length === 0
      ? {}
      : { orphans: options.orphans },
    ...options.isBeside === true ? { isBeside: true } : {},
    ...options.remarks === undefined || filled.length === 0 ? {} : { remarks: options.remarks },
    notes: filled.length === 0 ? [] : options.notes ?? [],
    afterwards: options.afterwards === undefined || filled.length === 0
      ? undefined
      : hookScript(input, options.afterwards, ownHosts(input, filled)),
    onFailure: options.takesBack === true ? input.config.boot.onFailure : "halt",
  };
}

/** The registry on this machine runs before an image goes to it, or comes from it. */
function withRegistry({ config }: PlanInput, stages: readonly Stage[]): readonly Stage[] {
  const port = localRegistryPort(config.registry);
  if (port === undefined || !stages.some(usesRegistry)) return stages;
  const run = step("registry here", { kind: "run-registry", port });
  const [first, ...rest] = stages;
  if (first?.name !== "build") return [stage("build", [script(HERE, [run])]), ...stages];
  const scripts = first.scripts.map((script) => ({ ...script, steps: [run, ...script.steps] }));
  return [{ ...first, scripts }, ...rest];
}

function usesRegistry({ scripts }: Stage): boolean {
  const operations = scripts.flatMap(({ steps }) => steps.flatMap(({ operations }) => operations));
  return operations.some(({ kind }) => kind === "build-image" || kind === "pull-image");
}

/** Hosts on which something happens in any of the stages. */
export function hostsIn(stages: readonly Stage[]): readonly string[] {
  return [...new Set(stages.flatMap((stage) => stage.scripts.map((script) => script.host)))].filter(
    (host) => host !== HERE,
  );
}

/** Those of them that the configuration has: hooks need not know of others. */
export function ownHosts({ formerStates }: PlanInput, stages: readonly Stage[]): readonly string[] {
  return hostsIn(stages).filter((host) => formerStates?.has(host) !== true);
}

/**
 * Takes the lock as the first thing on any host: within the first stage on hosts where that is possible,
 * where the others begin as soon as the lock is taken, or in a stage of its own.
 */
function withLock(input: PlanInput, stages: readonly Stage[], version: string): readonly Stage[] {
  const { lock } = lockStep(input, version);
  // Building needs no lock.
  const first = stages.findIndex((stage) => stage.name !== "build" && stage.name !== "bootstrap");
  const before = stages.slice(0, first);
  const [next, ...rest] = stages.slice(first);
  if (next === undefined) return stages;
  if (next.scripts.some((script) => script.host === HERE || script.after !== undefined)) {
    return [...before, stage("lock", [script(input.lockHost, [lock])]), next, ...rest];
  }
  const wait: Wait = { steps: [lock.id], until: "all", reason: "for the lock" };
  const others = next.scripts.filter((script) => script.host !== input.lockHost);
  const own = next.scripts.find((script) => script.host === input.lockHost);
  const scripts = [
    script(input.lockHost, [lock, ...own?.steps ?? []]),
    ...others.map((other) => ({ ...other, after: wait })),
  ];
  return [...before, { ...next, scripts }, ...rest];
}

/**
 * Checks each host's state before the first thing that is done to it. Where several hosts do at once what others must
 * not have done in vain, all are checked before any begins.
 */
function checked(input: PlanInput, stages: readonly Stage[]): readonly Stage[] {
  const [first] = stages.filter(({ scripts }) => scripts.some(({ host }) => host !== HERE));
  const hosts = hostsIn(stages);
  const isSudden = first !== undefined && first.name === "apply" && hosts.length > 1;
  const checks = stage(
    "prepare",
    isSudden
      ? hosts.map((host) => script(host, [step(`${host} check`, checkState(input, host))]))
      : [],
  );
  const seen = new Set<string>([HERE, ...checks.scripts.map(({ host }) => host)]);
  return [...isSudden ? [checks] : [], ...stages].map((stage) => ({
    ...stage,
    scripts: stage.scripts.map((script) => {
      if (seen.has(script.host)) return script;
      seen.add(script.host);
      if (script.steps[0]?.operations.some((operation) => operation.kind === "check-state")) {
        return script;
      }
      return {
        ...script,
        steps: [step(`${script.host} check`, checkState(input, script.host)), ...script.steps],
      };
    }),
  }));
}

/** The check that a host is still as it was probed. */
export function checkState(input: PlanInput, host: string): Operation {
  const { hash, routesFile, isDetailed } = stateOf(input, host);
  return {
    kind: "check-state",
    service: serviceWithDestination(input.config),
    labels: serviceLabels(input.config),
    ...isDetailed ? { isDetailed } : {},
    hash,
    routesFile,
  };
}

function lockStep(
  input: PlanInput,
  version: string,
): { readonly lock: Step; readonly unlock: readonly Step[] } {
  const operation: Operation = {
    kind: "acquire-lock",
    path: lockFolder(input.config),
    holder: input.run.holder,
    at: input.run.at,
    version,
    // Kamal's own runs wait only for a lock with these words.
    message: "Automatic deploy lock",
    ...input.lockWait === undefined ? {} : { wait: input.lockWait },
  };
  return {
    // The lock goes at the very end, not with the steps that are taken back.
    lock: { id: "lock", operations: [operation], undo: [] },
    unlock: [{ id: "unlock", operations: invertOperation(operation), undo: [] }],
  };
}
