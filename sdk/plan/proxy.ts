/**
 * The plans of `proxy boot`, `start`, `stop`, `restart` and `remove`, and what others need of the proxy.
 *
 * @module
 */

import { proxyRunOn } from "../config/config.ts";
import type { ProxyRun } from "../config/proxy_run.ts";
import { registryOf } from "../config/image_name.ts";
import { resolveProxyRun } from "../config/proxy_run.ts";
import { withPort } from "../config/published_port.ts";
import { HostError, throwHostErrors } from "../errors.ts";
import { type HostState, proxyContainer } from "../observe/host_state.ts";
import type { Operation } from "../operations/operation.ts";
import type { RunProxy } from "../operations/proxy_container.ts";
import { PROXY_NEXT, PROXY_OLD } from "../operations/proxy_swap.ts";
import { routed, routeTo } from "./app_container.ts";
import { writeProxyFiles } from "./proxy_files.ts";
import { lookUp, selectedRoles, versionOf } from "./current.ts";
import { portsOfTraefik } from "./handover.ts";
import { type PlanInput, stateOf } from "./input.ts";
import { auditFile } from "./names.ts";
import type { Plan, Step } from "./plan.ts";
import { pullMissing } from "./pull.ts";
import { registryLogin } from "./registry.ts";
import { plan, script, stage, step } from "./stages.ts";

/** The steps that make kamal-proxy run on a host; none where it does. While Traefik has the ports, it publishes none. */
export function proxyUp(input: PlanInput, host: string): readonly Step[] {
  const state = stateOf(input, host);
  const proxy = proxyContainer(state);
  const mend = mendProxy(state);
  // The old container of a replacement that was broken off comes back by that.
  if (mend.length > 0 && state.containers.some(({ name }) => name === PROXY_OLD)) return mend;
  const isHidden = portsOfTraefik(input.config, state).length > 0;
  // One that does not run cannot start with ports that Traefik has.
  const isInTheWay = proxy?.running === false && isHidden;
  if (proxy === undefined || isInTheWay) {
    const run = runProxy(input, host);
    return [
      ...proxyImage(input, host),
      ...isInTheWay ? [step(`${host} old proxy`, { kind: "remove-proxy", everything: false })] : [],
      step(`${host} proxy`, isHidden ? { ...run, isHidden } : run),
      ...mend,
    ];
  }
  return proxy.running ? mend : [step(`${host} proxy`, { kind: "start-proxy" }), ...mend];
}

/** The step that gets the proxy's image to a host; none where it has it. */
export function proxyImage(input: PlanInput, host: string): readonly Step[] {
  const { image, configured } = runProxy(input, host);
  const login = registryLogin(input);
  const isItsRegistry = login?.server === undefined
    ? registryOf(image) === undefined
    : image.startsWith(`${login.server}/`);
  return pullMissing(input, host, `${host} proxy image`, {
    image,
    login: isItsRegistry ? login : undefined,
    isOfBootConfig: !configured,
  });
}

/** The step that ends a replacement of the proxy that was broken off; none where nothing is left of one. */
function mendProxy({ host, containers }: HostState): readonly Step[] {
  const isLeft = containers.some(({ name }) => name === PROXY_NEXT || name === PROXY_OLD);
  return isLeft ? [step(`${host} mend proxy`, { kind: "mend-proxy" })] : [];
}

/** Plans `proxy boot`. */
export function planProxyBoot(input: PlanInput): Plan {
  const scripts = proxyHosts(input).map((host) =>
    script(host, [
      ...networkUp(input, host),
      ...proxyUp(input, host),
      ...lostRoutes(input, host),
    ])
  );
  return plan(input, "proxy boot", [stage("apply", scripts)], { lock: true });
}

/** Plans `proxy start`: the proxy runs again, or for the first time. */
export function planProxyStart(input: PlanInput): Plan {
  return onProxies(
    input,
    "proxy start",
    (host) => {
      const up = proxyUp(input, host);
      const network = up.length === 0 ? [] : networkUp(input, host);
      return told(input, host, [...network, ...up, ...lostRoutes(input, host)], "Started proxy");
    },
  );
}

/** Plans `proxy stop`. */
export function planProxyStop(input: PlanInput): Plan {
  return onProxies(
    input,
    "proxy stop",
    (host) => told(input, host, stopProxy(input, host), "Stopped proxy"),
  );
}

/** Plans `proxy restart`: the same container stops and starts. */
export function planProxyRestart(input: PlanInput): Plan {
  return onProxies(input, "proxy restart", (host) => {
    const stop = stopProxy(input, host);
    const start = stop.length === 0
      ? [...networkUp(input, host), ...proxyUp(input, host)]
      : [step(`${host} proxy`, { kind: "start-proxy" })];
    return told(input, host, [...stop, ...start], "Restarted proxy");
  });
}

/**
 * Plans `proxy remove`.
 *
 * @throws {HostsError} `PROXY_IN_USE` where it still has routes, unless that is wanted.
 */
export function planProxyRemove(input: PlanInput, { force }: { readonly force: boolean }): Plan {
  if (!force) throwHostErrors(proxyHosts(input).flatMap((host) => inUse(stateOf(input, host))));
  return onProxies(input, "proxy remove", (host) => {
    if (proxyContainer(stateOf(input, host)) === undefined) return [];
    const remove = step(`${host} proxy`, { kind: "remove-proxy", everything: true });
    return told(input, host, [remove], "Removed proxy container", "Removed proxy image");
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

/** The run of the proxy's container on a host. */
export function runProxy({ config }: PlanInput, host: string): RunProxy {
  const run = proxyRunOn(config, host);
  return {
    kind: "run-proxy",
    image: run.image,
    publish: publishedPorts(run),
    logMaxSize: run.logMaxSize,
    debug: run.debug,
    metricsPort: run.metricsPort,
    options: run.options,
    // Kamal's boot config on the host counts unless the configuration says something itself.
    configured: JSON.stringify(run) !== JSON.stringify(resolveProxyRun()),
  };
}

/**
 * The routes of this deployment that the proxy of a host has lost, while their containers run: they are found by
 * their labels, and get what the configuration says of their routes.
 */
export function lostRoutes(input: PlanInput, host: string): readonly Step[] {
  const lost = selectedRoles(input, host).filter((role) => {
    const { serving, route } = lookUp(input, host, role);
    return role.proxy !== undefined && route === undefined && serving.length > 0;
  });
  const routes = lost.flatMap((role) => {
    const { serving } = lookUp(input, host, role);
    const { proxy } = role;
    if (proxy === undefined || serving[0] === undefined) return [];
    const targets = serving.map(({ name, id }) => routed(role, name, { id }));
    const version = versionOf(role, serving[0]);
    const to = { targets, version, previous: undefined, forgetsCanary: true };
    return [step(`${host} route ${role.name}`, routeTo(input, host, role, proxy, to))];
  });
  return [...writeProxyFiles(input, host, lost), ...routes];
}

/** Steps, and a line of them in the host's audit log; none where there are no steps. */
export function told(
  input: PlanInput,
  host: string,
  steps: readonly Step[],
  ...messages: readonly string[]
): readonly Step[] {
  return steps.length === 0 ? [] : [...steps, step(`${host} audit`, audit(input, ...messages))];
}

function onProxies(
  input: PlanInput,
  verb: string,
  stepsOn: (host: string) => readonly Step[],
): Plan {
  const scripts = proxyHosts(input).map((host) => script(host, stepsOn(host)));
  return plan(input, verb, [stage("apply", scripts, { interruptible: false })], { lock: true });
}

function stopProxy(input: PlanInput, host: string): readonly Step[] {
  const isRunning = proxyContainer(stateOf(input, host))?.running === true;
  return isRunning ? [step(`${host} stop proxy`, { kind: "stop-proxy" })] : [];
}

function inUse(state: HostState): readonly HostError[] {
  const services = state.routes.map(({ service }) => service);
  if (services.length === 0) return [];
  const message = `kamal-proxy still has routes: ${services.join(", ")}`;
  const hint = "Remove these apps first, or remove the proxy all the same: proxy remove --force";
  return [new HostError("PROXY_IN_USE", state.host, message, { hint })];
}

/** Ports as `docker run --publish` takes them. */
function publishedPorts({ publish, bindIps, httpPort, httpsPort }: ProxyRun): readonly string[] {
  if (!publish) return [];
  const ports = [`${httpPort}:80`, `${httpsPort}:443`];
  if (bindIps.length === 0) return ports;
  return bindIps.flatMap((ip) => ports.map((port) => withPort(ip, port)));
}
