/**
 * Where the layers of builds are kept.
 *
 * @module
 */

import * as z from "zod";
import type { Registry } from "./config.ts";
import { strict, text } from "./schema.ts";

/** Where the layers of builds are kept. */
export interface BuildCacheInput {
  /** `registry` for an image beside the app's, `gha` for the cache of GitHub's actions. */
  readonly type: "registry" | "gha";
  /**
   * What buildx should know of it, such as `mode=max`; several with commas.
   * @default {undefined} Nothing.
   */
  readonly options?: string;
  /**
   * Image that keeps the layers, without the registry's server; only of type `registry`.
   * @default {undefined} The app's image with `-build-cache` behind it.
   */
  readonly image?: string;
}

/** A cache as buildx takes it. */
export interface BuildCache {
  /** Where layers are read from. */
  readonly from: string;
  /** Where layers are written to. */
  readonly to: string;
}

/** Checks a cache. */
export const buildCacheSchema: z.ZodType<BuildCacheInput> = strict<BuildCacheInput>({
  type: z.enum(["registry", "gha"]).meta({
    description: "An image in the registry, or the cache of GitHub's actions",
    example: "registry",
  }),
  options: text().optional().meta({
    description: "What buildx should know of it; several with commas",
    example: "mode=max",
  }),
  image: text().optional().meta({
    description: "Image that keeps the layers; else the app's with -build-cache behind it",
    example: "acme/shop-cache",
  }),
});

/** The cache as buildx takes it. */
export function resolveBuildCache(
  { type, options, image }: BuildCacheInput,
  appImage: string,
  { server }: Pick<Registry, "server">,
): BuildCache {
  const join = (...parts: readonly (string | undefined)[]): string =>
    parts.filter((part) => part !== undefined).join(",");
  if (type === "gha") {
    // Kamal: reading takes only what says where the cache is.
    const read = options?.split(",").filter((option) => GHA_READ_REGEXP.test(option)) ?? [];
    return { from: join("type=gha", ...read), to: join("type=gha", options) };
  }
  const name = image ?? `${appImage}-build-cache`;
  const reference = `type=registry,ref=${server === undefined ? name : `${server}/${name}`}`;
  return { from: reference, to: join(reference, options) };
}

const GHA_READ_REGEXP = /^(?:url|url_v2|token|scope|timeout)=/;
