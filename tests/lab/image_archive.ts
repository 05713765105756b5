/**
 * Writes an image archive for `docker load` without any Docker: the same files give the same image
 * id on each host.
 *
 * @module
 */

import { sha256, withScratch } from "./cache.ts";
import { run } from "./shell.ts";

/** What an image runs, and as whom. */
export interface ImageSettings {
  /** Name and tag, such as `basecamp/kamal-proxy:v0.9.2`. */
  readonly name: string;
  /** User and group of the main process. @default {root} */
  readonly user?: string;
  /** Program that the command is handed to. @default {none} */
  readonly entrypoint?: readonly string[];
  /** Command and its arguments. */
  readonly cmd: readonly string[];
  /** Ports the image declares, such as `80/tcp`. */
  readonly ports: readonly string[];
  /** Labels of the image. */
  readonly labels: Readonly<Record<string, string>>;
}

const PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Packs a folder, with the owners and modes it has on disk, as the one layer of an image. */
export async function writeImageArchive(
  rootFolder: string,
  settings: ImageSettings,
  archive: string,
): Promise<void> {
  await withScratch(async (folder) => {
    const reproducible = ["--sort=name", "--mtime=@0", "--numeric-owner"];
    await run("tar", [...reproducible, "-C", rootFolder, "-cf", `${folder}/layer.tar`, "."]);
    const layer = await sha256(await Deno.readFile(`${folder}/layer.tar`));
    const config = JSON.stringify(imageConfig(settings, layer));
    const configFile = `${await sha256(new TextEncoder().encode(config))}.json`;
    await Deno.writeTextFile(`${folder}/${configFile}`, config);
    const manifest = [{ Config: configFile, RepoTags: [settings.name], Layers: ["layer.tar"] }];
    await Deno.writeTextFile(`${folder}/manifest.json`, JSON.stringify(manifest));
    await run("tar", ["-C", folder, "-cf", archive, "manifest.json", configFile, "layer.tar"]);
  });
}

function imageConfig(settings: ImageSettings, layer: string): unknown {
  return {
    architecture: Deno.build.arch === "aarch64" ? "arm64" : "amd64",
    os: "linux",
    created: "2025-01-01T00:00:00Z",
    config: {
      User: settings.user ?? "",
      Env: [PATH],
      Entrypoint: settings.entrypoint,
      Cmd: settings.cmd,
      ExposedPorts: Object.fromEntries(settings.ports.map((port) => [port, {}])),
      Labels: settings.labels,
    },
    rootfs: { type: "layers", diff_ids: [`sha256:${layer}`] },
  };
}
