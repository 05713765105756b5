/**
 * How kamal-proxy itself runs.
 *
 * @module
 */

import * as z from "zod";
import type { ProxyRun, RunOptions } from "./config.ts";
import { runOptions } from "./run_options.ts";
import { port, strict, text } from "./schema.ts";

/** How kamal-proxy itself runs; a change takes effect when the proxy is booted anew. */
export interface ProxyRunInput {
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
  httpPort: port().optional().meta({ description: "Port published for HTTP", example: 8080 }),
  httpsPort: port().optional().meta({ description: "Port published for HTTPS", example: 8443 }),
  metricsPort: port().optional().meta({ description: "Port of its metrics", example: 9090 }),
  debug: z.boolean().optional().meta({ description: "Log more", example: true }),
  logMaxSize: z.string().optional().meta({ description: "Largest log file", example: "100m" }),
  registry: text().optional().meta({ description: "Registry of its image", example: "ghcr.io" }),
  repository: text().optional().meta({
    description: "Image without registry and tag",
    example: "acme/kamal-proxy",
  }),
  version: text().optional().meta({ description: "Version of kamal-proxy", example: "v0.9.2" }),
  options: runOptions().optional().meta({
    description: "Further options of docker run",
    example: { memory: "512m" },
  }),
});

/** Fills the defaults of how kamal-proxy runs. */
export function resolveProxyRun(input: ProxyRunInput = {}): ProxyRun {
  const version = input.version ?? "v0.9.2";
  const repository = input.repository ?? "basecamp/kamal-proxy";
  const path = input.registry === undefined ? repository : `${input.registry}/${repository}`;
  return {
    image: `${path}:${version}`,
    version,
    httpPort: input.httpPort ?? 80,
    httpsPort: input.httpsPort ?? 443,
    logMaxSize: input.logMaxSize ?? "10m",
    debug: input.debug ?? false,
    metricsPort: input.metricsPort,
    options: input.options ?? {},
  };
}
