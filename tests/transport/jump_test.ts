import "../sanitizers.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { HostError } from "../../sdk/errors.ts";
import { Ssh2Transport } from "../../sdk/transport/ssh2.ts";
import type { Jump, Target } from "../../sdk/transport/transport.ts";
import { freePort, generateKey, serverTest, type SshServer, startServer } from "./ssh_server.ts";
import { script } from "./steps.ts";

/** Lets the first server's key log in to the others, too. */
async function share(first: SshServer, ...others: readonly SshServer[]): Promise<void> {
  const key = await Deno.readTextFile(join(first.home, ".ssh", "id_ed25519.pub"));
  for (const { folder } of others) {
    await Deno.writeTextFile(join(folder, "authorized_keys"), key, { append: true });
  }
}

function through(target: Target, ...jumps: readonly SshServer[]): Target {
  return { ...target, jumps: jumps.map(({ target }): Jump => target) };
}

function transportOf({ home }: SshServer, hostKeys?: "strict"): Ssh2Transport {
  return new Ssh2Transport({ home, agent: "", hostKeys, keepaliveSeconds: 1 });
}

/** Waits until an sshd has so many connections open: it notices the end of one a little later. */
async function untilConnections({ pid }: SshServer, count: number): Promise<void> {
  for (let attempt = 0;; attempt++) {
    const { stdout } = await new Deno.Command("ps", { args: ["-eo", "ppid="] }).output();
    const parents = new TextDecoder().decode(stdout).split("\n").map(Number);
    const open = parents.filter((parent) => parent === pid).length;
    if (open === count) return;
    assert(attempt < 100, `${open} connections are open, not ${count}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

serverTest("connect() goes through several jump hosts, and checks the keys of all", async () => {
  await using near = await startServer();
  await using far = await startServer();
  await using host = await startServer();
  await share(near, far, host);
  const target = through(host.target, near, far);
  const known = (): Promise<string> => Deno.readTextFile(join(near.home, ".ssh", "known_hosts"));
  const { session, first } = await transportOf(near).connect(target, { first: script("echo hi") });
  assertEquals(first[0]!.stdout, "hi\n");
  const port = `test "$(echo $SSH_CONNECTION | cut -d' ' -f4)" = ${host.target.port}`;
  assertEquals((await session.run(script(port)))[0]!.exitCode, 0);
  for (const jump of [near, far]) await untilConnections(jump, 1);
  await session.close();
  for (const { target } of [near, far, host]) {
    assertStringIncludes(await known(), `[127.0.0.1]:${target.port} `);
  }
  for (const jump of [near, far]) await untilConnections(jump, 0);
});

serverTest("connect() shares one connection to a jump host among all behind it", async () => {
  await using jump = await startServer(["MaxSessions 1"]);
  await using host = await startServer();
  await share(jump, host);
  const target = through(host.target, jump);
  const transport = transportOf(jump);
  const connections = await Promise.all([1, 2, 3, 4].map(() => transport.connect(target)));
  const sessions = connections.map(({ session }) => session);
  await untilConnections(jump, 1);
  await sessions[0]!.close();
  const results = await Promise.all(
    sessions.slice(1).map((session) => session.run(script("true"))),
  );
  assert(results.every(([step]) => step!.exitCode === 0));
  await Promise.all(sessions.map((session) => session.close()));
  await untilConnections(jump, 0);
  const again = await transport.connect(target);
  await again.session.close();
});

serverTest("connect() gets a new connection to a jump host while one is given up", async () => {
  await using jump = await startServer();
  await using host = await startServer();
  await share(jump, host);
  const target = through(host.target, jump);
  const transport = transportOf(jump);
  let { session } = await transport.connect(target);
  for (let round = 0; round < 3; round++) {
    const closing = session.close();
    ({ session } = await transport.connect(target));
    await closing;
    assertEquals((await session.run(script("true")))[0]!.exitCode, 0);
  }
  await session.close();
});

serverTest(
  "connect() refuses a jump host whose key has changed, and names file and line",
  async () => {
    await using jump = await startServer();
    await using host = await startServer();
    await share(jump, host);
    const file = join(jump.home, ".ssh", "known_hosts");
    const other = (await Deno.readTextFile(join(host.folder, "host_key.pub"))).split(" ", 2).join(
      " ",
    );
    await Deno.writeTextFile(file, `[127.0.0.1]:${jump.target.port} ${other}\n`);
    const target = { ...through(host.target, jump), name: "10.0.0.2" };
    const error = await assertRejects(() => transportOf(jump).connect(target), HostError);
    assertEquals([error.code, error.host], ["HOST_KEY_CHANGED", "10.0.0.2"]);
    assertStringIncludes(error.message, "10.0.0.2: jump host 127.0.0.1: its host key changed");
    assertStringIncludes(error.message, `${file}:1`);
  },
);

serverTest("connect() refuses a host behind a jump host by the host's own key", async () => {
  await using jump = await startServer();
  await using host = await startServer();
  await share(jump, host);
  await (await transportOf(jump).connect(jump.target)).session.close();
  const target = through(host.target, jump);
  const error = await assertRejects(() => transportOf(jump, "strict").connect(target), HostError);
  assertEquals([error.code, error.host], ["HOST_KEY_UNKNOWN", "a"]);
  await untilConnections(jump, 0);
});

serverTest("connect() says that a jump host cannot be reached, or lets nobody in", async () => {
  await using jump = await startServer();
  await using host = await startServer();
  const transport = transportOf(host);
  const target = through(host.target, jump);
  const refused = await assertRejects(() => transport.connect(target), HostError);
  assertEquals(refused.code, "LOGIN_REFUSED");
  assertStringIncludes(refused.message, "a: jump host 127.0.0.1: ");
  await jump.stop();
  const down = await assertRejects(() => transport.connect(target), HostError);
  assertEquals(down.code, "HOST_UNREACHABLE");
  assertEquals(
    down.message,
    `a: jump host 127.0.0.1: nothing listens on port ${jump.target.port}`,
  );
});

serverTest("connect() says that a jump host does not get to the host", async () => {
  await using jump = await startServer();
  await using closed = await startServer(["AllowTcpForwarding no"]);
  await share(jump, closed);
  const transport = transportOf(jump);
  const port = freePort();
  const nowhere = { ...jump.target, port };
  const error = await assertRejects(() => transport.connect(through(nowhere, jump)), HostError);
  assertEquals(error.code, "HOST_UNREACHABLE");
  assertStringIncludes(
    error.message,
    `a: jump host 127.0.0.1 does not get to port ${port} of 127.0.0.1: `,
  );
  const forbidden = through(jump.target, closed);
  const refused = await assertRejects(() => transport.connect(forbidden), HostError);
  assertStringIncludes(refused.message, "it may not forward connections");
  assertEquals(
    refused.hint,
    "allow it in the sshd_config of 127.0.0.1: AllowTcpForwarding yes",
  );
});

serverTest("run() goes on when the connection to the jump host was lost", async () => {
  await using jump = await startServer();
  await using host = await startServer();
  await share(jump, host);
  const transport = transportOf(jump);
  const target = through(host.target, jump);
  const connections = await Promise.all([1, 2].map(() => transport.connect(target)));
  const file = join(host.folder, "runs");
  let cut: Promise<void> | undefined;
  const results = await Promise.all(
    connections.map(({ session }) =>
      session.run(script(`echo once >> ${file}; echo on; sleep 1; echo done`), {
        onOutput: () => cut ??= jump.cut(),
      })
    ),
  );
  await cut;
  assertEquals(results.map(([step]) => step!.stdout), ["on\ndone\n", "on\ndone\n"]);
  assertEquals(await Deno.readTextFile(file), "once\nonce\n");
  await untilConnections(jump, 1);
  await Promise.all(connections.map(({ session }) => session.close()));
});

serverTest(
  "run() notices that a jump host has frozen, and says that the host is lost",
  async () => {
    await using jump = await startServer();
    await using host = await startServer();
    await share(jump, host);
    const transport = new Ssh2Transport({
      home: jump.home,
      agent: "",
      connectSeconds: 6,
      keepaliveSeconds: 0.2,
      reconnectSeconds: 1,
    });
    const { session } = await transport.connect(through(host.target, jump));
    await jump.freeze();
    Deno.kill(jump.pid, "SIGSTOP");
    const error = await assertRejects(() => session.run(script("true")), HostError);
    assertEquals([error.code, error.host], ["CONNECTION_LOST", "a"]);
    await session.close();
  },
);

serverTest("connect() logs in to a host with keys of its own", async () => {
  await using one = await startServer();
  await using other = await startServer();
  const key = join(one.home, "other_key");
  await generateKey(key);
  await Deno.copyFile(`${key}.pub`, join(other.folder, "authorized_keys"));
  const transport = transportOf(one);
  const keys = ["~/other_key"];
  const targets = [one.target, { ...other.target, keys }];
  const connections = await Promise.all(targets.map((target) => transport.connect(target)));
  await Promise.all(connections.map(({ session }) => session.close()));
  const error = await assertRejects(() => transport.connect({ ...one.target, keys }), HostError);
  assertEquals(error.details.filter((line) => line.startsWith("offered")), [
    "offered: ~/other_key",
  ]);
});

serverTest(
  "connect() offers a jump host all keys, also where hosts have one of their own",
  async () => {
    await using jump = await startServer();
    await using host = await startServer();
    await generateKey(join(jump.home, "host_key"));
    await Deno.copyFile(join(jump.home, "host_key.pub"), join(host.folder, "authorized_keys"));
    const transport = new Ssh2Transport({
      home: jump.home,
      agent: "",
      keys: ["~/host_key"],
      keysOnly: true,
    });
    await (await transport.connect(through(host.target, jump))).session.close();
  },
);
