/**
 * Canaries: kamal-proxy sends a part of a route's visitors to containers beside those that serve.
 *
 * @module
 */

import { all, type Command, quote, raw, run } from "../command.ts";
import { type Definition, lastLines } from "./definition.ts";
import {
  forgetIds,
  type ProxyTarget,
  type RoutedContainer,
  targetText,
  targetWords,
} from "./proxy.ts";

/** Who gets a canary: kamal-proxy goes by the value of the cookie `kamal-rollout`, and all without it are left out. */
export interface CanaryShare {
  /** How many of the cookie's values, in percent. */
  readonly percent: number;
  /** Values of the cookie that get it in any case. */
  readonly allow: readonly string[];
}

/** What both operations of a canary know of its route. */
export interface CanarySplit extends CanaryShare {
  /** Name of the proxy service. */
  readonly service: string;
  /** What to show: the public hosts. */
  readonly hosts: readonly string[];
  /** The canary's version. */
  readonly version: string;
  /** Port that its containers listen on. */
  readonly port: number;
  /** Seconds until a container that is not healthy has failed. */
  readonly deployTimeout: number;
  /** Seconds that requests under way have to end. */
  readonly drainTimeout: number;
  /** A container that serves everybody else; visitors who come back from the canary are handed to it. */
  readonly home: ProxyTarget | undefined;
}

/** Sends a part of the visitors to other containers. */
export interface SplitTraffic extends CanarySplit {
  /** Which operation. */
  readonly kind: "split-traffic";
  /** Containers that get them; empty where these stay and the share alone changes. */
  readonly targets: readonly RoutedContainer[];
  /** Candidates that were awaited before, and go then. */
  readonly candidates: readonly string[];
  /** Who got which canary until now; `undefined` for nobody. */
  readonly previous:
    | (CanaryShare & { readonly version: string; readonly targets: readonly RoutedContainer[] })
    | undefined;
}

/** Sends everybody to the containers that serve. */
export interface EndSplit extends CanarySplit {
  /** Which operation. */
  readonly kind: "end-split";
  /** The canary's containers, to go back to; empty where they are gone. */
  readonly targets: readonly RoutedContainer[];
  /** Whether the canary's containers are left: requests under way end first. */
  readonly drains: boolean;
}

/** Name of the cookie by whose value kamal-proxy tells visitors apart. */
export const CANARY_COOKIE = "kamal-rollout";

/** How a part of the visitors gets other containers. */
export const splitTraffic: Definition<SplitTraffic> = {
  changes: true,
  describe: ({ service, hosts, version, previous, ...share }) => ({
    mark: "~",
    noun: "route",
    subject: hosts.join(", ") || service,
    detail: [
      `${version} gets ${shareText(share)}`,
      ...previous === undefined || previous.version === version
        ? []
        : [`in place of ${previous.version}`],
    ].join(", "),
  }),
  render: (operation) => {
    const { service, targets, candidates, percent, allow } = operation;
    const set = [
      ...["rollout", "set", service, `--percent=${percent}`],
      ...allow.map((value) => `--list=${value}`),
    ];
    const commands = [
      ...targets.length === 0 ? [] : [rolloutDeploy(operation, targets)],
      proxyText(set),
    ];
    const removals = candidates.map((candidate) =>
      `kamal-proxy remove ${quote(candidate)} >/dev/null 2>&1; `
    );
    const after = removals.length === 0 ? [] : [`{ ${removals.join("")}true; }`];
    return inProxy(operation, [...commands, ...after], targets.map(({ target }) => target));
  },
  inverse: ({ previous, candidates: _, targets, kind: _kind, ...split }) => {
    if (previous === undefined) return [{ kind: "end-split", ...split, targets, drains: true }];
    const back = { ...split, ...previous, candidates: [], previous: undefined };
    return [{ kind: "split-traffic", ...back, targets: targets.length === 0 ? [] : back.targets }];
  },
  explain: ({ service }, { stderr }) => ({
    code: "COMMAND_FAILED",
    message: `kamal-proxy did not split the visitors of ${service}: ${
      lastLines(stderr, 1)[0] ?? "it said nothing"
    }`,
  }),
};

/** How everybody gets the containers that serve. */
export const endSplit: Definition<EndSplit> = {
  changes: true,
  describe: ({ service, hosts, version, drains, drainTimeout }) => ({
    mark: "~",
    noun: "route",
    subject: hosts.join(", ") || service,
    detail: drains
      ? `nobody gets ${version} any more, it drains up to ${drainTimeout} s`
      : `everybody gets ${version}`,
  }),
  // kamal-proxy drains the containers of a canary only where others take their place, so one that serves does.
  render: (operation) => {
    const { service, drains, home } = operation;
    const drain = drains && home !== undefined;
    return inProxy(operation, [
      proxyText(["rollout", "stop", service]),
      ...drain ? [rolloutDeploy(operation, [{}])] : [],
    ], drain ? [home] : []);
  },
  inverse: ({ kind: _, drains: _drains, ...split }) =>
    split.targets.length === 0
      ? []
      : [{ kind: "split-traffic", ...split, candidates: [], previous: undefined }],
};

/** Who gets a canary, in words. */
export function shareText({ percent, allow }: CanaryShare): string {
  const values = allow.join(", ");
  if (percent === 0 && allow.length > 0) return `${CANARY_COOKIE} cookies ${values}`;
  const part = `${percent} % of ${CANARY_COOKIE} cookies`;
  return allow.length === 0 ? part : `${part}, and ${values}`;
}

function rolloutDeploy(
  { service, deployTimeout, drainTimeout }: CanarySplit,
  targets: readonly Pick<RoutedContainer, "isReader">[],
): string {
  return [
    proxyText(["rollout", "deploy", service]),
    ...targetWords(targets),
    `--deploy-timeout=${deployTimeout}s --drain-timeout=${drainTimeout}s`,
  ].join(" ");
}

function proxyText(words: readonly string[]): string {
  return ["kamal-proxy", ...words].map(quote).join(" ");
}

// One `docker exec` for all commands: each costs the start of a client.
function inProxy(
  { port }: CanarySplit,
  commands: readonly string[],
  targets: readonly ProxyTarget[],
): Command {
  const words = targets.map((target) => raw(targetText(target, port)));
  return all(
    run("docker", "exec", "kamal-proxy", "sh", "-c", commands.join(" && "), ...words),
    ...forgetIds(targets),
  );
}
