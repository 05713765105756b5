import "../sanitizers.ts";
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { HostError } from "../../sdk/errors.ts";
import { Ssh2Transport } from "../../sdk/transport/ssh2.ts";
import { freePort, serverTest, startServer } from "./ssh_server.ts";
import { script } from "./steps.ts";

serverTest(
  "connect() has a host listen at a lent port, and closes what leads nowhere",
  async () => {
    await using server = await startServer();
    const transport = new Ssh2Transport({ home: server.home, agent: "" });
    const lentPort = freePort();
    const { session } = await transport.connect({ ...server.target, lentPort });
    // Host and client are one machine here, on which the port can have but one listener: the host's.
    const hears = `exec 3<>/dev/tcp/127.0.0.1/${lentPort}`;
    const [step] = await session.run(script(`bash -c '${hears}' && echo open`));
    assertEquals(step!.stdout, "open\n");
    await session.close();
  },
);

serverTest("connect() says why a port cannot be lent", async () => {
  await using server = await startServer(["AllowTcpForwarding no"]);
  const transport = new Ssh2Transport({ home: server.home, agent: "" });
  const target = { ...server.target, lentPort: freePort() };
  const error = await assertRejects(() => transport.connect(target), HostError);
  assertEquals(error.code, "PORT_TAKEN");
  assertStringIncludes(error.hint ?? "", "AllowTcpForwarding");
});
