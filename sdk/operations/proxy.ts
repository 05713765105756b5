/**
 * kamal-proxy: its container, and the routes in it.
 *
 * @module
 */

import { all, any, type Command, quiet, quote, raw, run, text, type Word } from "../command.ts";
import { optionWords } from "./container.ts";
import { type Definition, lastLines } from "./definition.ts";

/** Runs the proxy's container. */
export interface RunProxy {
  /** Which operation. */
  readonly kind: "run-proxy";
  /** Image with tag. */
  readonly image: string;
  /** Port published for HTTP. */
  readonly httpPort: number;
  /** Port published for HTTPS. */
  readonly httpsPort: number;
  /** Largest log file; empty for no limit. */
  readonly logMaxSize: string;
  /** Whether it logs more. */
  readonly debug: boolean;
  /** Port of its metrics; `undefined` for none. */
  readonly metricsPort: number | undefined;
  /** Further options of `docker run`. */
  readonly options: Readonly<Record<string, string | number | boolean | readonly string[]>>;
  /** Whether the configuration says anything about how it runs; otherwise the host's own boot config counts. */
  readonly configured: boolean;
}

/** Starts the proxy's stopped container. */
export interface StartProxy {
  /** Which operation. */
  readonly kind: "start-proxy";
}

/** Stops the proxy and removes its container; routes and certificates stay in its volume. */
export interface RemoveProxy {
  /** Which operation. */
  readonly kind: "remove-proxy";
  /** Whether its image and folder go as well; the volume with its certificates stays, as with Kamal. */
  readonly everything: boolean;
}

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
  /** Everything else that `kamal-proxy deploy` is told, as flags. */
  readonly flags: readonly string[];
  /** What to show: the public hosts. */
  readonly hosts: readonly string[];
  /** Version that gets the traffic. */
  readonly version: string;
  /** Where traffic goes today; `undefined` for a new route. */
  readonly previous:
    | { readonly targets: readonly RoutedContainer[]; readonly version: string }
    | undefined;
}

/** A container that gets traffic. */
export interface RoutedContainer {
  /** Its name. */
  readonly container: string;
  /** Its id, or the file on the host that holds it. */
  readonly target: ProxyTarget;
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
}

/** An operation on the proxy. */
export type ProxyOperation =
  | RunProxy
  | StartProxy
  | RemoveProxy
  | RouteTraffic
  | RemoveRoute
  | RemoveCandidate;

/** How the proxy is told. */
export const PROXY = "docker exec kamal-proxy kamal-proxy";

/** Whether a proxy service is one by which a new container is awaited without traffic. */
export function isCandidate(service: string): boolean {
  return service.endsWith("-candidate");
}

/** How the proxy is run. */
export const runProxy: Definition<RunProxy> = {
  changes: true,
  describe: ({ image, httpPort, httpsPort }) => ({
    mark: "+",
    noun: "proxy",
    subject: "kamal-proxy",
    detail: `${image} on ports ${httpPort} and ${httpsPort}`,
  }),
  render: renderRun,
  explain: ({ httpPort, httpsPort }, { stderr }) => ({
    code: "COMMAND_FAILED",
    message: `kamal-proxy could not be run: ${
      lastLines(stderr, 1)[0] ?? "docker run said nothing"
    }`,
    details: lastLines(stderr, 5),
    hint:
      `Ports ${httpPort} and ${httpsPort} must be free on the host: docker ps --filter publish=${httpPort}`,
  }),
};

/** How a stopped proxy is started. */
export const startProxy: Definition<StartProxy> = {
  changes: true,
  describe: () => ({ mark: "+", noun: "proxy", subject: "kamal-proxy", detail: "start" }),
  render: () => quiet(run("docker", "container", "start", "kamal-proxy")),
};

/** How the proxy's container is removed. */
export const removeProxy: Definition<RemoveProxy> = {
  changes: true,
  describe: ({ everything }) => ({
    mark: "-",
    noun: "proxy",
    subject: "kamal-proxy",
    detail: everything ? "with its image; its certificates stay" : "its routes stay",
  }),
  render: ({ everything }) => {
    const stop = text(
      "{ docker stop -t 30 kamal-proxy >/dev/null 2>&1; docker rm kamal-proxy >/dev/null 2>&1 || ! docker container inspect kamal-proxy >/dev/null 2>&1; }",
    );
    if (!everything) return stop;
    return all(
      stop,
      text(
        "{ docker image prune --all --force --filter label=org.opencontainers.image.title=kamal-proxy >/dev/null; }",
      ),
      run("rm", "-rf", ".kamal/proxy"),
    );
  },
};

/** How traffic is sent to a container. */
export const routeTraffic: Definition<RouteTraffic> = {
  changes: true,
  describe: ({ hosts, service, version, targets, previous }) => ({
    mark: previous === undefined ? "+" : "~",
    noun: "route",
    subject: hosts.join(", ") || service,
    detail: routeDetail(version, targets.length, previous),
  }),
  render: deployService,
  inverse: (operation) => {
    const { previous, service } = operation;
    if (previous === undefined) return [{ kind: "remove-route", service }];
    return [{
      ...operation,
      targets: previous.targets,
      version: previous.version,
      previous: undefined,
    }];
  },
  explain: ({ service, hosts }, { stderr }) => ({
    code: "COMMAND_FAILED",
    message: `kamal-proxy did not take the route of ${service}: ${
      lastLines(stderr, 1)[0] ?? "it said nothing"
    }`,
    hint: hosts.length === 0
      ? "Only one service of a proxy may answer to all hosts: give it one with .proxy({ host: … })"
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
  render: ({ candidate }) => removeCandidateQuietly(candidate),
};

function routeDetail(
  version: string,
  count: number,
  previous: RouteTraffic["previous"],
): string {
  const before = previous?.targets.length ?? count;
  const versions = previous === undefined || previous.version === version
    ? version
    : `${previous.version} → ${version}`;
  if (before === 1 && count === 1) return versions;
  return `${versions}, ${before === count ? count : `${before} → ${count}`} containers`;
}

// One `docker exec` for all commands: each costs the start of a client.
function deployService(operation: RouteTraffic): Command {
  const { service, targets, candidates, port, flags } = operation;
  const deploy = [
    ...["kamal-proxy", "deploy", service].map(quote),
    ...targets.map((_, index) => `--target "$${index < 10 ? index : `{${index}}`}"`),
    ...flags.map(quote),
  ].join(" ");
  const removals = candidates.map((candidate) =>
    `kamal-proxy remove ${quote(candidate)} >/dev/null 2>&1; `
  );
  const both = removals.length === 0 ? deploy : `${deploy} && { ${removals.join("")}true; }`;
  const words = targets.map(({ target }) => raw(targetText(target, port)));
  return all(
    run("docker", "exec", "kamal-proxy", "sh", "-c", both, ...words),
    ...forgetIds(targets.map(({ target }) => target)),
  );
}

function forgetIds(targets: readonly ProxyTarget[]): readonly Command[] {
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

function removeCandidateQuietly(candidate: string): Command {
  return any(
    quiet(run("docker", "exec", "kamal-proxy", "kamal-proxy", "remove", candidate)),
    text("true"),
  );
}

function renderRun(operation: RunProxy): Command {
  const base: Word[] = ["docker", "run", "--name", "kamal-proxy", "--network", "kamal", "--detach"];
  base.push(
    "--restart",
    "unless-stopped",
    "--volume",
    "kamal-proxy-config:/home/kamal-proxy/.config/kamal-proxy",
  );
  base.push("--volume", raw('"$PWD"/.kamal/proxy/apps-config:/home/kamal-proxy/.apps-config'));
  const folder = run("mkdir", "-p", ".kamal/proxy/apps-config");
  return all(
    folder,
    operation.configured ? configuredRun(base, operation) : bootConfigRun(base, operation),
  );
}

function configuredRun(base: readonly Word[], operation: RunProxy): Command {
  const words: Word[] = [...base];
  words.push("--publish", `${operation.httpPort}:80`, "--publish", `${operation.httpsPort}:443`);
  if (operation.logMaxSize !== "") words.push("--log-opt", `max-size=${operation.logMaxSize}`);
  if (operation.metricsPort !== undefined) words.push(`--expose=${operation.metricsPort}`);
  words.push(...optionWords(operation.options), operation.image, "kamal-proxy", "run");
  if (operation.debug) words.push("--debug");
  if (operation.metricsPort !== undefined) {
    words.push("--metrics-port", String(operation.metricsPort));
  }
  return run(...words);
}

// Kamal: `kamal proxy boot_config` leaves its settings in these files; a host that has them keeps them.
function bootConfigRun(base: readonly Word[], { image }: RunProxy): Command {
  const [repository = "", tag = ""] = splitTag(image);
  const or = (file: string, value: string) =>
    `$(cat .kamal/proxy/${file} 2>/dev/null || echo ${quote(value)})`;
  const line = [
    or("options", "--publish 80:80 --publish 443:443 --log-opt max-size=10m"),
    `${or("image", repository)}:${or("image_version", tag)}`,
    or("run_command", ""),
  ].join(" ");
  const docker = base.map((word) =>
    typeof word === "string" ? quote(word) : "raw" in word ? word.raw : ""
  ).join(" ");
  return text(`echo ${line} | xargs ${docker}`);
}

function splitTag(image: string): readonly [string, string] {
  const colon = image.lastIndexOf(":");
  return [image.slice(0, colon), image.slice(colon + 1)];
}
