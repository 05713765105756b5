/**
 * Hosts that the configuration does not have: once it did.
 *
 * @module
 */

import type { Config, Host } from "./config.ts";
import { parseHost } from "./host_parts.ts";

/** A host that the configuration does not have, by its name or as `user@name`; it is reached as all others are. */
export function otherHost({ ssh }: Pick<Config, "ssh">, name: string): Host {
  const { address = name, user, port } = parseHost(name) ?? {};
  return {
    name: name.slice(name.indexOf("@") + 1),
    address,
    port: port ?? ssh.port,
    user: user ?? ssh.user,
    keys: ssh.keys,
    jumps: ssh.jumps,
    proxyCommand: ssh.jumps?.length ? undefined : ssh.proxyCommand,
    tags: [],
  };
}
