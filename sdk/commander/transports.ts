/**
 * The usual ways to reach hosts, and this machine.
 *
 * @module
 */

import type { Config } from "../config/config.ts";
import type { Event } from "../exec/event.ts";
import type { Transport } from "../transport/transport.ts";

/** SSH, as the configuration says; loads ssh2, which takes a while, so that it may happen beside other things. */
export async function sshTransport(
  { ssh }: Config,
  onEvent: (event: Event) => void,
): Promise<Transport> {
  const { Ssh2Transport } = await import("../transport/ssh2.ts");
  const { loadSsh2 } = await import("../transport/ssh2_module.ts");
  await loadSsh2();
  return new Ssh2Transport({
    keys: ssh.keys.length === 0 ? undefined : ssh.keys,
    keysOnly: ssh.keysOnly,
    hostKeys: ssh.hostKeys,
    connectSeconds: ssh.connectTimeout,
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

/** This machine's own shell, in the project's folder. */
export async function localTransport(root: string): Promise<Transport> {
  const { LocalTransport } = await import("../transport/local.ts");
  return new LocalTransport({ cwd: root });
}
