/**
 * How kamal-proxy itself runs.
 *
 * @module
 */

import * as z from "zod";
import type { Role, RunOptions } from "./config.ts";
import type { ConfigPath, ReportProblem } from "./problems.ts";
import { runOptions } from "./run_options.ts";
import { port, strict, text } from "./schema.ts";

/** How the proxy container itself runs. */
export interface ProxyRun {
  /** Image with registry and tag. */
  readonly image: string;
  /** Version of kamal-proxy, such as `v0.9.2`. */
  readonly version: string;
  /** Whether its ports are published. */
  readonly publish: boolean;
  /** Addresses of the host that its ports are published on; empty for all. */
  readonly bindIps: readonly string[];
  /** Port published for HTTP. */
  readonly httpPort: number;
  /** Port published for HTTPS. */
  readonly httpsPort: number;
  /** Largest log file, such as `10m`; empty for no limit. */
  readonly logMaxSize: string;
  /** Whether kamal-proxy logs more. */
  readonly debug: boolean;
  /** Port of its metrics inside the container; `undefined` for none. */
  readonly metricsPort: number | undefined;
  /** Further `docker run` options. */
  readonly options: RunOptions;
}

/** How kamal-proxy itself runs; a change takes effect when the proxy is booted anew. */
export interface ProxyRunInput {
  /**
   * Whether its ports are published on the host; `false` for one that something else stands in front of.
   * @default {true}
   */
  readonly publish?: boolean;
  /**
   * Addresses of the host that its ports are published on, such as `10.0.0.1` or `::1`.
   * @default {[]} All.
   */
  readonly bindIps?: readonly string[];
  /**
   * Port published for HTTP.
   * @default {80}
   */
  readonly httpPort?: number;
  /**
   * Port published for HTTPS.
   * @default {443}
   */
  readonly httpsPort?: number;
  /**
   * Port of its metrics inside the container.
   * @default {undefined} No metrics.
   */
  readonly metricsPort?: number;
  /**
   * Whether kamal-proxy logs more.
   * @default {false}
   */
  readonly debug?: boolean;
  /**
   * Largest log file; `""` for no limit.
   * @default {"10m"}
   */
  readonly logMaxSize?: string;
  /**
   * Registry of its image.
   * @default {undefined} Docker Hub.
   */
  readonly registry?: string;
  /**
   * Image without registry and tag.
   * @default {"basecamp/kamal-proxy"}
   */
  readonly repository?: string;
  /**
   * Version of kamal-proxy.
   * @default {"v0.9.2"}
   */
  readonly version?: string;
  /** Further options of `docker run`, by name without dashes. */
  readonly options?: RunOptions;
}

/** Checks how kamal-proxy runs. */
export const proxyRunSchema: z.ZodType<ProxyRunInput> = strict<ProxyRunInput>({
  publish: z.boolean().optional().meta({
    description: "Whether its ports are published on the host",
    example: false,
  }),
  bindIps: z.array(text().refine(isAddress, { error: "should be an IP address" }))
    .optional()
    .meta({
      description: "Addresses of the host that its ports are published on; else all of them",
      example: ["10.0.0.1"],
    }),
  httpPort: port().optional().meta({
    description: "Port of the host that is published for HTTP",
    example: 8080,
  }),
  httpsPort: port().optional().meta({
    description: "Port of the host that is published for HTTPS",
    example: 8443,
  }),
  metricsPort: port().optional().meta({
    description: "Port of its metrics within the container; without it there are none",
    example: 9090,
  }),
  debug: z.boolean().optional().meta({
    description: "Log what helps to find faults in kamal-proxy",
    example: true,
  }),
  logMaxSize: z.string().optional().meta({
    description: "Largest size of its log file; an empty text for no limit",
    example: "100m",
  }),
  registry: text().optional().meta({
    description: "Registry of its image; else Docker Hub",
    example: "ghcr.io",
  }),
  repository: text().optional().meta({
    description: "Its image without registry and tag",
    example: "acme/kamal-proxy",
  }),
  version: text().optional().meta({
    description: "Version of kamal-proxy, which is its image's tag",
    example: "v0.9.2",
  }),
  options: runOptions().optional().meta({
    description: "Further options of docker run, by name without dashes",
    example: { memory: "512m" },
  }),
});

/** Complains about settings of ports that are not published. */
export function checkProxyRun(
  { publish, httpPort, httpsPort, bindIps }: ProxyRunInput,
  path: ConfigPath,
  report: ReportProblem,
): void {
  const named = [httpPort, httpsPort, bindIps].some((value) => value !== undefined);
  // Kamal: configuration/validator/proxy.rb.
  if (publish === false && named) {
    report(path, "has publish: false, should have no httpPort, httpsPort or bindIps then");
  }
}

/** Lays how a role's proxy runs over how the app's does, and fills the defaults. */
export function resolveProxyRun(root: ProxyRunInput = {}, own: ProxyRunInput = {}): ProxyRun {
  const input = { ...root, ...own };
  const version = input.version ?? "v0.9.2";
  const repository = input.repository ?? "basecamp/kamal-proxy";
  const path = input.registry === undefined ? repository : `${input.registry}/${repository}`;
  return {
    image: `${path}:${version}`,
    version,
    publish: input.publish ?? true,
    bindIps: input.bindIps ?? [],
    httpPort: input.httpPort ?? 80,
    httpsPort: input.httpsPort ?? 443,
    logMaxSize: input.logMaxSize ?? "10m",
    debug: input.debug ?? false,
    metricsPort: input.metricsPort,
    options: { ...root.options, ...own.options },
  };
}

/** Complains about hosts on which roles want kamal-proxy to run in different ways. */
export function checkProxyRuns(roles: readonly Role[], report: ReportProblem): void {
  const wanted = new Map<string, string>();
  for (const { name, hosts, proxy, proxyRun } of roles) {
    if (proxy === undefined) continue;
    for (const host of hosts) {
      const run = JSON.stringify(proxyRun);
      // Kamal: configuration.rb, ensure_no_conflicting_proxy_runs.
      if (wanted.has(host) && wanted.get(host) !== run) {
        report(
          ["servers", name, "proxy", "run"],
          `runs kamal-proxy on ${host} in another way than another role there`,
        );
      }
      wanted.set(host, run);
    }
  }
}

function isAddress(text: string): boolean {
  return z.ipv4().safeParse(text).success || z.ipv6().safeParse(text).success;
}
