import "../sanitizers.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { HostError } from "../../sdk/errors.ts";
import { Ssh2Transport } from "../../sdk/transport/ssh2.ts";
import type { StepResult } from "../../sdk/transport/transport.ts";
import { serverTest, startServer } from "./ssh_server.ts";
import { script } from "./steps.ts";

function exitCodes(results: readonly StepResult[]): readonly (number | undefined)[] {
  return results.map(({ exitCode }) => exitCode);
}

serverTest(
  "connect() tells each step of a login to whoever wants to know, and nothing after it",
  async () => {
    await using server = await startServer();
    const lines: string[] = [];
    const transport = new Ssh2Transport({
      home: server.home,
      agent: "",
      onDebug: ({ name }, line) => lines.push(`${name} ${line}`),
    });
    const { session } = await transport.connect(server.target);
    assert(lines.some((line) => /^a .*USERAUTH_SUCCESS/.test(line)), lines.join("\n"));
    const count = lines.length;
    await session.run(script("echo more"));
    await session.close();
    assertEquals(lines.length, count);
  },
);

serverTest("connect() logs in and runs the first script in the login user's home", async () => {
  await using server = await startServer();
  const transport = new Ssh2Transport({ home: server.home, agent: "" });
  const { session, first } = await transport.connect(server.target, {
    first: script('pwd; echo "it\'s me"', "exit 3", "echo never"),
  });
  assertEquals(exitCodes(first), [0, 3, undefined]);
  // As sshd knows it: HOME here may be another one.
  const passwd = await new Deno.Command("sh", { args: ["-c", 'eval "echo ~$(id -un)"'] }).output();
  const home = new TextDecoder().decode(passwd.stdout).trim();
  assertEquals(first[0]!.stdout, `${home}\nit's me\n`);
  assertEquals(exitCodes(await session.run(script("true"))), [0]);
  assertEquals(session.exchanges, 2);
  await session.close();
});

serverTest(
  "connect() accepts a new host, puts its key on file, and knows it the next time",
  async () => {
    await using server = await startServer();
    const seen: (string | undefined)[] = [];
    for (const hostKeys of ["accept-new", "strict"] as const) {
      const transport = new Ssh2Transport({
        home: server.home,
        agent: "",
        hostKeys,
        onNewHostKey: ({ file }) => seen.push(file),
      });
      await (await transport.connect(server.target)).session.close();
    }
    assertEquals(seen, [join(server.home, ".ssh", "known_hosts")]);
  },
);

serverTest("connect() asks a host for the type of key that is on file", async () => {
  await using server = await startServer([], ["-t", "ecdsa", "-b", "256"]);
  const scan = `ssh-keyscan -t ecdsa -p ${server.target.port} 127.0.0.1 2>/dev/null`;
  const { stdout } = await new Deno.Command("sh", { args: ["-c", scan] }).output();
  await Deno.writeFile(join(server.home, ".ssh", "known_hosts"), stdout);
  const transport = new Ssh2Transport({ home: server.home, agent: "", hostKeys: "strict" });
  await (await transport.connect(server.target)).session.close();
});

serverTest("connect() uses the key that opens with a passphrase when no other does", async () => {
  await using server = await startServer();
  const locked = join(server.home, "locked");
  await Deno.rename(join(server.home, ".ssh", "id_ed25519"), locked);
  await server.keygen("-p", "-P", "", "-N", "it's a secret", "-f", locked);
  const asked: string[] = [];
  const transport = new Ssh2Transport({
    home: server.home,
    agent: "",
    keys: ["~/locked"],
    passphrase: (file) => Promise.resolve(asked.push(file) > 0 ? "it's a secret" : undefined),
  });
  const connections = await Promise.all([1, 2].map(() => transport.connect(server.target)));
  for (const { session } of connections) await session.close();
  assertEquals(asked, ["~/locked"]);
});

serverTest(
  "connect() reaches 30 sessions on a server that turns away what comes too fast",
  async () => {
    await using server = await startServer(["MaxStartups 3:100:3"]);
    const transport = new Ssh2Transport({ home: server.home, agent: "", handshakes: 8 });
    const connections = await Promise.all(
      Array.from({ length: 30 }, () => transport.connect(server.target)),
    );
    const results = await Promise.all(
      connections.map(({ session }) => session.run(script("true"))),
    );
    assert(results.every((steps) => steps[0]!.exitCode === 0));
    await Promise.all(connections.map(({ session }) => session.close()));
  },
);

serverTest("run() needs no more than one channel", async () => {
  await using server = await startServer(["MaxSessions 1"]);
  const transport = new Ssh2Transport({ home: server.home, agent: "" });
  const { session } = await transport.connect(server.target);
  const controller = new AbortController();
  const results = await session.run(script("echo on; sleep 300"), {
    signal: controller.signal,
    onOutput: () => controller.abort(),
  });
  assertEquals(exitCodes(results), [undefined]);
  // A process that was left behind holds the channel: the next script gets another.
  assertEquals(exitCodes(await session.run(script("sleep 2 & true"))), [0]);
  assertEquals(exitCodes(await session.run(script("true"))), [0]);
  await session.close();
});

serverTest("run() carries 10 MiB on both streams at once", async () => {
  await using server = await startServer(["RekeyLimit 2M"]);
  const transport = new Ssh2Transport({ home: server.home, agent: "" });
  const { session } = await transport.connect(server.target);
  const size = 10 * 1024 * 1024;
  const [result] = await session.run(
    script(`head -c ${size} /dev/zero >&2 & head -c ${size} /dev/zero | tr '\\0' x; wait`),
  );
  assert(result!.stdout === "x".repeat(size));
  assert(result!.stderr === "\0".repeat(size));
  await session.close();
});

serverTest("run() is not confused by what a login shell prints", async () => {
  await using server = await startServer([
    "PermitUserEnvironment yes",
    "Banner /etc/hostname",
    `ForceCommand echo noise; echo "no end" >&2; printf "a prompt> "; eval "$SSH_ORIGINAL_COMMAND"`,
  ]);
  const transport = new Ssh2Transport({ home: server.home, agent: "" });
  const { session, first } = await transport.connect(server.target, { first: script("echo one") });
  const [second] = await session.run(script("echo two; echo deux >&2"));
  assertEquals([first[0]!.stdout, second!.stdout, second!.stderr], ["one\n", "two\n", "deux\n"]);
  await session.close();
});

serverTest(
  "run() picks a script up after its connection was cut, with nothing missing or run twice",
  async () => {
    await using server = await startServer();
    const transport = new Ssh2Transport({ home: server.home, agent: "" });
    const { session } = await transport.connect(server.target);
    const file = join(server.folder, "ran");
    const count =
      `echo ran >>${file}; i=0; while [ $i -lt 150 ]; do i=$((i+1)); echo $i; echo e$i >&2; ` +
      "sleep 0.005; done";
    let cuts = 0;
    const results = await session.run(script(count, count, count), {
      onOutput: (step, _stream, text) => {
        if (step === cuts && /^e?100$/m.test(text)) void server.cut(), cuts++;
      },
    });
    assertEquals(cuts, 3);
    const lines = (prefix: string): string =>
      Array.from({ length: 150 }, (_, index) => `${prefix}${index + 1}\n`).join("");
    for (const { exitCode, stdout, stderr } of results) {
      assertEquals([exitCode, stdout, stderr], [0, lines(""), lines("e")]);
    }
    assertEquals(await Deno.readTextFile(file), "ran\nran\nran\n");
    assertEquals(session.exchanges, 1);
    await session.close();
  },
);

serverTest("close() lets the host remove all that the session left there", async () => {
  await using server = await startServer();
  const transport = new Ssh2Transport({ home: server.home, agent: "" });
  const left: string[] = [];
  for (let count = 0; count < 10; count++) {
    const { session } = await transport.connect(server.target);
    const [result] = await session.run(script('echo "$2"'));
    await session.close();
    const directory = result!.stdout.trim();
    if (await Deno.stat(directory).then(() => true, () => false)) left.push(directory);
  }
  assertEquals(left, []);
});

serverTest("run() connects again when the connection was lost between two scripts", async () => {
  await using server = await startServer();
  const transport = new Ssh2Transport({ home: server.home, agent: "" });
  const { session } = await transport.connect(server.target);
  await server.cut();
  assertEquals(exitCodes(await session.run(script("true"))), [0]);
  await session.close();
});

serverTest("run() picks a script up when the server froze, and comes back", async () => {
  await using server = await startServer();
  const transport = new Ssh2Transport({ home: server.home, agent: "", keepaliveSeconds: 0.2 });
  const { session } = await transport.connect(server.target);
  let isFrozen = false;
  const results = await session.run(script("echo one; sleep 0.5; echo two; sleep 1; echo three"), {
    onOutput: () => {
      if (isFrozen) return;
      isFrozen = true;
      void server.freeze();
    },
  });
  assertEquals(results[0]!.stdout, "one\ntwo\nthree\n");
  await session.close();
});

serverTest("run() gives up when the server does not come back in time", async () => {
  await using server = await startServer();
  const transport = new Ssh2Transport({ home: server.home, agent: "", reconnectSeconds: 0.5 });
  const { session } = await transport.connect(server.target);
  let directory = "";
  const onOutput = (_step: number, _stream: string, text: string): void => {
    directory = text.trim();
    void server.stop();
  };
  const running = session.run(script('echo "$2"; sleep 2'), { onOutput });
  const error = await assertRejects(() => running, HostError);
  assertEquals([error.code, error.message, error.details], [
    "CONNECTION_LOST",
    "a: the connection was lost and cannot be made again",
    [`a: nothing listens on port ${server.target.port}`],
  ]);
  await session.close();
  await Deno.remove(directory, { recursive: true });
});
