/**
 * The lab's image registry, Debian's docker-registry, on a machine of its own.
 *
 * @module
 */

import type { Machine } from "./machine.ts";
import { until } from "./shell.ts";

/** Port the registry listens on. */
export const REGISTRY_PORT = 5000;

/** Starts the registry and waits until it answers. */
export async function startRegistry(machine: Machine): Promise<void> {
  const { address, folder } = machine;
  const settings = {
    version: 0.1,
    log: { level: "warn" },
    http: { addr: `${address}:${REGISTRY_PORT}` },
    storage: { filesystem: { rootdirectory: `${folder}/images` }, delete: { enabled: true } },
  };
  // JSON is YAML as well.
  await Deno.writeTextFile(`${folder}/registry.yml`, JSON.stringify(settings));
  const log = `${folder}/registry.log`;
  await machine.must(`docker-registry serve ${folder}/registry.yml >${log} 2>&1 </dev/null &`);
  await until(`registry at ${address}`, () => answers(`http://${address}:${REGISTRY_PORT}/v2/`));
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url);
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
