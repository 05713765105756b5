/**
 * Environment variables: values that may be seen, and secrets by name.
 *
 * @module
 */

import * as z from "zod";
import type { Env } from "./config.ts";
import { strict, textMap } from "./schema.ts";
import { resolveTextMap, type TextMap } from "./text_map.ts";

/** Variables in the clear, and names of secrets. */
export interface EnvFields<Secret extends string = string> {
  /** Values that may be seen. */
  readonly clear?: TextMap;
  /** Secrets: `NAME`, or `NAME_IN_CONTAINER:NAME_OF_SECRET`. */
  readonly secret?: readonly Secret[];
}

/** Environment variables: names and values, or apart as `clear` and `secret`. */
export type EnvInput = TextMap | EnvFields;

/** Environment of the whole app, and more of it for hosts with a tag. */
export interface RootEnvFields<Secret extends string = string> extends EnvFields<Secret> {
  /** Variables by the tag of the hosts that get them. */
  readonly tags?: Readonly<Record<string, EnvInput>>;
}

/** Environment of the whole app: names and values, or apart as `clear`, `secret` and `tags`. */
export type RootEnvInput<Secret extends string = string> = TextMap | RootEnvFields<Secret>;

const clear = textMap().optional().meta({
  description: "Values that may be seen, by name; ${NAME} in one is the host's own variable",
  example: { PORT: "3000" },
});

const secret = z.array(
  z.string().check(z.regex(/^[A-Za-z_]\w*(:[\w.-]+)?$/, {
    error: 'should be "NAME" or "NAME_IN_CONTAINER:NAME_OF_SECRET"',
  })),
).optional().meta({
  description: "Names of secrets; NAME:OTHER gives the secret OTHER under NAME",
  example: ["DATABASE_URL"],
});

/** Checks an environment in its long form. */
export const envSchema: z.ZodType<EnvFields> = strict<EnvFields>({ clear, secret });

/** Checks the app's environment in its long form. */
export const rootEnvSchema: z.ZodType<RootEnvFields> = strict<RootEnvFields>({
  clear,
  secret,
  tags: z.record(z.string(), envSchema).optional().meta({
    description: "More variables for hosts with a tag, by tag",
    example: { eu: { clear: { REGION: "eu" } } },
  }),
});

/** Merges environments in the long form; a later one wins, whichever of its kinds a variable is in. */
export function resolveEnv(...layers: readonly (EnvFields | undefined)[]): Env {
  const env: { clear: Record<string, string>; secret: Record<string, string> } = {
    clear: {},
    secret: {},
  };
  for (const layer of layers) {
    for (const [name, source] of (layer?.secret ?? []).map(splitSecret)) {
      delete env.clear[name];
      env.secret[name] = source;
    }
    // Docker lets --env win over --env-file, so a name in both kinds of one layer is clear.
    for (const [name, value] of Object.entries(resolveTextMap(layer?.clear))) {
      delete env.secret[name];
      env.clear[name] = value;
    }
  }
  return env;
}

function splitSecret(entry: string): readonly [string, string] {
  const [name = entry, source = name] = entry.split(":");
  return [name, source];
}
