/**
 * The builder as it is resolved, and the rules between its keys.
 *
 * @module
 */

import { type BuildCache, resolveBuildCache } from "./build_cache.ts";
import type { BuilderInput, PackInput } from "./builder.ts";
import type { Registry } from "./config.ts";
import type { ReportProblem } from "./problems.ts";
import { localRegistryPort } from "./registry.ts";
import { resolveTextMap } from "./text_map.ts";

/** How the image is built. */
export interface Builder {
  /** Dockerfile, relative to the context. */
  readonly dockerfile: string;
  /** Folder that is sent to the builder, relative to the project. */
  readonly context: string;
  /** Platforms, such as `linux/amd64`; empty for the builder's own. */
  readonly platforms: readonly string[];
  /** Build arguments. */
  readonly args: Readonly<Record<string, string>>;
  /** Stage to build; `undefined` for the last. */
  readonly target: string | undefined;
  /** Names of the secrets that the build may read. */
  readonly secrets: readonly string[];
  /** Agent or key that the build may use; `undefined` for none. */
  readonly ssh: string | undefined;
  /** Where layers are kept; `undefined` for Docker's own cache. */
  readonly cache: BuildCache | undefined;
  /** Whether the image says how it was built; `undefined` for what buildx does by itself. */
  readonly provenance: string | undefined;
  /** Whether the image lists what is in it. */
  readonly sbom: boolean;
  /** Builder of buildx; `undefined` where the engine's own does. */
  readonly buildx: Buildx | undefined;
  /** Buildpacks in the place of a Dockerfile; `undefined` for none. */
  readonly pack: PackInput | undefined;
}

/** A builder of buildx. */
export interface Buildx {
  /** Its driver, such as `docker-container`. */
  readonly driver: string;
  /** Docker of another machine, which builds what this one cannot; `undefined` for none. */
  readonly remote: string | undefined;
  /** Whether this machine builds for its own architecture. */
  readonly local: boolean;
  /** Port of the registry, where that is on this machine; `undefined` for one elsewhere. */
  readonly registryPort: number | undefined;
}

/** Fills the builder's defaults, and complains about keys that do not go together. */
export function resolveBuilder(
  input: BuilderInput = {},
  image: string,
  registry: Registry,
  report: ReportProblem,
): Builder {
  const { arch = [], driver, remote } = input;
  const archs = typeof arch === "string" ? [arch] : arch;
  checkDriver(input, archs, report);
  checkRemote(input, registry, report);
  checkPack(input, archs, report);
  if (input.cache?.type === "gha" && input.cache.image !== undefined) {
    report(["builder", "cache", "image"], "is for a cache of type registry");
  }
  const { local = true, provenance, sbom = false } = input;
  const hasMore = provenance !== undefined || sbom;
  const needsBuildx = driver === undefined
    ? hasMore || archs.length > 1 || input.cache !== undefined || remote !== undefined
    : hasMore || driver !== "docker";
  return {
    dockerfile: input.dockerfile ?? "Dockerfile",
    context: input.context ?? ".",
    platforms: archs.map((arch) => `linux/${arch}`),
    args: resolveTextMap(input.args),
    target: input.target,
    secrets: (input.secrets ?? []).map(({ secret }) => secret),
    ssh: input.ssh,
    cache: input.cache && resolveBuildCache(input.cache, image, registry),
    provenance: provenance === undefined ? undefined : String(provenance),
    sbom,
    buildx: needsBuildx
      ? {
        driver: driver ?? "docker-container",
        remote,
        local,
        registryPort: localRegistryPort(registry),
      }
      : undefined,
    pack: input.pack,
  };
}

// Kamal: configuration/builder.rb lists these rules, and never asks for them.
function checkDriver(input: BuilderInput, archs: readonly string[], report: ReportProblem): void {
  if (input.driver !== "docker") return;
  const about = "needs another driver than docker, such as docker-container";
  for (const key of ["cache", "remote"] as const) {
    if (input[key] !== undefined) report(["builder", key], about);
  }
  if (archs.length > 1) report(["builder", "arch"], `has several architectures, which ${about}`);
}

function checkRemote(
  { remote, local, driver }: BuilderInput,
  registry: Registry,
  report: ReportProblem,
): void {
  if (remote === undefined) {
    if (local === false) report(["builder", "local"], "is false, and there is no remote either");
    return;
  }
  if (driver?.startsWith("cloud ")) {
    report(["builder", "remote"], "is never asked where the driver is a cloud");
  }
  if (localRegistryPort(registry) !== undefined && !remote.startsWith("ssh://")) {
    report(
      ["builder", "remote"],
      "should be reached by SSH, such as ssh://root@10.0.0.9, since the registry is on this machine",
    );
  }
}

/** Keys that buildpacks know nothing of. */
const NOT_OF_PACK = [
  "dockerfile",
  "target",
  "ssh",
  "cache",
  "provenance",
  "sbom",
  "driver",
  "remote",
  "local",
] as const satisfies readonly (keyof BuilderInput)[];

function checkPack(input: BuilderInput, archs: readonly string[], report: ReportProblem): void {
  if (input.pack === undefined) return;
  for (const key of NOT_OF_PACK) {
    if (input[key] !== undefined) report(["builder", key], "means nothing to pack: leave it out");
  }
  if (archs.length > 1) {
    report(["builder", "arch"], "has several architectures, and pack builds for one");
  }
  for (const [index, { secret }] of (input.secrets ?? []).entries()) {
    if (/^[A-Za-z_]\w*$/.test(secret)) continue;
    report(["builder", "secrets", index], "should be the name of a variable, in which pack has it");
  }
}
