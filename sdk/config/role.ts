/**
 * Roles: hosts that run the same container with the same command.
 *
 * @module
 */

import * as z from "zod";
import type { RunOptions } from "./config.ts";
import { type AssetPathInput, assetPathSchema } from "./asset_path.ts";
import { type EnvFields, type EnvInput, envSchema } from "./env.ts";
import { type HostFields, hostSchema } from "./host.ts";
import type { HostsInput } from "./hosts_function.ts";
import { type LoggingInput, loggingSchema } from "./logging.ts";
import { type ProxyInput, proxySchema } from "./proxy.ts";
import { runOptions } from "./run_options.ts";
import { labels, strict, text, whole } from "./schema.ts";
import type { TextMap } from "./text_map.ts";

/** A role's hosts, and in what its containers differ from other roles'. */
export interface RoleOptions<Hosts = HostsInput> {
  /** Where it runs: a list, or a function that gives one. */
  readonly hosts?: Hosts;
  /**
   * Containers on each host, side by side; a host may say otherwise.
   * @default {1}
   */
  readonly replicas?: number;
  /**
   * Command in place of the image's own, as a shell would read it.
   * @default {undefined} The image's own.
   */
  readonly cmd?: string;
  /** Environment, over that of the app. */
  readonly env?: EnvInput;
  /**
   * Whether kamal-proxy sends traffic to it; an object does so with settings laid over those of the app.
   * @default {true} For the primary role; `false` for others.
   */
  readonly proxy?: boolean | ProxyInput;
  /** Folders of assets that its versions share, in place of the app's; only with a proxy. */
  readonly assetPath?: AssetPathInput;
  /** Labels of its containers, over those of the app. */
  readonly labels?: TextMap;
  /** Log driver, over that of the app. */
  readonly logging?: LoggingInput;
  /** Further options of `docker run`, by name without dashes; `restart` is `unless-stopped` by default. */
  readonly options?: RunOptions;
  /** Seconds between TERM and KILL, in place of the app's. */
  readonly stopTimeout?: number;
}

/** A role: its hosts, or an object with more. */
export type RoleInput<Hosts = HostsInput> = Hosts | RoleOptions<Hosts>;

/** A role in its long form. */
export interface RoleFields extends Omit<RoleOptions, "env" | "hosts"> {
  /** Where it runs. */
  readonly hosts?: readonly HostFields[];
  /** Environment. */
  readonly env?: EnvFields;
}

/** Checks a role in its long form. */
export const roleSchema: z.ZodType<RoleFields> = strict<RoleFields>({
  hosts: z.array(hostSchema).optional().meta({
    description: "The hosts that it runs on",
    example: ["10.0.0.1", "deploy@10.0.0.2:2222"],
  }),
  replicas: whole(1).optional().meta({
    description: "How many containers of it run on each host",
    example: 3,
  }),
  cmd: text().optional().meta({
    description: "Command in place of the image's own, as a shell would read it",
    example: "bin/jobs",
  }),
  env: envSchema.optional().meta({
    description: "Environment variables, over those of the app",
    example: { THREADS: 5 },
  }),
  proxy: z.union([z.boolean(), proxySchema]).optional().meta({
    description: "Whether kamal-proxy sends traffic here; an object is laid over the app's proxy",
    example: { appPort: 4000 },
  }),
  assetPath: assetPathSchema().optional().meta({
    description: "Folders in the image whose files versions share, in place of the app's",
    example: "/app/public/assets",
  }),
  labels: labels().optional().meta({
    description: "Labels of its containers, over those of the app",
    example: { team: "shop" },
  }),
  logging: loggingSchema.optional().meta({
    description: "Docker's log driver, over that of the app",
    example: { driver: "local" },
  }),
  options: runOptions().optional().meta({
    description: "Further options of docker run, by name without dashes; restart is unless-stopped",
    example: { memory: "1g" },
  }),
  stopTimeout: whole().optional().meta({
    description: "Seconds between TERM and KILL when a container stops, in place of the app's",
    example: 60,
  }),
}, "a list of hosts or an object");
