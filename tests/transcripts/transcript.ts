/**
 * A transcript of Kamal's, as what it does to hosts.
 *
 * @module
 */

import type { Verb } from "../../sdk/commander/verb.ts";
import type { DeploySpec } from "../../sdk/config/spec.ts";
import type { HostOptions } from "../../sdk/simulate/host_options.ts";
import type { DifferenceName } from "./differences.ts";
import { inOrder } from "./effects.ts";

/** A command that was watched. */
export interface Transcript {
  /** What was deployed. @default {SHOP} */
  readonly spec?: DeploySpec;
  /** How the hosts were, by host. */
  readonly hosts: Readonly<Record<string, HostOptions>>;
  /** Commands here that came before, with the same version. */
  readonly before?: readonly Verb[];
  /** The command here that is its counterpart. */
  readonly verb: Verb;
  /** The version. */
  readonly version: string;
  /** Code with which it fails here. */
  readonly failure?: string;
  /** Code of the error with which it is refused here. */
  readonly refusal?: string;
  /** Hooks in the order in which they ran, but for those before anything is planned; absent for none. */
  readonly hooks?: readonly string[];
  /** What Kamal did, in any order. */
  readonly kamal: readonly string[];
  /** What is different here on purpose. */
  readonly differences: readonly DifferenceName[];
}

/** Lines of several hosts. */
export function on(hosts: string, ...lines: readonly string[]): readonly string[] {
  return hosts.split(" ").flatMap((host) =>
    lines.map((line) => `${host} ${line.replaceAll("{host}", host)}`)
  );
}

/** How Kamal runs a container of the app; `words` are options of its own, `{host}` the last number of the host. */
export function runsApp(
  name: string,
  version: string,
  {
    service = "shop",
    net = "10.0.0",
    image = "ghcr.io/acme/shop",
    role = "web",
    restart = "",
    words = "",
    cmd = "",
  }:
    & {
      readonly service?: string;
      readonly net?: string;
      readonly image?: string;
      readonly role?: string;
    }
    & { readonly restart?: string; readonly words?: string; readonly cmd?: string } = {},
): string {
  const env =
    `--env KAMAL_CONTAINER_NAME=${name} --env KAMAL_VERSION=${version} --env KAMAL_HOST=${net}.{host}`;
  const fixed =
    `--name ${name} --network kamal --hostname ${net}.{host}-* --log-opt max-size=10m --detach`;
  const file = `--env-file .kamal/apps/${service}/env/roles/${role}.env`;
  const labels = `--label service=${service} --label role=${role} --label destination`;
  const command = `${fixed} --restart ${
    restart || "unless-stopped"
  } ${env} ${file} ${labels} ${words}`;
  return `docker run ${inOrder(`${command} ${image}:${version} ${cmd}`)}`.trimEnd();
}

/** How Kamal runs its proxy. */
export const RUNS_PROXY = `docker run ${
  inOrder(
    "--name kamal-proxy --network kamal --detach --restart unless-stopped --volume kamal-proxy-config:/home/kamal-proxy/.config/kamal-proxy --volume $PWD/.kamal/proxy/apps-config:/home/kamal-proxy/.apps-config",
  )
}`;

/** The flags that Kamal always gives a route. */
export const ROUTE_FLAGS =
  "--buffer-requests --buffer-responses --deploy-timeout=30s --drain-timeout=30s --log-request-header=Cache-Control --log-request-header=Last-Modified --log-request-header=User-Agent";

/** How Kamal routes a service, with flags besides the usual ones. */
export function routes(service: string, target: string, flags: string): string {
  const all = `${ROUTE_FLAGS} ${flags}`.split(" ").toSorted().join(" ");
  return `route ${service} to ${target} ${all}`;
}
