import "../sanitizers.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { HostError } from "../../sdk/errors.ts";
import { Ssh2Transport } from "../../sdk/transport/ssh2.ts";
import { output, serverTest, type SshServer, startServer } from "./ssh_server.ts";
import { script } from "./steps.ts";

/** What connects by way of this machine's ssh, as people do; it writes its process id into a file. */
function commandOver({ folder, home, target }: SshServer): string {
  const options =
    `-i ${home}/.ssh/id_ed25519 -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null`;
  return `echo $$ %r %% >${folder}/pid_of_command; ` +
    `exec ssh -q ${options} -p ${target.port} ${target.user}@127.0.0.1 -W %h:%p`;
}

function transportOf({ home }: SshServer): Ssh2Transport {
  return new Ssh2Transport({ home, agent: "", connectSeconds: 3 });
}

async function pidOf({ folder }: SshServer): Promise<number> {
  return Number((await Deno.readTextFile(join(folder, "pid_of_command"))).split(" ")[0]);
}

async function isThere(pid: number): Promise<boolean> {
  return await Deno.stat(`/proc/${pid}`).then(() => true, () => false);
}

serverTest("connect() speaks over a command of this machine, and ends it", async () => {
  await using server = await startServer();
  const proxyCommand = commandOver(server);
  const { session } = await transportOf(server).connect({ ...server.target, proxyCommand });
  const size = 10 * 1024 * 1024;
  const [step] = await session.run(script(`head -c ${size} /dev/zero`, "true"));
  assertEquals(step!.stdout.length, size);
  const pid = await pidOf(server);
  assert(await isThere(pid));
  await session.close();
  assertEquals(await isThere(pid), false);
  const written = await Deno.readTextFile(join(server.folder, "pid_of_command"));
  assertEquals(written, `${pid} ${server.target.user} %\n`);
});

serverTest("run() starts the command again when it has ended", async () => {
  await using server = await startServer();
  const proxyCommand = commandOver(server);
  const { session } = await transportOf(server).connect({ ...server.target, proxyCommand });
  const first = await pidOf(server);
  const [step] = await session.run(script("echo on; sleep 0.5; echo done"), {
    onOutput: (_step, _stream, text) => {
      if (text === "on\n") void output("kill", ["-9", String(first)]);
    },
  });
  assertEquals(step!.stdout, "on\ndone\n");
  assert(await pidOf(server) !== first);
  await session.close();
});

serverTest("connect() says why a command does not connect, without trying it again", async () => {
  await using server = await startServer();
  const file = join(server.folder, "starts");
  const proxyCommand = `echo start >>${file}; echo "no way to %h" >&2; exit 3`;
  const target = { ...server.target, proxyCommand };
  const error = await assertRejects(() => transportOf(server).connect(target), HostError);
  assertEquals(
    [error.code, error.message],
    [
      "HOST_UNREACHABLE",
      "a: the proxy command does not connect: exit status 3, no way to 127.0.0.1",
    ],
  );
  assertEquals(await Deno.readTextFile(file), "start\n");
});

serverTest("connect() does not wait for a command that says nothing", async () => {
  await using server = await startServer();
  const proxyCommand =
    `echo $$ >${server.folder}/pid_of_command; trap "" TERM; sleep 300; sleep 300`;
  const transport = new Ssh2Transport({ home: server.home, agent: "", connectSeconds: 1 });
  const target = { ...server.target, proxyCommand };
  const error = await assertRejects(() => transport.connect(target), HostError);
  assertEquals(error.code, "HOST_UNREACHABLE");
  assertEquals(await isThere(await pidOf(server)), false);
});

serverTest("connect() fills in what a hostile address would be as one word", async () => {
  await using server = await startServer();
  const file = join(server.folder, "injected");
  const target = {
    ...server.target,
    address: `x; touch ${file}`,
    proxyCommand: `printf '[%%s]' %h >${server.folder}/words; exit 1`,
  };
  await assertRejects(() => transportOf(server).connect(target), HostError);
  assertEquals(await Deno.readTextFile(join(server.folder, "words")), `[${target.address}]`);
  await assertRejects(() => Deno.stat(file), Deno.errors.NotFound);
});
