/**
 * The schema of a whole spec in its long form.
 *
 * @module
 */

import * as z from "zod";
import { type AccessoryFields, accessorySchema } from "./accessory.ts";
import { aliasesSchema } from "./alias.ts";
import { bootSchema } from "./boot.ts";
import { canarySchema } from "./canary.ts";
import { releaseSchema } from "./release.ts";
import { builderSchema } from "./builder.ts";
import { type RootEnvFields, rootEnvSchema } from "./env.ts";

import { loggingSchema } from "./logging.ts";
import { proxySchema } from "./proxy.ts";
import { registrySchema } from "./registry.ts";
import { type RoleFields, roleSchema } from "./role.ts";
import { labels, strict, text } from "./schema.ts";
import type { SecretsReference } from "./secrets_function.ts";
import { hookName, settingsSchema } from "./settings.ts";
import type { SpecFields } from "./spec.ts";
import { sshSchema } from "./ssh.ts";
import { sshkitSchema } from "./sshkit.ts";
import { type TraefikFields, traefikSchema } from "./traefik.ts";

/** A spec in its long form, for one destination. */
export interface LongSpec
  extends Omit<SpecFields, "servers" | "accessories" | "env" | "hooks" | "traefik"> {
  /** Name of the app. */
  readonly service?: string;
  /** Roles by name. */
  readonly servers?: Readonly<Record<string, RoleFields>>;
  /** Accessories by name. */
  readonly accessories?: Readonly<Record<string, AccessoryFields>>;
  /** Environment of the app. */
  readonly env?: RootEnvFields;
  /** Traefik in the place of kamal-proxy. */
  readonly traefik?: TraefikFields;
  /** Ids of hook functions. */
  readonly hooks?: Readonly<Record<string, readonly string[]>>;
}

/** Checks a spec in its long form. */
export const specSchema: z.ZodType<LongSpec> = strict<LongSpec>({
  service: z.string().optional().meta({
    description: "Name of the app, with which its containers and folders begin",
    example: "shop",
  }),
  image: text().optional().meta({
    description: "Image without registry and tag; the deploy adds both",
    example: "acme/shop",
  }),
  registry: registrySchema.optional().meta({
    description: "Where the image is pushed to and pulled from",
  }),
  servers: z.record(z.string(), roleSchema).optional().meta({ description: "Roles by name" }),
  accessories: z.record(z.string(), accessorySchema).optional().meta({
    description: "Accessories by name",
  }),
  env: rootEnvSchema.optional().meta({ description: "Environment variables of every role" }),
  proxy: proxySchema.optional().meta({
    description: "How kamal-proxy sends traffic to the app, and runs itself",
  }),
  traefik: traefikSchema.optional().meta({ description: "Traefik in the place of kamal-proxy" }),
  builder: builderSchema.optional().meta({ description: "How the image is built" }),
  release: releaseSchema.optional().meta({
    description: "Command that runs once before anything boots",
  }),
  canary: canarySchema.optional().meta({ description: "Who gets a canary" }),
  boot: bootSchema.optional().meta({ description: "In which groups hosts switch" }),
  ssh: sshSchema.optional().meta({ description: "How hosts are reached" }),
  sshkit: sshkitSchema.optional().meta({ description: "How connections are made" }),
  logging: loggingSchema.optional().meta({ description: "Docker's log driver for all containers" }),
  labels: labels().optional().meta({
    description: "Labels of the app's containers",
    example: { team: "shop" },
  }),
  volumes: z.array(text()).optional().meta({
    description: "Volumes of the app's containers, as docker run takes them",
    example: ["storage:/app/storage"],
  }),
  aliases: aliasesSchema.optional().meta({ description: "Names of one's own for commands" }),
  hooks: z.record(
    hookName(),
    z.array(z.string()),
  ).optional().meta({ description: "Ids of hook functions" }),
  secrets: strict<SecretsReference>({
    fetch: text().meta({ description: "Id of the function" }),
  }).optional().meta({ description: "Function that gives secrets" }),
  settings: settingsSchema.optional().meta({ description: "Timeouts, paths, and what is kept" }),
});
