/**
 * A deployment on a simulated fleet, with everything that planning and running need.
 *
 * @module
 */

import { Fleet } from "../../sdk/commander/fleet.ts";
import { needsOf } from "../../sdk/commander/needs.ts";
import { planFor } from "../../sdk/commander/planners.ts";
import type { Verb } from "../../sdk/commander/verb.ts";
import type { Config } from "../../sdk/config/config.ts";
import type { Effects, HookCall } from "../../sdk/exec/effects.ts";
import type { Event } from "../../sdk/exec/event.ts";
import { execute, type Execution } from "../../sdk/exec/execute.ts";
import { SALT_SECRET } from "../../sdk/operations/file.ts";
import { formerHosts, withoutTwins } from "../../sdk/plan/former_hosts.ts";
import type { PlanInput } from "../../sdk/plan/input.ts";
import { HERE, type Plan } from "../../sdk/plan/plan.ts";
import { SecretValues } from "../../sdk/secrets/secret_values.ts";
import type { SimulatedFleet } from "../../sdk/simulate/fleet.ts";
import type { Session } from "../../sdk/transport/transport.ts";

/** What a deployment may be told besides its configuration. */
export interface DeploymentOptions {
  /** Hooks that exist, and what each does. */
  readonly hooks?: Readonly<Record<string, (call: HookCall) => void | Promise<void>>>;
  /** Values of secrets; those that are not named are `value of NAME`. */
  readonly secrets?: Readonly<Record<string, string>>;
}

/** How a run ended, and what was heard of it. */
export interface Run extends Execution {
  /** The events, in order. */
  readonly events: readonly Event[];
}

/** Salt of all digests. */
export const SALT = "00112233445566778899aabbccddeeff";

/** Plans and runs commands of one configuration on one fleet. */
export class Deployment {
  /** The hosts. */
  readonly fleet: SimulatedFleet;
  /** What is deployed to them. */
  readonly config: Config;
  readonly #hooks: NonNullable<DeploymentOptions["hooks"]>;
  readonly #secrets: SecretValues;
  #runs = 0;

  /** Puts a configuration and a fleet together. */
  constructor(fleet: SimulatedFleet, config: Config, options: DeploymentOptions = {}) {
    this.fleet = fleet;
    this.config = config;
    this.#hooks = options.hooks ?? {};
    this.#secrets = new SecretValues(
      new Map(
        config.secretNames.map((name) => [name, options.secrets?.[name] ?? `value of ${name}`]),
      ),
    );
  }

  /** What a plan is made from: every host probed over a connection of its own. */
  async input(version: string, verb: Verb = { name: "deploy" }): Promise<PlanInput> {
    const open = await this.#open(verb);
    return await this.#inputOf(version, open, verb);
  }

  /** Plans a command. */
  async plan(verb: Verb, version: string): Promise<Plan> {
    return planFor(verb, await this.input(version, verb), undefined);
  }

  /** Runs a plan over new connections. */
  async run(plan: Plan, options: RunPlanOptions = {}): Promise<Run> {
    const open = await this.#open({ name: "deploy" });
    return await this.#execute(plan, open.sessions, options);
  }

  /** Plans a command and runs the plan over the same connections. */
  async do(verb: Verb, version: string, options: RunPlanOptions = {}): Promise<Run> {
    const open = await this.#open(verb);
    const plan = planFor(verb, await this.#inputOf(version, open, verb), undefined);
    return await this.#execute(plan, open.sessions, options);
  }

  /** Deploys a version that is in the registry after this. */
  deploy(version: string, options: RunPlanOptions = {}): Promise<Run> {
    return this.do({ name: "deploy" }, version, options);
  }

  #open(verb: Verb): Promise<Fleet> {
    const hosts = this.config.hosts.map((host) => host.name);
    return Fleet.open(this.config, hosts, {
      transport: this.fleet,
      clock: this.fleet.clock,
      isDetailed: needsOf(verb).details,
      emit: () => {},
    });
  }

  async #inputOf(version: string, open: Fleet, verb: Verb): Promise<PlanInput> {
    const { states } = open;
    const former = needsOf(verb).orphans === true ? formerHosts(this.config, states) : [];
    return {
      ...former.length === 0
        ? {}
        : { formerStates: withoutTwins(await open.visit(former), states) },
      config: this.config,
      version,
      hosts: this.config.hosts.map((host) => host.name),
      roles: this.config.roles.map((role) => role.name),
      lockHost: this.config.hosts[0]!.name,
      states,
      secretDigests: this.#secrets.digest(SALT),
      hooks: new Set(Object.keys(this.#hooks)),
      run: {
        performer: "dev@example.com",
        holder: "Dev",
        at: "2026-01-02T03:04:05Z",
        suffix: String(++this.#runs).padEnd(16, "0"),
      },
    };
  }

  async #execute(
    plan: Plan,
    opened: ReadonlyMap<string, Session>,
    { signal, onEvent }: RunPlanOptions,
  ): Promise<Run> {
    const events: Event[] = [];
    const target = { name: HERE, address: "localhost", port: 0, user: "" };
    const here = (await this.fleet.connect(target)).session;
    const sessions = new Map([...opened, [HERE, here]]);
    const emit = (event: Event): void => {
      events.push(event);
      onEvent?.(event);
    };
    const execution = await execute(plan, { sessions, effects: this.#effects(), emit, signal });
    return { ...execution, events };
  }

  #effects(): Effects {
    return {
      hook: async (call) => await this.#hooks[call.name]!(call),
      secret: (name) => name === SALT_SECRET ? SALT : this.#secrets.value(name),
      file: (path) => btoa(`content of ${path}`),
      clock: this.fleet.clock,
      redact: (text) => this.#secrets.redact(text),
    };
  }
}

/** How a plan is run. */
export interface RunPlanOptions {
  /** Breaks the run off. */
  readonly signal?: AbortSignal;
  /** Hears of events as they happen. */
  readonly onEvent?: (event: Event) => void;
}
