/**
 * How the image is built.
 *
 * @module
 */

import * as z from "zod";
import type { Builder } from "./config.ts";
import { strict, text, textMap } from "./schema.ts";
import { resolveTextMap, type TextMap } from "./text_map.ts";

/** How the image is built. */
export interface BuilderInput {
  /**
   * Architecture of the hosts, such as `amd64` or `arm64`.
   * @default {undefined} That of the machine that builds.
   */
  readonly arch?: string;
  /**
   * Folder that is sent to the builder, relative to the project.
   * @default {"."}
   */
  readonly context?: string;
  /**
   * Dockerfile, relative to the context.
   * @default {"Dockerfile"}
   */
  readonly dockerfile?: string;
  /**
   * Stage of the Dockerfile to build.
   * @default {undefined} The last.
   */
  readonly target?: string;
  /** Build arguments; they can be read from the image, so they must not hold secrets. */
  readonly args?: TextMap;
}

/** Checks how the image is built. */
export const builderSchema: z.ZodType<BuilderInput> = strict<BuilderInput>({
  arch: z.string().check(z.regex(/^(?!linux\/)[\w.-]+(\/\w+)?$/, {
    error: 'should be an architecture alone, such as "amd64"',
  })).optional().meta({
    description: "Architecture of the hosts that the image is built for; else this machine's",
    example: "amd64",
  }),
  context: text().optional().meta({
    description: "Folder that the builder is given, relative to the project",
    example: ".",
  }),
  dockerfile: text().optional().meta({
    description: "Path of the Dockerfile, relative to the context",
    example: "Dockerfile.production",
  }),
  target: text().optional().meta({
    description: "Stage of the Dockerfile to build; else the last one",
    example: "runtime",
  }),
  args: textMap().optional().meta({
    description: "Build arguments, by name; they can be seen, so that no secret belongs here",
    example: { RUBY: "3.4" },
  }),
});

/** Fills the builder's defaults. */
export function resolveBuilder(input: BuilderInput = {}): Builder {
  return {
    dockerfile: input.dockerfile ?? "Dockerfile",
    context: input.context ?? ".",
    platform: input.arch === undefined ? undefined : `linux/${input.arch}`,
    args: resolveTextMap(input.args),
    target: input.target,
  };
}
