/**
 * kamal-proxy as an image, built from its Go source, for hosts that can pull from nowhere.
 *
 * @module
 */

import { cached, withScratch } from "./cache.ts";
import { goProgram } from "./go.ts";
import { writeImageArchive } from "./image_archive.ts";
import { run } from "./shell.ts";

/** The image as Kamal 2 names it. */
export const KAMAL_PROXY_IMAGE = "basecamp/kamal-proxy:v0.9.2";

const MODULE = "github.com/basecamp/kamal-proxy";
const VERSION = "v0.9.2";
// The official image is Ubuntu's, where the first added user gets this id.
const USER_ID = 1001;

/** Gives an archive of the image for `docker load`; the first call builds it, in about a minute. */
export async function kamalProxyArchive(progress: (text: string) => void): Promise<string> {
  return await cached(`kamal-proxy-${VERSION}-perl-${Deno.build.arch}.tar`, async (archive) => {
    progress(`building kamal-proxy ${VERSION}`);
    await withScratch(async (folder) => {
      await buildProgram(`${folder}/source`, `${folder}/kamal-proxy`);
      await layOut(`${folder}/root`, `${folder}/kamal-proxy`);
      await writeImageArchive(`${folder}/root`, {
        name: KAMAL_PROXY_IMAGE,
        user: "kamal-proxy:kamal-proxy",
        cmd: ["kamal-proxy", "run"],
        ports: ["80/tcp", "443/tcp"],
        labels: {
          "org.opencontainers.image.title": "kamal-proxy",
          "org.opencontainers.image.version": VERSION,
        },
      }, archive);
    });
  });
}

async function buildProgram(sourceFolder: string, program: string): Promise<void> {
  await Deno.mkdir(sourceFolder);
  const go = await goProgram();
  const options = { cwd: sourceFolder, env: { ...go.env, CGO_ENABLED: "0" } };
  const command = `${MODULE}/cmd/kamal-proxy`;
  await run(go.path, ["mod", "init", "lab"], options);
  await run(go.path, ["get", "-tool", `${command}@${VERSION}`], options);
  await run(go.path, ["build", "-trimpath", "-ldflags", "-s -w", "-o", program, command], options);
}

/** The official image's paths and user, with busybox and this machine's perl in the place of Ubuntu. */
async function layOut(root: string, program: string): Promise<void> {
  const home = `${root}/home/kamal-proxy`;
  for (const folder of ["bin", "etc/ssl/certs", "usr/local/bin", "tmp"]) {
    await Deno.mkdir(`${root}/${folder}`, { recursive: true });
  }
  await Deno.mkdir(`${home}/.config/kamal-proxy`, { recursive: true });
  await run("chown", ["-R", `${USER_ID}:${USER_ID}`, home]);
  await Deno.chmod(`${root}/tmp`, 0o1777);
  await Deno.copyFile(program, `${root}/usr/local/bin/kamal-proxy`);
  await Deno.copyFile("/bin/busybox", `${root}/bin/busybox`);
  await run("chroot", [root, "/bin/busybox", "--install", "-s", "/bin"]);
  await addPerl(root);
  const certificates = "etc/ssl/certs/ca-certificates.crt";
  await Deno.copyFile(`/${certificates}`, `${root}/${certificates}`);
  const user = `kamal-proxy:x:${USER_ID}:${USER_ID}`;
  await Deno.writeTextFile(
    `${root}/etc/passwd`,
    `root:x:0:0::/root:/bin/sh\n${user}::/home/kamal-proxy:/bin/sh\n`,
  );
  await Deno.writeTextFile(`${root}/etc/group`, `root:x:0:\nkamal-proxy:x:${USER_ID}:\n`);
}

/** What Debian and Ubuntu call perl-base, which no system of theirs goes without; its tables of letters are large. */
async function addPerl(root: string): Promise<void> {
  const owned = (await run("dpkg", ["-L", "perl-base"])).split("\n");
  const needed = (await run("ldd", ["/usr/bin/perl"])).match(/\/\S+/g) ?? [];
  const files = owned.filter((path) =>
    path === "/usr/bin/perl" || /\/perl-base\/(?!unicore\/)/.test(path)
  );
  for (const path of [...files, ...needed]) {
    if (!(await Deno.stat(path)).isFile) continue;
    const copy = `${root}${path}`;
    await Deno.mkdir(copy.slice(0, copy.lastIndexOf("/")), { recursive: true });
    await Deno.copyFile(path, copy);
  }
}
