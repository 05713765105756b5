/**
 * The plans that are about whole hosts: `server bootstrap`, `prune`, `remove`.
 *
 * @module
 */

import { accessoriesOn } from "../config/config.ts";
import { proxyContainer } from "../observe/host_state.ts";
import { planAccessory } from "./accessory_actions.ts";
import { filesStep, imagesStep, isKnown, removeApp } from "./app_remove.ts";
import { appHosts } from "./current.ts";
import { type PlanInput, stateOf } from "./input.ts";
import { isCandidateOf } from "./names.ts";
import type { Plan, Stage, Step } from "./plan.ts";
import { hookStage, plan, script, stage, step } from "./stages.ts";

/** Plans `server bootstrap`: Docker where it is missing, then the hook `docker-setup`. */
export function planBootstrap(input: PlanInput): Plan {
  const scripts = input.hosts.filter((host) => stateOf(input, host).docker.status === "missing")
    .map((host) => script(host, [step(`${host} docker`, { kind: "install-docker" })]));
  return plan(input, "server bootstrap", [
    stage("bootstrap", scripts),
    ...hookStage(input, "docker-setup", input.hosts),
  ]);
}

/** Plans `remove`: the app, its accessories, and the proxy where no other app uses it. */
export function planRemove(input: PlanInput): Plan {
  const accessories = input.config.accessories.length === 0
    ? []
    : workOf(planAccessory(input, "remove", "all"));
  return plan(input, "remove", [
    stage(
      "apply",
      appHosts(input).map((host) =>
        script(host, [
          ...removeApp(input, host),
          ...isKnown(input, host) ? [imagesStep(input, host)] : [],
        ])
      ),
    ),
    ...accessories,
    stage("finish", input.hosts.map((host) => script(host, removeRest(input, host)))),
  ], { lock: true });
}

/** The stages of a plan without its lock. */
function workOf({ stages }: Plan): readonly Stage[] {
  const isWork = ({ id }: Step): boolean => id !== "lock" && !id.endsWith(" check");
  return stages.map((one) => ({
    ...one,
    scripts: one.scripts.map(({ host, steps }) => script(host, steps.filter(isWork)))
      .filter(({ steps }) => steps.length > 0),
  }));
}

function removeRest(input: PlanInput, host: string): readonly Step[] {
  const { config } = input;
  const state = stateOf(input, host);
  const isShared = !state.routes.every(({ service }) =>
    config.roles.some((role) => service === role.containerPrefix || isCandidateOf(role, service))
  );
  const { server, username } = config.registry;
  const hasOwn = isKnown(input, host) || accessoriesOn(config, host).length > 0;
  const removals = [
    ...hasOwn ? [filesStep(input, host)] : [],
    ...proxyContainer(state) === undefined || isShared
      ? []
      : [step(`${host} proxy`, { kind: "remove-proxy", everything: true })],
  ];
  if (removals.length === 0 || username === undefined) return removals;
  return [...removals, step(`${host} logout`, { kind: "logout-registry", server })];
}
