/**
 * The lab's image registry, Debian's docker-registry, on a machine of its own.
 *
 * @module
 */

import type { Machine } from "./machine.ts";
import { run, until } from "./shell.ts";

/** Port the registry listens on. */
export const REGISTRY_PORT = 5000;

/** Who may pull and push. */
export interface RegistryLogin {
  /** Name without a colon. */
  readonly username: string;
  /** Password in the clear. */
  readonly password: string;
}

/** Hashes standard input with bcrypt, the only way the registry reads. */
const HASH =
  "print crypt(join('', <STDIN>), '$2b$05$' . join('', map { ('a'..'z')[rand 26] } 1..22))";

/** Starts the registry and waits until it answers. */
export async function startRegistry(machine: Machine, login?: RegistryLogin): Promise<void> {
  const { address, folder } = machine;
  const settings = {
    version: 0.1,
    log: { level: "warn" },
    http: { addr: `${address}:${REGISTRY_PORT}` },
    storage: { filesystem: { rootdirectory: `${folder}/images` }, delete: { enabled: true } },
    ...(login === undefined ? {} : { auth: await writePasswords(`${folder}/passwords`, login) }),
  };
  // JSON is YAML as well.
  await Deno.writeTextFile(`${folder}/registry.yml`, JSON.stringify(settings));
  const log = `${folder}/registry.log`;
  await machine.must(`docker-registry serve ${folder}/registry.yml >${log} 2>&1 </dev/null &`);
  await until(`registry at ${address}`, () => answers(`http://${address}:${REGISTRY_PORT}/v2/`));
}

/** Writes the config of a Docker client that is logged in to a registry, if that asks for it. */
export async function writeClientConfig(
  folder: string,
  registry: string,
  login?: RegistryLogin,
): Promise<void> {
  const auth = login && btoa(`${login.username}:${login.password}`);
  const config = auth === undefined ? {} : { auths: { [registry]: { auth } } };
  await Deno.mkdir(folder);
  await Deno.writeTextFile(`${folder}/config.json`, JSON.stringify(config), { mode: 0o600 });
}

async function writePasswords(path: string, login: RegistryLogin): Promise<unknown> {
  const hash = await run("perl", ["-e", HASH], { input: login.password });
  await Deno.writeTextFile(path, `${login.username}:${hash}\n`, { mode: 0o600 });
  return { htpasswd: { realm: "lab", path } };
}

/** Any answer will do: a registry with a login says 401. */
async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url);
    await response.body?.cancel();
    return true;
  } catch {
    return false;
  }
}
