import "../sanitizers.ts";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { Ssh2Transport } from "../../sdk/transport/ssh2.ts";
import { startAgent } from "./ssh_agent.ts";
import { serverTest, startServer } from "./ssh_server.ts";
import { script } from "./steps.ts";

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
