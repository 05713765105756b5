import type { Duplex } from "node:stream";
import { HostError, messageOf } from "../errors.ts";
import { openSocket } from "./socket.ts";
import type { Ssh2Link } from "./ssh2_link.ts";
import type { Target } from "./transport.ts";

/** Hosts that have a port of this machine among their own. */
export class LentPorts {
  readonly #lent = new Set<string>();

  /**
   * Lets a host reach the port of this machine that its target names, for as long as the link lasts.
   *
   * @throws {HostError} `PORT_TAKEN` if the host does not let us.
   */
  async lend(link: Ssh2Link, target: Target): Promise<void> {
    const { lentPort, name } = target;
    if (lentPort === undefined) return;
    try {
      await link.lend(lentPort, (channel) => connect(channel, lentPort));
      this.#lent.add(name);
    } catch (cause) {
      // A host may hold the port of a lost connection for a while; whoever needs it then says so.
      if (this.#lent.has(name)) return;
      throw portTaken(target, lentPort, cause);
    }
  }
}

/** Carries bytes between a channel from a host and a port of this machine, until either ends. */
async function connect(channel: Duplex, port: number): Promise<void> {
  // What failed shows by the end; an error that nobody hears ends the process.
  channel.on("error", () => {});
  try {
    const socket = await openSocket("127.0.0.1", port, {
      milliseconds: 5000,
      dnsRetries: 0,
      signal: undefined,
    });
    socket.on("error", () => channel.destroy());
    socket.on("close", () => channel.destroy());
    channel.on("close", () => socket.destroy());
    channel.pipe(socket).pipe(channel);
  } catch {
    channel.destroy();
  }
}

function portTaken({ name }: Target, port: number, cause: unknown): HostError {
  const message = `this machine's registry cannot be reached from there: port ${port} is not free`;
  return new HostError("PORT_TAKEN", name, `${message} (${messageOf(cause)})`, {
    cause,
    hint:
      "Another deploy from a machine's own registry may be under way, or something else listens there; and the SSH server must allow it: AllowTcpForwarding yes.",
  });
}
