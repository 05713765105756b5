/**
 * kamal-proxy's routes: which container gets which traffic.
 *
 * @module
 */

import { all, any, type Command, quiet, quote, raw, run, text } from "../command.ts";
import { settingDifferences, settingsOf } from "../observe/route_flags.ts";
import { type Definition, lastLines } from "./definition.ts";
import { deployCall, isCalled, NOT_FOUND, PERL_HINT } from "./proxy_call.ts";

/** Sends traffic to containers, one request to each in turn. */
export interface RouteTraffic {
  /** Which operation. */
  readonly kind: "route-traffic";
  /** Name of the proxy service. */
  readonly service: string;
  /** Containers that get the traffic, at least one. */
  readonly targets: readonly RoutedContainer[];
  /** Candidates that were awaited before, and go once the traffic has switched. */
  readonly candidates: readonly string[];
  /** Port that they listen on. */
  readonly port: number;
  /** Everything else that kamal-proxy is told, as flags of `kamal-proxy deploy`, `--tls-acme-directory` among them. */
  readonly flags: readonly string[];
  /** What to show: the public hosts. */
  readonly hosts: readonly string[];
  /** Version that gets the traffic. */
  readonly version: string;
  /** Where traffic goes today; `undefined` for a new route. */
  readonly previous: PreviousRoute | undefined;
  /** The route of a former role that has the same public hosts, and goes; absent where there is none. */
  readonly takesOver?: TakenRoute | undefined;
  /** Whether nobody gets a canary any more that the proxy may remember though it could not be asked. @default {false} */
  readonly forgetsCanary?: boolean | undefined;
}

/** Where a route led before, and how: enough to set it again. */
export interface PreviousRoute {
  /** Containers that got the traffic. */
  readonly targets: readonly RoutedContainer[];
  /** Their version. */
  readonly version: string;
  /** Port that they listen on. */
  readonly port: number;
  /** Everything else that `kamal-proxy deploy` is told to set it again, as flags. */
  readonly flags: readonly string[];
  /** The public hosts. */
  readonly hosts: readonly string[];
}

/** A route whose place another one takes. */
export interface TakenRoute extends PreviousRoute {
  /** Name of its proxy service. */
  readonly service: string;
}

/** A container that gets traffic. */
export interface RoutedContainer {
  /** Its name. */
  readonly container: string;
  /** Its id, or the file on the host that holds it. */
  readonly target: ProxyTarget;
  /** Whether it gets requests that only read, GET and HEAD, and those alone. @default {false} */
  readonly isReader?: boolean | undefined;
}

/** A container as kamal-proxy's target: by its id, or by the file on the host that holds it. */
export type ProxyTarget = { readonly id: string } | { readonly idFile: string };

/** Removes a route. */
export interface RemoveRoute {
  /** Which operation. */
  readonly kind: "remove-route";
  /** Name of the proxy service. */
  readonly service: string;
}

/** Removes the candidate by which a container was awaited. */
export interface RemoveCandidate {
  /** Which operation. */
  readonly kind: "remove-candidate";
  /** Name of the candidate. */
  readonly candidate: string;
  /** Seconds for which kamal-proxy may go on waiting for it, and keep it after all; absent where nobody waits any more. */
  readonly pending?: number | undefined;
}

/** Answers a route's requests with 503 from now on, once those under way have ended. */
export interface BeginMaintenance {
  /** Which operation. */
  readonly kind: "begin-maintenance";
  /** Name of the proxy service. */
  readonly service: string;
  /** Seconds that requests under way have to end. */
  readonly drainTimeout: number;
  /** What visitors are told; `undefined` for kamal-proxy's own words. */
  readonly message: string | undefined;
}

/** Gives a route its traffic back. */
export interface EndMaintenance {
  /** Which operation. */
  readonly kind: "end-maintenance";
  /** Name of the proxy service. */
  readonly service: string;
}

/** An operation on the proxy's routes. */
export type RouteOperation =
  | RouteTraffic
  | RemoveRoute
  | RemoveCandidate
  | BeginMaintenance
  | EndMaintenance;

/** How the proxy is told. */
export const PROXY = "docker exec kamal-proxy kamal-proxy";

/** Whether a proxy service is one by which a new container is awaited without traffic. */
export function isCandidate(service: string): boolean {
  return service.endsWith("-candidate");
}

/** How traffic is sent to a container. */
export const routeTraffic: Definition<RouteTraffic> = {
  changes: true,
  describe: (operation) => ({
    mark: operation.previous === undefined ? "+" : "~",
    noun: "route",
    subject: operation.hosts.join(", ") || operation.service,
    detail: [
      routeDetail(operation),
      ...changedSettings(operation),
      ...operation.takesOver === undefined ? [] : [`in place of ${operation.takesOver.service}`],
    ].join(", "),
  }),
  render: deployService,
  inverse: (operation) => {
    const { previous, service, takesOver } = operation;
    if (takesOver !== undefined) return [giveBack(operation, takesOver)];
    if (previous === undefined) return [{ kind: "remove-route", service }];
    return [{ ...operation, ...previous, previous: undefined, forgetsCanary: undefined }];
  },
  explain: ({ service, hosts, flags }, { exitCode, stderr }) => ({
    code: "COMMAND_FAILED",
    message: `kamal-proxy did not take the route of ${service}: ${
      lastLines(stderr, 1)[0] ?? "it said nothing"
    }`,
    hint: hosts.length === 0
      ? "Only one service of a proxy may answer to all hosts: give it one with .proxy({ host: … })"
      : isCalled(flags) && exitCode === NOT_FOUND
      ? PERL_HINT
      : undefined,
  }),
};

/** How a route is removed. */
export const removeRoute: Definition<RemoveRoute> = {
  changes: true,
  describe: ({ service }) => ({ mark: "-", noun: "route", subject: service }),
  // The list is coloured even without a terminal, and one service's name may begin another's.
  render: ({ service }) => {
    const row = quote(`(^|[0-9]m)${service}([^A-Za-z0-9._-]|$)`);
    return any(
      text(`${PROXY} remove ${quote(service)} >/dev/null 2>&1`),
      text(`! ${PROXY} list 2>/dev/null | grep -qE ${row}`),
    );
  },
};

/** How a candidate is removed. */
export const removeCandidate: Definition<RemoveCandidate> = {
  changes: true,
  describe: ({ candidate }) => ({ noun: "candidate", subject: candidate, minor: true }),
  render: (operation) => any(removeCandidateFrom(operation), text("true")),
};

/** How a route's traffic is held off. */
export const beginMaintenance: Definition<BeginMaintenance> = {
  changes: true,
  describe: ({ service, drainTimeout }) => ({
    mark: "~",
    noun: "route",
    subject: service,
    detail: `answers 503 once requests have ended, within ${drainTimeout} s`,
  }),
  // Kamal: commands/app/proxy.rb, maintenance.
  render: ({ service, drainTimeout, message }) => {
    const told = message === undefined ? [] : [`--message=${message}`];
    const flags = [`--drain-timeout=${drainTimeout}s`, ...told];
    return quiet(run("docker", "exec", "kamal-proxy", "kamal-proxy", "stop", service, ...flags));
  },
  inverse: ({ service }) => [{ kind: "end-maintenance", service }],
};

/** How a route gets its traffic back. */
export const endMaintenance: Definition<EndMaintenance> = {
  changes: true,
  describe: ({ service }) => ({ mark: "~", noun: "route", subject: service, detail: "live again" }),
  // Kamal: commands/app/proxy.rb, live.
  render: ({ service }) =>
    quiet(run("docker", "exec", "kamal-proxy", "kamal-proxy", "resume", service)),
};

function routeDetail({ version, targets, previous }: RouteTraffic): string {
  const count = targets.length;
  const before = previous?.targets.length ?? count;
  const versions = previous === undefined || previous.version === version
    ? version
    : `${previous.version} → ${version}`;
  if (before === 1 && count === 1) return versions;
  const readers = targets.filter(({ isReader }) => isReader === true).length;
  const reading = readers === 0 ? "" : `, ${readers} of them for reads`;
  return `${versions}, ${before === count ? count : `${before} → ${count}`} containers${reading}`;
}

// More of them are counted: a line of a plan should stay a line.
const MOST_SETTINGS = 3;

/** What kamal-proxy does otherwise from now on, such as `target-timeout 30s → 60s`. */
function changedSettings({ flags, previous }: RouteTraffic): readonly string[] {
  if (previous === undefined) return [];
  const changes = settingDifferences(settingsOf(flags), settingsOf(previous.flags))
    .filter(({ name }) => name !== "tls-private-key-path")
    .map(({ name, wanted, found }) =>
      name === "tls-certificate-path" && found !== "" && wanted !== ""
        ? "another certificate"
        : `${name} ${found || "none"} → ${wanted || "none"}`
    );
  const more = changes.length - MOST_SETTINGS;
  return more > 0 ? [...changes.slice(0, MOST_SETTINGS), `${more} more`] : changes;
}

// One `docker exec` for all commands: each costs the start of a client.
function deployService(operation: RouteTraffic): Command {
  const { service, targets, candidates, port, flags, forgetsCanary } = operation;
  const deploy = deployWith(operation, flags);
  const removals = [
    ...forgetsCanary === true ? [`rollout stop ${quote(service)}`] : [],
    ...candidates.map((candidate) => `remove ${quote(candidate)}`),
  ].map((words) => `kamal-proxy ${words} >/dev/null 2>&1; `);
  const both = [
    ...takeOver(operation),
    removals.length === 0 ? deploy : `${deploy} && { ${removals.join("")}true; }`,
  ].join("; ");
  const words = targets.map(({ target }) => raw(targetText(target, port)));
  return all(
    run("docker", "exec", "kamal-proxy", "sh", "-c", both, ...words),
    ...forgetIds(targets.map(({ target }) => target)),
  );
}

/**
 * What comes before a route that takes another one's place: kamal-proxy gives a host name to one service alone. Where it
 * can, the new one has all of the parent domain for a moment, so that no request finds nobody.
 */
function takeOver(operation: RouteTraffic): readonly string[] {
  const { takesOver, hosts, flags } = operation;
  if (takesOver === undefined) return [];
  const parents = [...new Set(hosts.map((host) => host.replace(/^[^.]+(?=\..)/, "*")))];
  const remove = `kamal-proxy remove ${quote(takesOver.service)} >/dev/null 2>&1`;
  if (hosts.length === 0 || !parents.every((parent) => parent.startsWith("*."))) return [remove];
  // A certificate is for the host itself.
  const others = flags.filter((flag) => !/^--(host|tls|canonical-host)\b/.test(flag));
  const wide = deployWith(operation, [...parents.map((parent) => `--host=${parent}`), ...others]);
  return [`${wide} >/dev/null 2>&1`, remove];
}

/** The deploy of a service in a script whose arguments are the targets. */
function deployWith({ service, targets, port }: RouteTraffic, flags: readonly string[]): string {
  if (isCalled(flags)) {
    const called = targets.map(({ isReader = false }, index) => ({
      word: argument(index),
      isReader,
    }));
    return deployCall({ service, targets: called, port, flags });
  }
  return [
    ...["kamal-proxy", "deploy", service].map(quote),
    ...targetWords(targets),
    ...flags.map(quote),
  ].join(" ");
}

function giveBack(operation: RouteTraffic, { service, ...before }: TakenRoute): RouteTraffic {
  const { targets, version, port, flags, hosts } = operation;
  const now = { service: operation.service, targets, version, port, flags, hosts };
  return { ...operation, ...before, service, previous: undefined, takesOver: now };
}

/** Containers as flags for a shell that gets them as arguments. */
export function targetWords(
  targets: readonly Pick<RoutedContainer, "isReader">[],
): readonly string[] {
  return targets.map(({ isReader }, index) => {
    const flag = isReader === true ? "--read-target" : "--target";
    return `${flag} ${argument(index)}`;
  });
}

/** A script's argument as one word of it. */
function argument(index: number): string {
  return `"$${index < 10 ? index : `{${index}}`}"`;
}

/** The removal of files with containers' ids, once nobody needs them any more. */
export function forgetIds(targets: readonly ProxyTarget[]): readonly Command[] {
  const files = targets.flatMap((target) => "id" in target ? [] : [target.idFile]);
  return files.length === 0 ? [] : [run("rm", "-f", ...files)];
}

/** Shell text that removes the file with a container's id, once nobody needs it any more. */
export function forgetId(target: ProxyTarget): string {
  return "id" in target ? ":" : `rm -f ${quote(target.idFile)}`;
}

/** A target as shell text: Kamal names containers by the short form of their id, for names change. */
export function targetText(target: ProxyTarget, port: number): string {
  return "id" in target
    ? `${target.id.slice(0, 12)}:${port}`
    : `"$(cut -c1-12 ${quote(target.idFile)}):${port}"`;
}

// Nobody can call a wait of kamal-proxy's off: it asks until its time is up, whether or not anybody listens. A container
// that answers as it stops, or another that was given its address, would make the candidate stand once it was removed. So
// the proxy's own container removes it again when no wait is left; whoever uses the name by then does not miss it.
function removeCandidateFrom({ candidate, pending }: RemoveCandidate): Command {
  if (pending === undefined) {
    return quiet(run("docker", "exec", "kamal-proxy", "kamal-proxy", "remove", candidate));
  }
  const remove = `kamal-proxy remove ${quote(candidate)}`;
  const both = `${remove}; (sleep ${pending}; ${remove}) >/dev/null 2>&1 &`;
  return quiet(run("docker", "exec", "kamal-proxy", "sh", "-c", both));
}
