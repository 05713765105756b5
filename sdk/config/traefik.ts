/**
 * Traefik in the place of kamal-proxy, as Kamal 1 had it: it finds the app's containers by their labels.
 *
 * @module
 */

import * as z from "zod";
import type { Env, RunOptions } from "./config.ts";
import type { Proxy } from "./resolve_proxy.ts";
import { type EnvFields, type EnvInput, envSchema, resolveEnv } from "./env.ts";
import type { ConfigPath, ReportProblem } from "./problems.ts";
import type { ProxyInput } from "./proxy.ts";
import { runOptions } from "./run_options.ts";
import { port, strict, text, textMap } from "./schema.ts";
import { resolveTextMap, type TextMap } from "./text_map.ts";

/** How Traefik runs, and how the app's containers say that they are well. */
export interface Traefik {
  /** Image with tag. */
  readonly image: string;
  /** Port published for HTTP; `undefined` for none. */
  readonly hostPort: number | undefined;
  /** Labels of its container. */
  readonly labels: Readonly<Record<string, string>>;
  /** Arguments by name; `true` is a bare one. */
  readonly args: Readonly<Record<string, string | number | boolean>>;
  /** Further `docker run` options. */
  readonly options: RunOptions;
  /** Environment. */
  readonly env: Env;
  /** Folder in the app's containers with the cord; `undefined` for none. */
  readonly cord: string | undefined;
  /** Command in the app's containers that ends with 0 while they are well; `undefined` asks the health path. */
  readonly healthCmd: string | undefined;
}

/** What Traefik does for a role; the labels and the health check stand among the role's own. */
export interface RoleTraefik {
  /** Folder in its containers with the cord; `undefined` for none. */
  readonly cord: string | undefined;
}

/** How Traefik runs, and how the app's containers say that they are well. */
export interface TraefikInput {
  /**
   * Image with tag.
   * @default {"traefik:v2.11"}
   */
  readonly image?: string;
  /**
   * Port published for HTTP.
   * @default {80}
   */
  readonly hostPort?: number;
  /**
   * Whether its port is published.
   * @default {true}
   */
  readonly publish?: boolean;
  /** Labels of its container. */
  readonly labels?: TextMap;
  /**
   * Arguments, by name without dashes; `true` is a bare one.
   * @default {{ "log.level": "DEBUG" }}
   */
  readonly args?: TextMap;
  /** Further options of `docker run`, by name without dashes. */
  readonly options?: RunOptions;
  /** Environment of its container. */
  readonly env?: EnvInput;
  /**
   * Folder in the app's containers with the cord: a file whose absence makes a container unhealthy, so that Traefik
   * leaves it before it stops. `false` for none.
   * @default {"/tmp/kamal-cord"}
   */
  readonly cord?: string | false;
  /**
   * Command in the app's containers that ends with 0 while they are well.
   * @default {"curl -f http://localhost:PORT/up || exit 1"} with the app's port and health path
   */
  readonly healthCmd?: string;
}

/** How Traefik runs, in its long form. */
export interface TraefikFields extends Omit<TraefikInput, "env"> {
  /** Environment of its container. */
  readonly env?: EnvFields;
}

/** Checks how Traefik runs. */
export const traefikSchema: z.ZodType<TraefikFields> = strict<TraefikFields>({
  image: text().optional().meta({
    description: "Its image, with registry and tag",
    example: "traefik:v3.5",
  }),
  hostPort: port().optional().meta({
    description: "Port of the host that is published for HTTP",
    example: 8080,
  }),
  publish: z.boolean().optional().meta({
    description: "Whether its port is published on the host",
    example: false,
  }),
  labels: textMap().optional().meta({
    description: "Labels of its container",
    example: { team: "shop" },
  }),
  args: textMap().optional().meta({
    description: "Arguments by name, as its command line has them without dashes",
    example: { "accesslog": true },
  }),
  options: runOptions().optional().meta({
    description: "Further options of docker run",
    example: { memory: "256m" },
  }),
  env: envSchema.optional().meta({
    description: "Environment variables of its container",
    example: { DNS_TOKEN: "x" },
  }),
  cord: z.union([
    z.literal(false),
    z.string().check(
      z.regex(/^\/[^\s:]+$/, {
        error: "should be a folder in the container, such as /tmp/kamal-cord",
      }),
    ),
  ]).optional().meta({
    description: "Folder with the cord in the app's containers",
    example: "/var/cord",
  }),
  healthCmd: text().optional().meta({
    description: "Command that ends with 0 while a container is well",
    example: "bin/healthy",
  }),
});

const ONLY_KAMAL_PROXY = [
  "ssl",
  "acmeDirectory",
  "sslRedirect",
  "forwardHeaders",
  "responseTimeout",
  "stripPathPrefix",
  "buffering",
  "logging",
  "readers",
  "run",
] as const satisfies readonly (keyof ProxyInput)[];

/** Complains about what kamal-proxy could do and Traefik is told otherwise. */
export function checkTraefikProxy(
  proxy: ProxyInput,
  path: ConfigPath,
  report: ReportProblem,
): void {
  for (const key of ONLY_KAMAL_PROXY) {
    if (proxy[key] === undefined || proxy[key] === false) continue;
    report(
      [...path, key],
      "is kamal-proxy's, and traefik serves this app; tell Traefik by its args, or by labels of the role",
    );
  }
}

/** Fills the defaults of how Traefik runs. */
export function resolveTraefik(input: TraefikFields | undefined): Traefik | undefined {
  if (input === undefined) return undefined;
  const { publish = true } = input;
  return {
    image: input.image ?? "traefik:v2.11",
    hostPort: publish ? input.hostPort ?? 80 : undefined,
    labels: { ...CATCH_ALL, ...resolveTextMap(input.labels) },
    args: input.args ?? { "log.level": "DEBUG" },
    options: input.options ?? {},
    env: resolveEnv(input.env),
    cord: input.cord === false ? undefined : input.cord ?? "/tmp/kamal-cord",
    healthCmd: input.healthCmd,
  };
}

/** Labels by which Traefik finds a role's containers, as Kamal 1 makes them; a host or a path narrows the rule. */
export function traefikLabels(
  prefix: string,
  { hosts, pathPrefixes }: Pick<Proxy, "hosts" | "pathPrefixes">,
): Record<string, string> {
  const any = (name: string, values: readonly string[]): string[] =>
    values.length === 0 ? [] : [`(${values.map((value) => `${name}(\`${value}\`)`).join(" || ")})`];
  const paths = pathPrefixes.length === 0 ? ["PathPrefix(`/`)"] : any("PathPrefix", pathPrefixes);
  const http = "traefik.http";
  return {
    [`${http}.services.${prefix}.loadbalancer.server.scheme`]: "http",
    [`${http}.routers.${prefix}.rule`]: [...any("Host", hosts), ...paths].join(" && "),
    [`${http}.routers.${prefix}.priority`]: "2",
    [`${http}.middlewares.${prefix}-retry.retry.attempts`]: "5",
    [`${http}.middlewares.${prefix}-retry.retry.initialinterval`]: "500ms",
    [`${http}.routers.${prefix}.middlewares`]: `${prefix}-retry@docker`,
  };
}

/** Options of `docker run` by which a container says that it is well; without the cord it is not. */
export function healthOptions(
  { cord, healthCmd }: Traefik,
  { appPort, healthcheck }: Proxy,
): RunOptions {
  const cmd = healthCmd ?? `curl -f http://localhost:${appPort}${healthcheck.path} || exit 1`;
  return {
    "health-cmd": cord === undefined
      ? cmd
      : `(${cmd}) && (stat ${cord}/cord > /dev/null || exit 1)`,
    "health-interval": `${healthcheck.interval}s`,
  };
}

// Without it Traefik answers 404 while no container is healthy; so it answers 502 or 503, as kamal-proxy would.
const CATCH_ALL = {
  "traefik.http.routers.catchall.entryPoints": "http",
  "traefik.http.routers.catchall.rule": "PathPrefix(`/`)",
  "traefik.http.routers.catchall.service": "unavailable",
  "traefik.http.routers.catchall.priority": "1",
  "traefik.http.services.unavailable.loadbalancer.server.port": "0",
};
