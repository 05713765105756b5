/**
 * Building the app's image, here.
 *
 * @module
 */

import { all, type Command, quote, raw, run, type Word } from "../command.ts";
import { type Buildx, readyBuilder } from "./buildx.ts";
import { type Definition, lastLines, type RenderContext } from "./definition.ts";

/** Builds the app's image here. */
export interface BuildImage {
  /** Which operation. */
  readonly kind: "build-image";
  /** Names that the image gets, the version's first. */
  readonly tags: readonly string[];
  /** Service, as a label that pruning relies on. */
  readonly service: string;
  /** Dockerfile, relative to the context. */
  readonly dockerfile: string;
  /** Folder that is sent to the builder, relative to the project. */
  readonly context: string;
  /** Platforms; empty for the builder's own. */
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
  readonly cache: { readonly from: string; readonly to: string } | undefined;
  /** Whether the image says how it was built; `undefined` for what the builder does by itself. */
  readonly provenance: string | undefined;
  /** Whether the image lists what is in it. */
  readonly sbom: boolean;
  /** Builder of buildx; `undefined` where the engine's own does. */
  readonly buildx: Buildx | undefined;
  /** Buildpacks in the place of a Dockerfile; `undefined` for none. */
  readonly pack:
    | { readonly builder: string; readonly buildpacks: readonly string[] }
    | undefined;
  /** Whether layers are built anew. */
  readonly noCache: boolean;
}

/** Whether the builder keeps no image here, but pushes it itself. */
export function pushesItself({ buildx, pack }: Pick<BuildImage, "buildx" | "pack">): boolean {
  return pack === undefined && buildx !== undefined && buildx.driver !== "docker";
}

/** How the image is built. */
export const buildImage: Definition<BuildImage> = {
  changes: true,
  describe: (operation) => ({
    noun: "build",
    subject: operation.tags[0] ?? "",
    detail: `from ${sourceOf(operation)}${pushesItself(operation) ? ", and pushes it" : ""}`,
  }),
  render: (operation, context) =>
    operation.pack === undefined
      ? renderDocker(operation, context)
      : renderPack(operation, operation.pack, context),
  explain: (operation, { stdout, stderr }) => ({
    code: "BUILD_FAILED",
    message: `the image could not be built from ${
      operation.pack === undefined ? operation.dockerfile : operation.pack.builder
    }${pushesItself(operation) ? ", or not pushed" : ""}`,
    details: [...lastLines(stdout, 10), ...lastLines(stderr, 10)],
    hint: hintOf(operation),
  }),
};

function sourceOf({ context, dockerfile, pack }: BuildImage): string {
  const folder = context === "." ? "" : `${context}: `;
  return pack === undefined ? `${folder}./${dockerfile}` : `${folder}${pack.buildpacks.join(", ")}`;
}

function hintOf({ buildx, pack, context }: BuildImage): string {
  if (pack !== undefined) return `Run \`pack build\` in ${context} to see it alone.`;
  return buildx === undefined
    ? "Run `docker build .` here to see it alone."
    : "Run `docker buildx build .` here to see it alone; `docker buildx ls` shows the builders.";
}

function renderDocker(operation: BuildImage, { secret }: RenderContext): Command {
  const { buildx, cache } = operation;
  const needsBuildkit = operation.secrets.length > 0 || operation.ssh !== undefined;
  const words: Word[] = secretVariables(operation, secret);
  if (buildx === undefined) {
    // An engine that does not build by BuildKit unless it is asked knows neither secrets nor agents.
    if (needsBuildkit) words.push(raw("DOCKER_BUILDKIT=1"));
    words.push("docker", "build");
  } else {
    words.push("docker", "buildx", "build", "--builder", raw('"$sx_builder"'));
    if (pushesItself(operation)) words.push("--output", "type=registry");
  }
  if (operation.platforms.length > 0) words.push("--platform", operation.platforms.join(","));
  for (const tag of operation.tags) words.push("--tag", tag);
  if (cache !== undefined) words.push("--cache-to", cache.to, "--cache-from", cache.from);
  words.push("--label", `service=${operation.service}`, ...argumentWords(operation));
  const context = operation.context.replace(/\/$/, "");
  const { dockerfile } = operation;
  words.push("--file", context === "." ? dockerfile : `${context}/${dockerfile}`);
  if (operation.target !== undefined) words.push("--target", operation.target);
  if (operation.ssh !== undefined) words.push("--ssh", operation.ssh);
  if (operation.provenance !== undefined) words.push(`--provenance=${operation.provenance}`);
  if (operation.sbom) words.push("--sbom=true");
  if (operation.noCache) words.push("--no-cache");
  const build = run(...words, operation.context);
  return buildx === undefined ? build : all(readyBuilder(buildx, operation.platforms), build);
}

function argumentWords({ args, secrets }: BuildImage): readonly string[] {
  return [
    ...Object.entries(args).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]),
    ...secrets.flatMap((id, index) => ["--secret", `id=${id},env=${variable(index)}`]),
  ];
}

/** The values of secrets, in variables of names that steer no program: no argument has them. */
function secretVariables(
  { secrets }: BuildImage,
  secret: RenderContext["secret"],
): Word[] {
  return secrets.map((name, index) => raw(`${variable(index)}=${quote(secret(name))}`));
}

function variable(index: number): string {
  return `SEXTANT_BUILD_SECRET_${index + 1}`;
}

/** Kamal: commands/builder/pack.rb; secrets come in variables there too, but by arguments. */
function renderPack(
  operation: BuildImage,
  pack: NonNullable<BuildImage["pack"]>,
  { secret }: RenderContext,
): Command {
  const [name = "", ...others] = operation.tags;
  const words: Word[] = [
    ...operation.secrets.map((name) => raw(`${name}=${quote(secret(name))}`)),
    ...["pack", "build", name, "--creation-time", "now", "--builder", pack.builder],
  ];
  for (const platform of operation.platforms) words.push("--platform", platform);
  // Only this buildpack labels the image, which pulls rely on.
  for (const buildpack of [...pack.buildpacks, "paketo-buildpacks/image-labels"]) {
    words.push("--buildpack", buildpack);
  }
  for (const tag of others) words.push("--tag", tag);
  if (operation.noCache) words.push("--clear-cache");
  words.push("--env", `BP_IMAGE_LABELS=service=${operation.service}`);
  for (const [name, value] of Object.entries(operation.args)) {
    words.push("--env", `${name}=${value}`);
  }
  for (const name of operation.secrets) words.push("--env", name);
  return run(...words, "--path", operation.context);
}
