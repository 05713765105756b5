/**
 * How the image is built.
 *
 * @module
 */

import * as z from "zod";
import { type BuildCacheInput, buildCacheSchema } from "./build_cache.ts";
import { secretReference, strict, text, textMap } from "./schema.ts";
import type { SecretReference } from "./secret.ts";
import type { TextMap } from "./text_map.ts";

/** How the image is built. */
export interface BuilderInput<Secret extends string = string> {
  /**
   * Architecture of the hosts, such as `amd64` or `arm64`; several for an image that has all of them.
   * @default {undefined} That of the machine that builds.
   */
  readonly arch?: string | readonly string[];
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
  /**
   * Secrets that the build may read, as `RUN --mount=type=secret,id=NAME` asks for them. No layer keeps them.
   * @default {[]}
   */
  readonly secrets?: readonly SecretReference<Secret>[];
  /**
   * Agent or key that `RUN --mount=type=ssh` may use: `default`, or `default=~/.ssh/key`.
   * @default {undefined} None.
   */
  readonly ssh?: string;
  /**
   * Where layers are kept from one build to the next, for machines that begin with nothing.
   * @default {undefined} Docker's own cache.
   */
  readonly cache?: BuildCacheInput;
  /**
   * Whether the image says how it was built, or how much of that, as `mode=max`.
   * @default {undefined} What buildx does by itself.
   */
  readonly provenance?: boolean | string;
  /**
   * Whether the image lists what is in it.
   * @default {false}
   */
  readonly sbom?: boolean;
  /**
   * What builds: `docker` for the engine's own builder, `docker-container`, or `cloud acme/builder`.
   * @default {"docker"} `docker-container` with several architectures, a cache, a remote, provenance or sbom.
   */
  readonly driver?: string;
  /**
   * Docker of another machine, such as `ssh://root@10.0.0.9`, that builds what this one cannot.
   * @default {undefined} None.
   */
  readonly remote?: string;
  /**
   * Whether this machine builds for its own architecture where there is a remote.
   * @default {true}
   */
  readonly local?: boolean;
  /** Cloud Native Buildpacks in the place of a Dockerfile; needs the program `pack`. */
  readonly pack?: PackInput;
}

/** Which buildpacks build the image. */
export interface PackInput {
  /** Image of the builder, such as `heroku/builder:24`. */
  readonly builder: string;
  /** Buildpacks, in order. */
  readonly buildpacks: readonly string[];
}

/** Checks how the image is built. */
export const builderSchema: z.ZodType<BuilderInput> = strict<BuilderInput>({
  arch: z.union([arch(), z.array(arch()).min(1)]).optional().meta({
    description: "Architectures of the hosts that the image is built for; else this machine's",
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
  secrets: z.array(secretReference()).optional().meta({
    description: "Secrets that the build may read by RUN --mount=type=secret,id=NAME",
    example: [{ secret: "NPM_TOKEN" }],
  }),
  ssh: text().optional().meta({
    description: "Agent or key that the build may use by RUN --mount=type=ssh",
    example: "default",
  }),
  cache: buildCacheSchema.optional().meta({
    description: "Where layers are kept from one build to the next",
    example: { type: "registry", options: "mode=max" },
  }),
  provenance: z.union([z.boolean(), text()]).optional().meta({
    description: "Whether the image says how it was built, or how much of that",
    example: "mode=max",
  }),
  sbom: z.boolean().optional().meta({
    description: "Whether the image lists what is in it",
    example: true,
  }),
  driver: z.string().check(z.regex(/^(?:[a-z][a-z-]*|cloud [\w.-]+\/[\w.-]+)$/, {
    error: 'should be docker, docker-container, or a cloud builder such as "cloud acme/builder"',
  })).optional().meta({
    description:
      "What builds; else docker, or docker-container with several architectures, a cache, a remote, provenance or sbom",
    example: "docker-container",
  }),
  remote: z.string().check(z.regex(/^(?:ssh|tcp|unix|npipe):\/\/\S+$/, {
    error: "should be the address of a Docker, such as ssh://root@10.0.0.9",
  })).optional().meta({
    description: "Docker of another machine, which builds what this one cannot",
    example: "ssh://root@10.0.0.9",
  }),
  local: z.boolean().optional().meta({
    description: "Whether this machine builds for its own architecture where there is a remote",
    example: false,
  }),
  pack: strict<PackInput>({
    builder: text().meta({ description: "Image of the builder", example: "heroku/builder:24" }),
    buildpacks: z.array(text()).min(1).meta({
      description: "Buildpacks, in order",
      example: ["heroku/ruby", "heroku/procfile"],
    }),
  }).optional().meta({
    description: "Cloud Native Buildpacks in the place of a Dockerfile; needs the program pack",
    example: { builder: "heroku/builder:24", buildpacks: ["heroku/ruby", "heroku/procfile"] },
  }),
});

function arch(): z.ZodType<string> {
  return z.string().check(z.regex(/^(?!linux\/)[\w.-]+(\/\w+)?$/, {
    error: 'should be an architecture alone, such as "amd64"',
  }));
}
