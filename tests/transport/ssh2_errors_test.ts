import "../sanitizers.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { HostError } from "../../sdk/errors.ts";
import { Ssh2Transport } from "../../sdk/transport/ssh2.ts";
import type { Target } from "../../sdk/transport/transport.ts";
import { freePort, generateKey, serverTest, startServer } from "./ssh_server.ts";

/** Connects in vain, and gives the error. */
async function refusal(transport: Ssh2Transport, target: Target): Promise<HostError> {
  return await assertRejects(() => transport.connect(target), HostError);
}

/** A transport without keys. */
function bareTransport(): Ssh2Transport {
  return new Ssh2Transport({ home: "/nonexistent", agent: "", keys: [], connectSeconds: 1 });
}

function target(port: number, address = "127.0.0.1"): Target {
  return { name: "a", address, port, user: "deploy" };
}

/** Listens on loopback and does something with each connection while the test runs. */
async function withListener(
  serve: (connection: Deno.Conn) => Promise<void>,
  test: (port: number) => Promise<void>,
): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open: Deno.Conn[] = [];
  const serving = (async () => {
    for await (const connection of listener) {
      open.push(connection);
      await serve(connection).catch(() => {});
    }
  })();
  try {
    await test(listener.addr.port);
  } finally {
    listener.close();
    await serving;
    for (const connection of open) tryToClose(connection);
  }
}

function tryToClose(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // It is closed already.
  }
}

Deno.test("connect() says that nothing listens", async () => {
  const port = freePort();
  const error = await refusal(bareTransport(), target(port));
  assertEquals([error.code, error.message], [
    "HOST_UNREACHABLE",
    `a: nothing listens on port ${port}`,
  ]);
  assertStringIncludes(error.hint!, `ssh -p ${port} deploy@127.0.0.1`);
});

Deno.test("connect() says so of an IPv6 address, too", async () => {
  for (const address of ["::1", "[::1]"]) {
    const error = await refusal(bareTransport(), target(freePort(), address));
    assertEquals(error.code, "HOST_UNREACHABLE");
  }
});

Deno.test("connect() says that a name is not known", async () => {
  const error = await refusal(bareTransport(), target(22, "no-such-host.invalid"));
  assertEquals(error.code, "HOST_UNREACHABLE");
  assertStringIncludes(error.message, "the name no-such-host.invalid is not known");
});

Deno.test("connect() names a server that says nothing, in time", async () => {
  await withListener(() => Promise.resolve(), async (port) => {
    const started = performance.now();
    const error = await refusal(bareTransport(), target(port));
    assertEquals(error.code, "HOST_UNREACHABLE");
    assertStringIncludes(error.message, "takes connections and says nothing for 1 s");
    assert(performance.now() - started < 20_000);
  });
});

Deno.test("connect() names a server that stops in the middle", async () => {
  const serve = async (connection: Deno.Conn): Promise<void> => {
    await connection.write(new TextEncoder().encode("SSH-2.0-OpenSSH_9.2\r\n"));
  };
  await withListener(serve, async (port) => {
    const error = await refusal(bareTransport(), target(port));
    assertEquals(error.message, "a: the SSH server does not go on within 1 s");
  });
});

Deno.test("connect() says what a server speaks that is not SSH", async () => {
  const serve = async (connection: Deno.Conn): Promise<void> => {
    await connection.write(new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n"));
    connection.close();
  };
  await withListener(serve, async (port) => {
    const error = await refusal(bareTransport(), target(port));
    assertEquals(error.code, "HOST_UNREACHABLE");
    assertStringIncludes(error.message, `does not speak SSH: it says "HTTP/1.1 400 Bad Request"`);
  });
});

Deno.test("connect() tries again before it says that a server closes connections at once", async () => {
  let count = 0;
  const serve = (connection: Deno.Conn): Promise<void> => {
    count++;
    connection.close();
    return Promise.resolve();
  };
  await withListener(serve, async (port) => {
    const patient = new Ssh2Transport({ home: "/nonexistent", agent: "", connectSeconds: 3 });
    const error = await refusal(patient, target(port));
    assertEquals(error.message, `a: port ${port} closes connections at once`);
    assert(count > 2, `${count}`);
  });
});

Deno.test("connect() stops when its signal is aborted, with the signal's reason", async () => {
  await withListener(() => Promise.resolve(), async (port) => {
    for (const milliseconds of [0, 5, 100]) {
      const controller = new AbortController();
      const reason = new Error("enough");
      const timer = setTimeout(() => controller.abort(reason), milliseconds);
      const connecting = bareTransport().connect(target(port), { signal: controller.signal });
      assertEquals(await assertRejects(() => connecting), reason);
      clearTimeout(timer);
    }
  });
});

serverTest("connect() says which keys were refused, and why others were not offered", async () => {
  await using server = await startServer();
  await generateKey(join(server.home, "wrong"));
  await generateKey(join(server.home, "locked"), "-N", "it's a secret");
  const keys = ["~/wrong", "~/locked", "~/missing"];
  const transport = new Ssh2Transport({ home: server.home, agent: "", keys });
  const error = await refusal(transport, server.target);
  assertEquals(error.code, "LOGIN_REFUSED");
  const { user, port } = server.target;
  assertEquals(error.message, `a: ${user} may not log in with the keys that were offered`);
  assertEquals(error.details, [
    "offered: ~/wrong",
    "not offered: ~/missing is not there",
    "not offered: ~/locked has a passphrase, and none was given",
    "the server takes: publickey",
  ]);
  assertStringIncludes(error.hint!, `ssh -p ${port} ${user}@127.0.0.1`);
});

serverTest("connect() says that there is no key at all", async () => {
  await using server = await startServer();
  const transport = new Ssh2Transport({ home: server.folder, agent: "" });
  const error = await refusal(transport, server.target);
  assertEquals(error.code, "LOGIN_REFUSED");
  assertEquals(error.message, `a: there is no key to log in with as ${server.target.user}`);
});

serverTest(
  "connect() takes a server that hangs up after too many keys for one that refuses",
  async () => {
    await using server = await startServer(["MaxAuthTries 2"]);
    const keys = ["~/k1", "~/k2", "~/k3", "~/k4"];
    for (const key of keys) await generateKey(join(server.home, key.slice(2)));
    const error = await refusal(
      new Ssh2Transport({ home: server.home, agent: "", keys }),
      server.target,
    );
    assertEquals(error.code, "LOGIN_REFUSED");
  },
);

serverTest("connect() refuses a host whose key has changed", async () => {
  await using server = await startServer();
  const transport = new Ssh2Transport({ home: server.home, agent: "" });
  await (await transport.connect(server.target)).session.close();
  const file = join(server.home, ".ssh", "known_hosts");
  const other =
    (await Deno.readTextFile(join(server.home, ".ssh", "id_ed25519.pub"))).split(" ")[1];
  await Deno.writeTextFile(
    file,
    `# mine\n[127.0.0.1]:${server.target.port} ssh-ed25519 ${other}\n`,
  );
  const error = await refusal(transport, server.target);
  assertEquals(error.code, "HOST_KEY_CHANGED");
  assertStringIncludes(error.message, `${file}:2`);
  assertStringIncludes(error.hint!, `-R '[127.0.0.1]:${server.target.port}'`);
});

serverTest("connect() refuses an unknown host where it is strict", async () => {
  await using server = await startServer();
  const transport = new Ssh2Transport({ home: server.home, agent: "", hostKeys: "strict" });
  const error = await refusal(transport, server.target);
  assertEquals(error.code, "HOST_KEY_UNKNOWN");
  assertStringIncludes(error.message, "ssh-ed25519 SHA256:");
});

serverTest("connect() names the algorithms where the sides do not agree", async () => {
  await using server = await startServer(["KexAlgorithms sntrup761x25519-sha512@openssh.com"]);
  const transport = new Ssh2Transport({ home: server.home, agent: "" });
  const error = await refusal(transport, server.target);
  assertEquals(error.code, "HOST_UNREACHABLE");
  assertStringIncludes(error.message, "no matching key exchange algorithm");
  assert(error.details.some((line) => line.includes("sntrup761x25519-sha512@openssh.com")));
});

serverTest("connect() says that a user gets no shell, with what the host says to it", async () => {
  await using server = await startServer();
  const transport = new Ssh2Transport({ home: server.home, agent: "" });
  const error = await refusal(transport, { ...server.target, user: "nobody" });
  assertEquals([error.code, error.message], [
    "LOGIN_REFUSED",
    "a: nobody may log in but gets no shell",
  ]);
  assert(error.details.includes("This account is currently not available."));
});

serverTest("connect() does not wait for ever for a shell that does not begin", async () => {
  await using server = await startServer(["ForceCommand echo hello; sleep 60"]);
  const transport = new Ssh2Transport({ home: server.home, agent: "", connectSeconds: 8 });
  const error = await refusal(transport, server.target);
  assertEquals(error.code, "LOGIN_REFUSED");
  assertStringIncludes(error.message, "the shell does not answer");
  assert(error.details.includes("hello"));
});
