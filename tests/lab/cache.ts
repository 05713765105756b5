/**
 * What is made once for all labs of this user: built programs and images.
 *
 * @module
 */

import { exists } from "./shell.ts";

/** Folder of everything a lab keeps for the next one. */
export function cacheFolder(): string {
  const base = Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME") ?? "/root"}/.cache`;
  return `${base}/sextant-lab`;
}

/**
 * Gives a cached file, made on the first call; `make` writes to the path it is handed.
 * A file appears whole or not at all, so an interrupted run leaves nothing half made.
 */
export async function cached(
  name: string,
  make: (path: string) => Promise<void>,
): Promise<string> {
  const path = `${cacheFolder()}/${name}`;
  if (await exists(path)) return path;
  await Deno.mkdir(cacheFolder(), { recursive: true });
  const draft = `${path}.${Deno.pid}`;
  try {
    await make(draft);
    await Deno.rename(draft, path);
  } finally {
    if (await exists(draft)) await Deno.remove(draft);
  }
  return path;
}

/** Runs something with a scratch folder that is gone afterwards. */
export async function withScratch<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "sextant-lab-" });
  try {
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Gives the SHA-256 of bytes in hexadecimal. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", Uint8Array.from(bytes)));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
