/**
 * Hands its own streams to a command: `local SHELL`, or `ssh HOME PORT USER SHELL`; ends as the command does.
 *
 * @module
 */

import { LocalTransport } from "../../sdk/transport/local.ts";
import { Ssh2Transport } from "../../sdk/transport/ssh2.ts";
import type { Connection } from "../../sdk/transport/transport.ts";
import { HERE } from "./steps.ts";

const [kind, ...rest] = Deno.args;
const shell = rest.at(-1) ?? "";
const { session } = await (kind === "local" ? new LocalTransport().connect(HERE) : connect(rest));
const exitCode = await session.interact(shell);
await session.close();
Deno.exit(exitCode);

function connect([home = "", port, user = ""]: readonly string[]): Promise<Connection> {
  const target = { name: "a", address: "127.0.0.1", port: Number(port), user };
  return new Ssh2Transport({ home, agent: "" }).connect(target);
}
