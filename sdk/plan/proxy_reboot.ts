/**
 * The plans of `proxy reboot` and `proxy upgrade`.
 *
 * @module
 */

import { proxyRunOn } from "../config/config.ts";
import { proxyContainer } from "../observe/host_state.ts";
import { type PlanInput, stateOf } from "./input.ts";
import type { Plan, Stage, Step } from "./plan.ts";
import { lostRoutes, networkUp, proxyHosts, proxyImage, runProxy, told } from "./proxy.ts";
import { hookStage, plan, script, stage, step } from "./stages.ts";

/** How proxies are replaced. */
export interface RebootOptions {
  /** Whether one host after the other, rather than all at once. */
  readonly rolling: boolean;
}

/** Plans `proxy reboot`: a new container on the same state, with what the configuration says now, and no gap. */
export function planProxyReboot(input: PlanInput, options: RebootOptions): Plan {
  return planReplacement(input, "proxy reboot", proxyHosts(input), options);
}

/** Plans `proxy upgrade`: a reboot where the proxy has another image than the configuration says. */
export function planProxyUpgrade(input: PlanInput, options: RebootOptions): Plan {
  const hosts = proxyHosts(input).filter((host) =>
    proxyContainer(stateOf(input, host))?.image !== proxyRunOn(input.config, host).image
  );
  return planReplacement(input, "proxy upgrade", hosts, options);
}

function planReplacement(
  input: PlanInput,
  verb: string,
  hosts: readonly string[],
  { rolling }: RebootOptions,
): Plan {
  const groups = rolling ? hosts.map((host) => [host]) : [hosts];
  const stages = groups.flatMap((group, index): readonly Stage[] => {
    const number = { group: index };
    if (group.length === 0) return [];
    return [
      ...hookStage(input, "pre-proxy-reboot", group, number),
      stage("apply", group.map((host) => script(host, replaceSteps(input, host))), {
        ...number,
        interruptible: false,
      }),
      ...hookStage(input, "post-proxy-reboot", group, number),
    ];
  });
  return plan(input, verb, stages, { lock: true });
}

function replaceSteps(input: PlanInput, host: string): readonly Step[] {
  const state = stateOf(input, host);
  const proxy = proxyContainer(state);
  const run = runProxy(input, host);
  const replace = proxy === undefined ? run : {
    kind: "replace-proxy" as const,
    run,
    previous: proxy.image,
    services: state.routes.map(({ service }) => service),
  };
  const lost = lostRoutes(input, host);
  const steps = [...proxyImage(input, host), step(`${host} proxy`, replace)];
  // A running proxy writes down what it knows with every route, so that the new one finds it all.
  const inOrder = proxy?.running === true ? [...lost, ...steps] : [...steps, ...lost];
  return told(input, host, [...networkUp(input, host), ...inOrder], "Rebooted proxy");
}
