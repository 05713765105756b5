/**
 * The usual ways to reach hosts, and this machine.
 *
 * @module
 */

import type { Config, Host } from "../config/config.ts";
import { localRegistryPort } from "../config/registry.ts";
import type { Event } from "../exec/event.ts";
import type { SecretValues } from "../secrets/secret_values.ts";
import type { Target, Transport } from "../transport/transport.ts";

/** Loads what SSH needs, which takes a while, so that it may happen beside other things. */
export async function loadSsh(): Promise<void> {
  const [{ loadSsh2 }] = await Promise.all([
    import("../transport/ssh2_module.ts"),
    import("../transport/ssh2.ts"),
  ]);
  await loadSsh2();
}

/** SSH, as the configuration says, with the private keys that are secrets. */
export async function sshTransport(
  { ssh, sshkit }: Config,
  secrets: SecretValues,
  onEvent: (event: Event) => void,
): Promise<Transport> {
  const { Ssh2Transport } = await import("../transport/ssh2.ts");
  return new Ssh2Transport({
    keys: ssh.keys.length === 0 ? undefined : ssh.keys,
    keyData: ssh.keyData.map((name) => ({ label: `secret ${name}`, text: secrets.value(name) })),
    keysOnly: ssh.keysOnly,
    configFiles: ssh.config,
    hostKeys: ssh.hostKeys,
    connectSeconds: ssh.connectTimeout,
    handshakes: sshkit.maxConcurrentStarts,
    dnsRetries: sshkit.dnsRetries,
    onDebug: ssh.logLevel === "debug"
      ? ({ name }, line) => onEvent({ type: "notice", host: name, message: `ssh: ${line}` })
      : undefined,
    onNewHostKey: ({ target, type, fingerprint, file }) =>
      onEvent({
        type: "notice",
        host: target.name,
        message: `new host key ${type} ${fingerprint}${
          file === undefined ? "" : `, added to ${file}`
        }`,
      }),
  });
}

/** A host as SSH reaches it; one that pulls reaches the registry, where that is on this machine. */
export function targetOf(
  { ssh, registry }: Pick<Config, "ssh" | "registry">,
  host: Host,
  pulls = false,
): Target {
  const { name, address, port, user, keys, jumps, proxyCommand } = host;
  return {
    name,
    address,
    port,
    user,
    keys: keys.length === 0 ? undefined : keys,
    jumps,
    proxyCommand,
    forwardAgent: ssh.forwardAgent,
    ...pulls ? { lentPort: localRegistryPort(registry) } : {},
  };
}

/** This machine's own shell, in the project's folder. */
export async function localTransport(root: string): Promise<Transport> {
  const { LocalTransport } = await import("../transport/local.ts");
  return new LocalTransport({ cwd: root });
}
