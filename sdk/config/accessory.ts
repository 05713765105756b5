/**
 * Accessories: long-lived containers beside the app.
 *
 * @module
 */

import * as z from "zod";
import { mountsSchema } from "./accessory_mounts.ts";
import type { RunOptions } from "./config.ts";
import { type EnvFields, type EnvInput, envSchema } from "./env.ts";
import { type HostFields, type HostInput, hostSchema } from "./host.ts";
import type { HostsInput } from "./hosts_function.ts";
import type { MountInput } from "./mount.ts";
import { type RegistryInput, registrySchema } from "./registry.ts";
import { runOptions } from "./run_options.ts";
import { labels, strict, text } from "./schema.ts";
import type { TextMap } from "./text_map.ts";

/** What an accessory is, wherever it runs. */
export interface AccessoryOptions {
  /** Image with its tag, and with its registry unless that is named as `registry`. */
  readonly image: string;
  /**
   * Registry of its image, whose server goes before the image.
   * @default {undefined} The image says it, and the app's registry is logged in to.
   */
  readonly registry?: RegistryInput;
  /**
   * Name of its container and its folder on the host.
   * @default {undefined} The app's service, a hyphen, and the accessory's name.
   */
  readonly service?: string;
  /** Command in place of the image's own, as a shell would read it. */
  readonly cmd?: string;
  /** Port to publish: `5432` for the same on both sides, `"127.0.0.1:5432:5432"` as it is. */
  readonly port?: string | number;
  /** Environment. */
  readonly env?: EnvInput;
  /** Files of the project that are uploaded and mounted. */
  readonly files?: readonly MountInput[];
  /** Folders that are made and mounted; a relative one is below the accessory's own folder. */
  readonly directories?: readonly MountInput[];
  /** Volumes, as `docker run --volume` takes them. */
  readonly volumes?: readonly string[];
  /**
   * Docker network.
   * @default {"kamal"}
   */
  readonly network?: string;
  /** Labels of its container. */
  readonly labels?: TextMap;
  /** Further options of `docker run`, by name without dashes; `restart` is `unless-stopped` by default. */
  readonly options?: RunOptions;
}

/** Where an accessory runs: exactly one of role, roles, host, hosts, tag, tags. */
export type AccessoryPlace<Role extends string = string, Hosts = HostsInput> =
  | {
    /** On the hosts of one role. */
    readonly role: Role;
    readonly roles?: never;
    readonly host?: never;
    readonly hosts?: never;
    readonly tag?: never;
    readonly tags?: never;
  }
  | {
    /** On the hosts of several roles. */
    readonly roles: readonly Role[];
    readonly role?: never;
    readonly host?: never;
    readonly hosts?: never;
    readonly tag?: never;
    readonly tags?: never;
  }
  | {
    /** On one host. */
    readonly host: HostInput;
    readonly role?: never;
    readonly roles?: never;
    readonly hosts?: never;
    readonly tag?: never;
    readonly tags?: never;
  }
  | {
    /** On several hosts: a list, or a function that gives one. */
    readonly hosts: Hosts;
    readonly role?: never;
    readonly roles?: never;
    readonly host?: never;
    readonly tag?: never;
    readonly tags?: never;
  }
  | {
    /** On the roles' hosts with a tag. */
    readonly tag: string;
    readonly role?: never;
    readonly roles?: never;
    readonly host?: never;
    readonly hosts?: never;
    readonly tags?: never;
  }
  | {
    /** On the roles' hosts with any of some tags. */
    readonly tags: readonly string[];
    readonly role?: never;
    readonly roles?: never;
    readonly host?: never;
    readonly hosts?: never;
    readonly tag?: never;
  };

/** A long-lived container beside the app, and where it runs. */
export type AccessoryInput<Role extends string = string, Hosts = HostsInput> =
  & AccessoryPlace<Role, Hosts>
  & AccessoryOptions;

/** An accessory in its long form, before it is known that it has one place. */
export interface AccessoryFields extends Omit<AccessoryOptions, "env"> {
  /** Environment. */
  readonly env?: EnvFields;
  /** One role. */
  readonly role?: string;
  /** Several roles. */
  readonly roles?: readonly string[];
  /** One host. */
  readonly host?: HostFields;
  /** Several hosts. */
  readonly hosts?: readonly HostFields[];
  /** One tag. */
  readonly tag?: string;
  /** Several tags. */
  readonly tags?: readonly string[];
}

/** Checks an accessory in its long form. */
export const accessorySchema: z.ZodType<AccessoryFields> = strict<AccessoryFields>({
  image: text().meta({
    description: "Image with its tag, and with its registry unless that is named beside it",
    example: "postgres:17",
  }),
  registry: registrySchema.optional().meta({
    description: "Registry of its image alone, whose server goes before the image",
    example: { server: "ghcr.io", username: "ci", password: { secret: "GHCR_TOKEN" } },
  }),
  role: text().optional().meta({
    description: "The role on whose hosts it runs; in place of roles, host, hosts, tag and tags",
    example: "web",
  }),
  roles: z.array(text()).optional().meta({
    description: "The roles on whose hosts it runs",
    example: ["web", "jobs"],
  }),
  host: hostSchema.optional().meta({
    description: "The one host that it runs on",
    example: "10.0.0.3",
  }),
  hosts: z.array(hostSchema).optional().meta({
    description: "The hosts that it runs on",
    example: ["10.0.0.3"],
  }),
  tag: text().optional().meta({
    description: "The tag of the hosts that it runs on",
    example: "eu",
  }),
  tags: z.array(text()).optional().meta({
    description: "Tags of the hosts that it runs on, any of which is enough",
    example: ["eu", "us"],
  }),
  service: text().optional().meta({
    description:
      "Name of its container and of its folder on the host; else the app's, a hyphen and its own",
    example: "shop-db",
  }),
  cmd: text().optional().meta({
    description: "Command in place of the image's own, as a shell would read it",
    example: "redis-server --save 60 1",
  }),
  port: z.union([z.string(), z.int().check(z.gte(1), z.lte(65535))]).optional().meta({
    description: "Port to publish: 5432 for the same on both sides, else as docker run takes it",
    example: "127.0.0.1:5432:5432",
  }),
  env: envSchema.optional().meta({
    description: "Environment variables of its container",
    example: { secret: ["PASSWORD"] },
  }),
  files: mountsSchema.optional().meta({
    description: "Files of the project that are uploaded and mounted, as local:remote or in parts",
    example: ["my.cnf:/etc/mysql/my.cnf"],
  }),
  directories: mountsSchema.optional().meta({
    description:
      "Folders of the host that are made and mounted; a relative one is below its own folder",
    example: ["data:/var/lib/postgresql/data"],
  }),
  volumes: z.array(text()).optional().meta({
    description: "Volumes, as docker run takes them",
    example: ["shop-data:/data"],
  }),
  network: text().optional().meta({
    description: "Docker network that its container is in",
    example: "kamal",
  }),
  labels: labels().optional().meta({
    description: "Labels of its container",
    example: { team: "shop" },
  }),
  options: runOptions().optional().meta({
    description: "Further options of docker run, by name without dashes",
    example: { memory: "1g" },
  }),
});
