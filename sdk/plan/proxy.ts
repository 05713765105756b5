/**
 * The plans of `proxy …`.
 *
 * @module
 */

import { proxyContainer } from "../observe/host_state.ts";
import type { Operation } from "../operations/operation.ts";
import { selectedRoles } from "./current.ts";
import { type PlanInput, stateOf } from "./input.ts";
import { auditFile } from "./names.ts";
import type { Plan, Step } from "./plan.ts";
import { plan, script, stage, step } from "./stages.ts";

/** The steps that make kamal-proxy run on a host; none where it does. */
export function proxyUp(input: PlanInput, host: string): readonly Step[] {
  const proxy = proxyContainer(stateOf(input, host));
  if (proxy === undefined) return [step(`${host} proxy`, runProxy(input))];
  return proxy.running ? [] : [step(`${host} proxy`, { kind: "start-proxy" })];
}

/** Plans `proxy boot`. */
export function planProxyBoot(input: PlanInput): Plan {
  const scripts = proxyHosts(input).map((host) =>
    script(host, [...networkUp(input, host), ...proxyUp(input, host)])
  );
  return plan(input, "proxy boot", [stage("apply", scripts)], { lock: true });
}

/** Plans `proxy reboot`: a new container on the same state; requests are refused for less than a second. */
export function planProxyReboot(input: PlanInput): Plan {
  const scripts = proxyHosts(input).map((host) => {
    const exists = proxyContainer(stateOf(input, host)) !== undefined;
    const remove: Step[] = exists
      ? [step(`${host} remove proxy`, { kind: "remove-proxy", everything: false })]
      : [];
    return script(host, [
      ...networkUp(input, host),
      ...remove,
      step(`${host} proxy`, runProxy(input)),
      step(`${host} audit`, audit(input, "Rebooted proxy")),
    ]);
  });
  return plan(input, "proxy reboot", [stage("apply", scripts, { interruptible: false })], {
    lock: true,
  });
}

/** Hosts to work on that need the proxy. */
export function proxyHosts(input: PlanInput): readonly string[] {
  return input.hosts.filter((host) =>
    selectedRoles(input, host).some((role) => role.proxy !== undefined)
  );
}

/** The step that makes Docker's network where it is missing. */
export function networkUp(input: PlanInput, host: string): readonly Step[] {
  if (stateOf(input, host).networks.includes("kamal")) return [];
  return [step(`${host} network`, { kind: "create-network", name: "kamal" })];
}

/** A line for the audit log of a host. */
export function audit(input: PlanInput, ...messages: readonly string[]): Operation {
  const { config, run } = input;
  return {
    kind: "record-audit",
    path: auditFile(config),
    at: run.at,
    performer: run.performer,
    tags: config.destination === undefined ? [] : [config.destination],
    messages,
  };
}

function runProxy({ config }: PlanInput): Operation {
  const { image, httpPort, httpsPort, logMaxSize, debug, metricsPort, options } = config.proxyRun;
  // Kamal's boot config on the host counts unless the configuration says something itself.
  const configured = httpPort !== 80 || httpsPort !== 443 || logMaxSize !== "10m" || debug ||
    metricsPort !== undefined || Object.keys(options).length > 0;
  return {
    kind: "run-proxy",
    image,
    httpPort,
    httpsPort,
    logMaxSize,
    debug,
    metricsPort,
    options,
    configured,
  };
}
