import "../sanitizers.ts";
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { HostError } from "../../sdk/errors.ts";
import { Ssh2Transport } from "../../sdk/transport/ssh2.ts";
import { startAgent } from "./ssh_agent.ts";
import { generateKey, serverTest, type SshServer, startServer } from "./ssh_server.ts";
import { script } from "./steps.ts";

function transportOf({ home }: SshServer, agent = ""): Ssh2Transport {
  return new Ssh2Transport({ home, agent, configFiles: ["~/.ssh/config"] });
}

async function configure({ home }: SshServer, ...lines: readonly string[]): Promise<void> {
  await Deno.writeTextFile(join(home, ".ssh", "config"), lines.join("\n"));
}

serverTest(
  "connect() goes the way that ~/.ssh/config says, with the keys that it names",
  async () => {
    await using jump = await startServer();
    await using host = await startServer();
    await Deno.rename(join(jump.home, ".ssh", "id_ed25519"), join(jump.home, "for_jump"));
    await generateKey(join(jump.home, "for_host"));
    await Deno.copyFile(join(jump.home, "for_host.pub"), join(host.folder, "authorized_keys"));
    await configure(
      jump,
      "Host shop",
      "  HostName 127.0.0.1",
      "  IdentityFile ~/for_host",
      "  UserKnownHostsFile ~/.ssh/known_shop",
      "  ProxyJump bastion",
      "Host bastion",
      "  HostName 127.0.0.1",
      `  Port ${jump.target.port}`,
      `  User ${jump.target.user}`,
      "  IdentityFile ~/for_jump",
    );
    const target = { ...host.target, name: "shop", address: "shop" };
    const { session, first } = await transportOf(jump).connect(target, {
      first: script("echo hi"),
    });
    assertEquals([first[0]!.stdout, session.target.name], ["hi\n", "shop"]);
    await session.close();
    const read = (name: string): Promise<string> =>
      Deno.readTextFile(join(jump.home, ".ssh", name));
    assertStringIncludes(await read("known_shop"), `[127.0.0.1]:${host.target.port} `);
    assertStringIncludes(await read("known_hosts"), `[127.0.0.1]:${jump.target.port} `);
  },
);

serverTest("connect() refuses an unknown host where ~/.ssh/config is strict", async () => {
  await using server = await startServer();
  await configure(server, "Host 127.0.0.*", "  StrictHostKeyChecking yes");
  const error = await assertRejects(() => transportOf(server).connect(server.target), HostError);
  assertEquals(error.code, "HOST_KEY_UNKNOWN");
});

serverTest(
  "connect() offers of the agent's keys those alone that ~/.ssh/config names",
  async () => {
    await using server = await startServer();
    await using agent = await startAgent(server.folder);
    const publicKey = await Deno.readTextFile(join(server.folder, "forwarded.pub"));
    await Deno.writeTextFile(join(server.home, "named.pub"), publicKey);
    await configure(server, "IdentitiesOnly yes", "IdentityFile ~/.ssh/id_ed25519");
    await Deno.writeTextFile(join(server.folder, "authorized_keys"), publicKey);
    const error = await assertRejects(
      () => transportOf(server, agent.socket).connect(server.target),
      HostError,
    );
    assertEquals(
      error.details.filter((line) => line.startsWith("offered")),
      [`offered: ${server.home}/.ssh/id_ed25519`],
    );
    await configure(server, "IdentitiesOnly yes", "IdentityFile ~/named");
    await (await transportOf(server, agent.socket).connect(server.target)).session.close();
    await configure(server, "IdentitiesOnly yes", "IdentityFile ~/named.pub");
    await (await transportOf(server, agent.socket).connect(server.target)).session.close();
  },
);

serverTest("connect() opens a key that has a passphrase by the agent that has it", async () => {
  await using server = await startServer();
  await using agent = await startAgent(server.folder);
  const file = join(server.folder, "forwarded");
  await Deno.copyFile(`${file}.pub`, join(server.folder, "authorized_keys"));
  await server.keygen("-p", "-P", "", "-N", "it's a secret", "-f", file);
  await configure(server, "IdentitiesOnly yes", `IdentityFile ${file}`);
  await (await transportOf(server, agent.socket).connect(server.target)).session.close();
});
