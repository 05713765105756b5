/**
 * A loader and a commander that do what a test tells them, and remember what they were told.
 *
 * @module
 */

import type { Dependencies } from "../../sdk/cli/dependencies.ts";
import type { CommandOptions, Result } from "../../sdk/commander.ts";
import type { Verb } from "../../sdk/commander/verb.ts";
import { NO_EFFECTS } from "../../sdk/config/effects.ts";
import type { DeploySpec } from "../../sdk/config/spec.ts";
import { SextantError } from "../../sdk/errors.ts";
import type { Answer } from "../../sdk/plan/answer.ts";
import { isEmpty, type Plan } from "../../sdk/plan/plan.ts";
import { NEW, planOf, reportOf, shopPlan } from "../report/shop_plan.ts";

/** What the commander does. */
export interface FakeCommanderOptions {
  /** The plan that it makes. */
  readonly plan?: Plan;
  /** What it answers to a question that needs no step. */
  readonly answer?: Answer;
  /** What it does once the plan is approved, events and all. */
  readonly run?: (
    plan: Plan,
    options: CommandOptions,
  ) => Partial<Result> | Promise<Partial<Result>>;
  /** What loading the deployment does. */
  readonly load?: () => void | Promise<void>;
  /** What the deployment says of itself. */
  readonly spec?: DeploySpec;
}

/** Stands in for everything the command line calls. */
export class FakeCommander implements Dependencies {
  /** What each command was told. */
  readonly verbs: Verb[] = [];
  /** What the commander was told besides. */
  readonly options: CommandOptions[] = [];
  /** What the loader was told. */
  readonly loaded: unknown[] = [];
  readonly loadDeployment: Dependencies["loadDeployment"];
  readonly runVerb: Dependencies["runVerb"];
  readonly planVerb: Dependencies["planVerb"];
  readonly resolvedConfig: Dependencies["resolvedConfig"];
  readonly initProject: Dependencies["initProject"];

  constructor(
    { plan = shopPlan(), answer, run, load, spec = { service: "shop" } }: FakeCommanderOptions = {},
  ) {
    this.loadDeployment = async (options) => {
      this.loaded.push(options);
      await load?.();
      return { spec, effects: NO_EFFECTS, file: "deploy.ts" };
    };
    this.runVerb = async (_deployment, verb, options = {}) => {
      this.#note(verb, options);
      options.onEvent?.({ type: "planned", plan });
      if (isEmpty(plan)) return this.#result(plan, { report: undefined, answer });
      const isQuestion = plan.stages.every((stage) => stage.name === "ask");
      if (!isQuestion && options.approve !== undefined && !await options.approve(plan)) {
        throw new SextantError("NOT_CONFIRMED", "nothing was done: the plan was not confirmed");
      }
      return this.#result(plan, await run?.(plan, options) ?? {});
    };
    this.planVerb = (_deployment, verb, options = {}) => {
      this.#note(verb, options);
      return Promise.resolve(plan);
    };
    this.resolvedConfig = () =>
      Promise.reject(new SextantError("USAGE", "this test resolves nothing"));
    this.initProject = () => Promise.resolve({ created: ["deploy.ts"], kept: [".kamal/secrets"] });
  }

  #note(verb: Verb, options: CommandOptions): void {
    this.verbs.push(verb);
    this.options.push(options);
  }

  #result(plan: Plan, more: Partial<Result>): Result {
    return {
      plan,
      report: reportOf(plan),
      serving: { "10.0.0.1": NEW, "10.0.0.2": NEW, "10.0.0.3": NEW },
      connectSeconds: 0.3,
      probeSeconds: 0.1,
      exchanges: { "10.0.0.1": 5, "10.0.0.2": 5, "10.0.0.3": 5 },
      ...more,
    };
  }
}

/** A plan that does nothing. */
export const NOTHING: Plan = planOf([], {
  serving: { "10.0.0.1": NEW, "10.0.0.2": NEW, "10.0.0.3": NEW },
});
