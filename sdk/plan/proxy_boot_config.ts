/**
 * The plans of `proxy boot-config …`: Kamal's files that say how the proxy runs where the configuration does not.
 *
 * @module
 */

import { withPort } from "../config/published_port.ts";
import { proxyRunOn } from "../config/config.ts";
import { type BootConfigFile, DEFAULT_OPTIONS } from "../operations/boot_config.ts";
import { splitTag } from "../operations/proxy_container.ts";
import type { PlanInput } from "./input.ts";
import type { Plan } from "./plan.ts";
import { proxyHosts } from "./proxy.ts";
import { plan, script, stage, step } from "./stages.ts";

/** What `proxy boot-config set` is told. */
export interface BootConfigOptions {
  /** Whether ports are published. @default {true} */
  readonly publish?: boolean | undefined;
  /** Addresses that ports are published on. @default {[]} All. */
  readonly publishHostIps?: readonly string[] | undefined;
  /** Port published for HTTP. @default {80} */
  readonly httpPort?: number | undefined;
  /** Port published for HTTPS. @default {443} */
  readonly httpsPort?: number | undefined;
  /** Largest log file; empty for no limit. @default {"10m"} */
  readonly logMaxSize?: string | undefined;
  /** Registry of the image. */
  readonly registry?: string | undefined;
  /** Image without registry and tag. @default {"basecamp/kamal-proxy"} */
  readonly repository?: string | undefined;
  /** Tag of the image. */
  readonly imageVersion?: string | undefined;
  /** Port of its metrics. */
  readonly metricsPort?: number | undefined;
  /** Whether it logs more. @default {false} */
  readonly debug?: boolean | undefined;
  /** Further options of `docker run`, such as `memory=512m`. */
  readonly dockerOptions?: readonly string[] | undefined;
}

/** Plans `proxy boot-config set`; what is not named gets Kamal's default. */
export function planBootConfigSet(input: PlanInput, options: BootConfigOptions): Plan {
  return writing(input, "proxy boot-config set", filesOf(options));
}

/** Plans `proxy boot-config reset`. */
export function planBootConfigReset(input: PlanInput): Plan {
  return writing(input, "proxy boot-config reset", {});
}

/** Plans `proxy boot-config get`. */
export function planBootConfigGet(input: PlanInput): Plan {
  const scripts = proxyHosts(input).map((host) => {
    const [repository, tag] = splitTag(proxyRunOn(input.config, host).image);
    return script(host, [
      step(`${host} boot config`, { kind: "show-boot-config", repository, tag }),
    ]);
  });
  return plan(input, "proxy boot-config get", [stage("ask", scripts)]);
}

// Kamal: no lock is taken, nothing that runs is touched.
function writing(
  input: PlanInput,
  verb: string,
  files: Readonly<Partial<Record<BootConfigFile, string>>>,
): Plan {
  const scripts = proxyHosts(input).map((host) =>
    script(host, [step(`${host} boot config`, { kind: "write-boot-config", files })])
  );
  return plan(input, verb, [stage("apply", scripts)]);
}

/** Kamal: cli/proxy.rb, boot_config. */
function filesOf(options: BootConfigOptions): Readonly<Partial<Record<BootConfigFile, string>>> {
  const { registry, repository = "basecamp/kamal-proxy", imageVersion } = options;
  const path = registry === undefined ? repository : `${registry}/${repository}`;
  const run = optionsOf(options);
  const command = [
    ...options.debug ? ["--debug"] : [],
    ...options.metricsPort === undefined ? [] : [`--metrics-port ${options.metricsPort}`],
  ];
  return {
    ...run === DEFAULT_OPTIONS ? {} : { options: run },
    ...path === "basecamp/kamal-proxy" ? {} : { image: path },
    ...imageVersion === undefined ? {} : { image_version: imageVersion },
    ...command.length === 0 ? {} : { run_command: ["kamal-proxy run", ...command].join(" ") },
  };
}

function optionsOf(options: BootConfigOptions): string {
  const { publish = true, publishHostIps = [], httpPort = 80, httpsPort = 443 } = options;
  const { logMaxSize = "10m", metricsPort, dockerOptions = [] } = options;
  const mapped = [`${httpPort}:80`, `${httpsPort}:443`];
  const published = publishHostIps.length === 0
    ? mapped
    : publishHostIps.flatMap((ip) => mapped.map((port) => withPort(ip, port)));
  const ports = published.map((port) => `--publish ${port}`);
  return [
    ...publish ? ports : [],
    ...logMaxSize === "" ? [] : [`--log-opt max-size=${logMaxSize}`],
    ...metricsPort === undefined ? [] : [`--expose=${metricsPort}`],
    ...dockerOptions.map((option) => `--${option}`),
  ].join(" ");
}
