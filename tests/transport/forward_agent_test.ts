import "../sanitizers.ts";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { Ssh2Transport } from "../../sdk/transport/ssh2.ts";
import { serverTest, startServer } from "./ssh_server.ts";
import { script } from "./steps.ts";

/** An ssh-agent with one key of the name `forwarded`. */
async function startAgent(folder: string): Promise<{ socket: string } & AsyncDisposable> {
  const socket = join(folder, "agent");
  const agent = new Deno.Command("ssh-agent", {
    args: ["-D", "-a", socket],
    stdin: "null",
    stdout: "null",
  }).spawn();
  const made = `ssh-keygen -q -t ed25519 -N '' -C forwarded -f ${folder}/forwarded; ` +
    `until test -S ${socket}; do sleep 0.02; done; ssh-add -q ${folder}/forwarded`;
  await new Deno.Command("sh", { args: ["-c", made], env: { SSH_AUTH_SOCK: socket } }).output();
  return {
    socket,
    [Symbol.asyncDispose]: async () => {
      agent.kill("SIGTERM");
      await agent.status;
    },
  };
}

serverTest("run() lets a host ask the agent, on every channel, where it is told to", async () => {
  await using server = await startServer();
  await using agent = await startAgent(server.folder);
  const transport = new Ssh2Transport({ home: server.home, agent: agent.socket });
  const { session } = await transport.connect({ ...server.target, forwardAgent: true });
  const [list] = await session.run(script("ssh-add -l"));
  assertStringIncludes(list!.stdout, "forwarded (ED25519)");
  assertEquals(await session.interact("ssh-add -l >/dev/null"), 0);
  assertEquals((await session.run(script("ssh-add -l")))[0]!.exitCode, 0);
  await session.close();
  const plain = await transport.connect(server.target);
  const [none] = await plain.session.run(script('test -z "$SSH_AUTH_SOCK"'));
  assertEquals(none!.exitCode, 0);
  await plain.session.close();
});

serverTest("run() goes on without the agent where the server does not forward it", async () => {
  await using server = await startServer(["AllowAgentForwarding no"]);
  await using agent = await startAgent(server.folder);
  const transport = new Ssh2Transport({ home: server.home, agent: agent.socket });
  const { session } = await transport.connect({ ...server.target, forwardAgent: true });
  const [step] = await session.run(script('echo "[$SSH_AUTH_SOCK]"'));
  assertEquals(step!.stdout, "[]\n");
  await session.close();
});
