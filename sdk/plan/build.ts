/**
 * The plans of `build …`, and the stage that deploys begin with.
 *
 * @module
 */

import { type BuildImage, pushesItself } from "../operations/build.ts";
import { appHosts } from "./current.ts";
import type { PlanInput } from "./input.ts";
import { imageName, latestTag } from "./names.ts";
import { HERE, type Plan, type Stage, type Step } from "./plan.ts";
import { pullApp } from "./pull.ts";
import { registryLogin } from "./registry.ts";
import { plan, runHook, script, stage, step } from "./stages.ts";

/** Plans `build push`, `build pull` and `build deliver`; nothing that serves is touched. */
export function planBuild(
  input: PlanInput,
  verb: "build push" | "build pull" | "build deliver",
  noCache: boolean,
): Plan {
  const pulls = appHosts(input).map((host) =>
    script(host, [step(`${host} pull`, pullApp(input, host))])
  );
  return plan(input, verb, [
    ...verb === "build pull" ? [] : [buildStage(input, noCache)],
    ...verb === "build push" ? [] : [stage("prepare", pulls)],
  ]);
}

/** The stage in which the image is built here and pushed. */
export function buildStage(input: PlanInput, noCache: boolean): Stage {
  const { config, version } = input;
  const tags = [imageName(config, version), `${config.repository}:${latestTag(config)}`];
  const steps: Step[] = [];
  if (input.hooks.has("pre-build")) {
    steps.push(step("pre-build", runHook(input, "pre-build", appHosts(input))));
  }
  const login = registryLogin(input);
  if (login) steps.push(step("login here", { kind: "login-registry", ...login }));
  const build: BuildImage = {
    kind: "build-image",
    tags,
    service: config.service,
    noCache,
    ...config.builder,
  };
  steps.push(step("build", build));
  if (pushesItself(build)) return stage("build", [script(HERE, steps)]);
  // How large it is, hosts want to know before they pull it.
  steps.push(step("push", { kind: "push-image", tags }, {
    kind: "measure-image",
    image: imageName(config, version),
  }));
  return stage("build", [script(HERE, steps)]);
}
