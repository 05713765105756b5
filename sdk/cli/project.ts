/**
 * The commands about the project's own files; no host is contacted.
 *
 * @module
 */

import { stringify } from "@std/yaml";
import { configHash } from "../config/config_hash.ts";
import { toJsonLine } from "../report/json.ts";
import type { CommandContext, Invocation } from "./command.ts";
import { commandOptions, load } from "./run.ts";

/** Prints the resolved configuration and its hash as YAML or JSON; it knows secrets by their names only. */
export async function printConfig(
  { flags }: Invocation,
  { io, dependencies }: CommandContext,
): Promise<number> {
  const deployment = await load(dependencies, io, flags);
  const config = await dependencies.resolvedConfig(deployment, commandOptions(io, flags));
  // By way of JSON, since YAML has no word for what is undefined.
  const plain: Record<string, unknown> = JSON.parse(JSON.stringify(config));
  const sha256 = configHash(config);
  io.out.write(
    flags.on.has("json")
      ? toJsonLine({ type: "config", sha256, config: plain })
      : `# sha256 ${sha256}\n${stringify(plain)}`,
  );
  return 0;
}

/** Writes the files of a new deployment; files that are there stay as they are. */
export async function printInit(
  { flags }: Invocation,
  { io, dependencies }: CommandContext,
): Promise<number> {
  const { created, kept } = await dependencies.initProject(io.root);
  if (flags.on.has("json")) {
    io.out.write(toJsonLine({ type: "files", created, kept }));
    return 0;
  }
  for (const path of created) io.out.write(`created  ${path}\n`);
  for (const path of kept) io.out.write(`kept     ${path}\n`);
  if (!flags.on.has("quiet")) {
    const secrets = kept.includes(".kamal/.env") ? ".kamal/.env" : ".kamal/secrets";
    io.err.write(`Fill in deploy.ts and ${secrets}, then: sextant plan\n`);
  }
  return 0;
}
