/**
 * The commander: every command from a spec to a report.
 * It resolves, observes, plans, has the plan approved, and runs it; it prints and asks nothing itself.
 *
 * @module
 */

import { answerTo } from "./commander/answer.ts";
import { configOf, gatherFacts } from "./commander/facts.ts";
import { Preparation } from "./commander/preparation.ts";
import { planFor } from "./commander/planners.ts";
import type { Filters } from "./commander/selection.ts";
import type { Verb } from "./commander/verb.ts";
import type { Config } from "./config/config.ts";
import type { DeployEffects } from "./config/effects.ts";
import type { DeploySpec } from "./config/spec.ts";
import { SextantError } from "./errors.ts";
import type { Clock } from "./exec/clock.ts";
import type { Event } from "./exec/event.ts";
import type { LockWait } from "./operations/lock.ts";
import type { Report } from "./exec/report.ts";
import type { Answer } from "./plan/answer.ts";
import { servingVersions } from "./plan/current.ts";
import type { PlanInput } from "./plan/input.ts";
import { changesHosts, isEmpty, isWork, type Plan } from "./plan/plan.ts";
import { planBootstrap } from "./plan/server.ts";
import type { Transport } from "./transport/transport.ts";

/** A deployment: what it is, and the functions that belong to it. */
export interface Deployment {
  /** What it is, as plain data. */
  readonly spec: DeploySpec;
  /** The user's functions. */
  readonly effects: DeployEffects;
}

/** What every command may be told. */
export interface CommandOptions extends Filters {
  /** Folder of the project. @default {the working directory} */
  readonly root?: string | undefined;
  /** Destination, such as `staging`. */
  readonly destination?: string | undefined;
  /** Version to work with. @default {git's} */
  readonly version?: string | undefined;
  /** How long to wait for a deploy lock that somebody else holds. @default {not at all} */
  readonly lockWait?: LockWait | undefined;
  /** Whether hooks are left out. @default {false} */
  readonly skipHooks?: boolean | undefined;
  /** Breaks the command off. */
  readonly signal?: AbortSignal | undefined;
  /** Is shown each plan that changes anything; without it all are approved. */
  readonly approve?: ((plan: Plan) => boolean | Promise<boolean>) | undefined;
  /** Takes events as they happen. */
  readonly onEvent?: ((event: Event) => void) | undefined;
  /** How hosts are reached. @default {SSH} */
  readonly transport?: Transport | undefined;
  /** How commands run on this machine. */
  readonly local?: Transport | undefined;
  /** By what pauses are waited out. @default {the machine's} */
  readonly clock?: Clock | undefined;
}

/** What became of a command. */
export interface Result {
  /** The plan that was made, the last one if it was made anew. */
  readonly plan: Plan;
  /** What was done; `undefined` where there was nothing to do. */
  readonly report: Report | undefined;
  /** Version that serves on each host now; hosts without one are left out. */
  readonly serving: Readonly<Record<string, string>>;
  /** Hosts that were asked what serves now and did not answer; absent where there are none. */
  readonly silent?: readonly string[] | undefined;
  /** What a question was answered from what hosts had told already; absent for all other commands. */
  readonly answer?: Answer | undefined;
  /** Seconds until all hosts were connected and had answered. */
  readonly connectSeconds: number;
  /** Seconds of that which the slowest host took for its answer. */
  readonly probeSeconds: number;
  /** Exchanges with each host, the probe among them. */
  readonly exchanges: Readonly<Record<string, number>>;
}

// How often a plan is made anew because hosts have moved.
const MOST_PLANS = 3;

/**
 * Runs a command. A failed run throws nothing: the report tells.
 *
 * @throws {SextantError} For what fails before anything is done: configuration, secrets, hosts, the lock, approval.
 */
export async function runVerb(
  deployment: Deployment,
  verb: Verb,
  options: CommandOptions = {},
): Promise<Result> {
  const facts = await gatherFacts(deployment, verb, options);
  return await runPrepared(new Preparation(verb, options, facts), verb, options);
}

/**
 * Runs a command that is prepared.
 *
 * @throws {SextantError} As {@linkcode runVerb} does.
 */
export async function runPrepared(
  preparation: Preparation,
  verb: Verb,
  options: CommandOptions,
): Promise<Result> {
  await preparation.connect();
  try {
    if (verb.name === "setup" && await bootstrap(preparation, options)) {
      await preparation.reconnect();
    }
    return await runPlanned(preparation, verb, options);
  } finally {
    await preparation.close();
  }
}

/**
 * Makes the plan of a command and does nothing of it.
 *
 * @throws {SextantError} As {@linkcode runVerb} does; a held lock is no obstacle.
 */
export async function planVerb(
  deployment: Deployment,
  verb: Verb,
  options: CommandOptions = {},
): Promise<Plan> {
  const facts = await gatherFacts(deployment, verb, options);
  return await planPrepared(new Preparation(verb, options, facts), verb, options);
}

/**
 * Makes the plan of a command that is prepared.
 *
 * @throws {SextantError} As {@linkcode planVerb} does.
 */
export async function planPrepared(
  preparation: Preparation,
  verb: Verb,
  options: CommandOptions,
): Promise<Plan> {
  await preparation.connect();
  try {
    preparation.check({ lock: false });
    return planFor(verb, preparation.input(), options.version);
  } finally {
    await preparation.close();
  }
}

/** Resolves a deployment's configuration; no host is asked. */
export async function resolvedConfig(
  deployment: Deployment,
  options: CommandOptions = {},
): Promise<Config> {
  return await configOf(deployment, options);
}

async function runPlanned(
  preparation: Preparation,
  verb: Verb,
  options: CommandOptions,
): Promise<Result> {
  preparation.check({ lock: true });
  for (let count = 1;; count++) {
    const { input, plan } = await planned(preparation, verb, options);
    options.onEvent?.({ type: "planned", plan });
    if (isEmpty(plan)) {
      const now = { serving: servingVersions(input) };
      return { ...preparation.result(plan, undefined, now), answer: answerTo(verb, input) };
    }
    await approve(plan, options);
    const { report, moved } = await preparation.execute(plan);
    if (report.outcome !== "moved" || report.lock === "kept" || count === MOST_PLANS) {
      return preparation.result(plan, report, await servingAfter(preparation, plan, report));
    }
    await preparation.update(moved);
  }
}

/** Makes a plan, and makes it anew once the secrets are known that it turned out to need. */
async function planned(
  preparation: Preparation,
  verb: Verb,
  options: CommandOptions,
): Promise<{ readonly input: PlanInput; readonly plan: Plan }> {
  const input = preparation.input();
  const plan = planFor(verb, input, options.version);
  if (!await preparation.resolveFor(plan)) return { input, plan };
  const known = preparation.input();
  return { input: known, plan: planFor(verb, known, options.version) };
}

/** Installs Docker where it is missing; gives whether anything was done. */
async function bootstrap(preparation: Preparation, options: CommandOptions): Promise<boolean> {
  const plan = planBootstrap(preparation.input());
  if (isEmpty(plan)) return false;
  options.onEvent?.({ type: "planned", plan });
  await approve(plan, options);
  const { report } = await preparation.execute(plan);
  const [failure] = report.failures;
  if (failure === undefined && report.outcome === "done") return true;
  const { code, host, message, hint, details } = failure ??
    {
      code: "CANCELLED" as const,
      host: "here",
      message: "broken off",
      hint: undefined,
      details: [],
    };
  throw new SextantError(code, `${host}: ${message}`, { hint, details });
}

async function approve(plan: Plan, { approve, signal }: CommandOptions): Promise<void> {
  if (!changesHosts(plan) || plan.stages.every(({ name }) => name === "ask")) return;
  if (approve !== undefined && !await approve(plan)) {
    throw new SextantError("NOT_CONFIRMED", "nothing was done: the plan was not confirmed");
  }
  signal?.throwIfAborted();
}

/** What serves after a run: asked anew where the run did not end as planned, or where no version was switched to. */
async function servingAfter(
  preparation: Preparation,
  plan: Plan,
  report: Report,
): Promise<Pick<Result, "serving" | "silent">> {
  if (report.outcome === "done" && plan.isBeside) return { serving: plan.serving };
  const changed = plan.stages.filter(({ name }) => name === "boot" || name === "switch")
    .flatMap(({ scripts }) =>
      scripts.filter(({ steps }) => steps.some(isWork)).map(({ host }) => host)
    );
  if (report.outcome === "done" && !startsOrStops(plan)) {
    const switched = Object.fromEntries(changed.map((host) => [host, plan.version]));
    return { serving: { ...plan.serving, ...switched } };
  }
  const { config } = preparation.input();
  const states = await preparation.probe();
  const silent = plan.hosts.filter((host) => !states.has(host));
  return {
    serving: servingVersions({ config, states }),
    ...silent.length === 0 ? {} : { silent },
  };
}

/** Whether a plan starts or stops what is there, rather than switching to a version. */
function startsOrStops({ stages }: Plan): boolean {
  return stages.some(({ name, scripts }) =>
    name === "apply" &&
    scripts.some(({ steps }) =>
      steps.some(({ operations }) =>
        operations.some(({ kind }) => kind === "start-container" || kind === "stop-container")
      )
    )
  );
}
