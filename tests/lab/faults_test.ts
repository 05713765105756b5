import "../sanitizers.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Lab, type LabHost, labTest, type Output, up } from "./lab.ts";
import { attempt, run, until } from "./shell.ts";

labTest("freeze() lets connections open that nobody answers, until thaw()", async () => {
  await using lab = await up({ hosts: 1 });
  const host = lab.hosts[0]!;
  await host.freeze();
  assertEquals(await knock(host.address), { code: 124, stdout: "", stderr: "" });
  await host.thaw();
  await untilItAnswers(host.address);
});

labTest("cut() takes a host off the network until heal()", async () => {
  await using lab = await up({ hosts: 2 });
  const [host, other] = [lab.hosts[0]!, lab.hosts[1]!];
  await lab.delay(2);
  await host.cut();
  for (const address of [host.address, host.delayedAddress]) await assertSilent(address);
  await untilItAnswers(other.delayedAddress);
  await host.heal();
  for (const address of [host.address, host.delayedAddress]) await untilItAnswers(address);
});

labTest("drop() swallows packets to sshd and to containers until undrop()", async () => {
  await using lab = await up({ hosts: 1 });
  const host = lab.hosts[0]!;
  const image = await lab.buildImage("healthy", "app:v1");
  await host.must(`docker run -d -p 80:80 ${image}`);
  await lab.delay(2);
  await host.drop();
  await assertSilent(host.address);
  await assertSilent(host.delayedAddress);
  const asked = await attempt("timeout", ["0.7", "busybox", "wget", "-qO-", `${host.address}/up`]);
  assertEquals(asked.code, 124);
  await host.undrop();
  await untilItAnswers(host.address);
  assertEquals(await run("busybox", ["wget", "-qO-", `${host.address}/up`]), "OK\n");
});

labTest("killConnections() ends sessions and lets new ones in", async () => {
  await using lab = await up({ hosts: 1 });
  const host = lab.hosts[0]!;
  const session = openSession(lab, host);
  await session.echo();
  await host.killConnections();
  assertEquals((await session.child.status).code, 255);
  await session.close();
  assertStringIncludes((await ssh(lab, host, "hostname")).stdout, host.name);
});

labTest("stopSshd() refuses new connections and spares open ones, until startSshd()", async () => {
  await using lab = await up({ hosts: 1 });
  const host = lab.hosts[0]!;
  const session = openSession(lab, host);
  await session.echo();
  await host.stopSshd();
  assertMatch((await knock(host.address)).stderr, /refused/);
  await session.echo();
  await session.close();
  await host.startSshd();
  assertStringIncludes((await ssh(lab, host, "hostname")).stdout, host.name);
});

labTest("changeHostKey() makes a host one that its user does not know", async () => {
  await using lab = await up({ hosts: 1 });
  const host = lab.hosts[0]!;
  const before = await host.hostKey();
  await host.changeHostKey();
  assert(await host.hostKey() !== before);
  const refused = await ssh(lab, host, "hostname");
  assertEquals(refused.code, 255);
  assertStringIncludes(refused.stderr, "REMOTE HOST IDENTIFICATION HAS CHANGED");
});

labTest(
  "stopDocker() stops containers, and startDocker() brings back those that restart",
  async () => {
    await using lab = await up({ hosts: 1 });
    const host = lab.hosts[0]!;
    const image = await lab.buildImage("healthy", "app:v1");
    await host.must(`docker run -d --name stays --restart unless-stopped ${image}`);
    await host.must(`docker run -d --name goes ${image}`);
    await host.stopDocker();
    assertMatch((await ssh(lab, host, "docker ps")).stderr, /Cannot connect to the Docker daemon/);
    assertEquals((await host.exec("busybox pidof app")).stdout, "");
    await host.startDocker();
    assertEquals(await host.must("docker ps --format '{{.Names}}'"), "stays\n");
  },
);

labTest(
  "uninstallDocker() takes the docker command off one host until installDocker()",
  async () => {
    await using lab = await up({ hosts: 2 });
    const [host, other] = [lab.hosts[0]!, lab.hosts[1]!];
    await host.uninstallDocker();
    assertEquals((await ssh(lab, host, "docker -v")).code, 127);
    assertEquals((await ssh(lab, other, "docker -v")).code, 0);
    await host.installDocker();
    assertEquals((await ssh(lab, host, "docker ps")).code, 0);
  },
);

labTest("fillDisk() leaves no room for an image until freeDisk()", async () => {
  await using lab = await up({ hosts: 1, diskMiB: 100 });
  const host = lab.hosts[0]!;
  const image = await lab.buildImage("healthy", "app:v1");
  await host.fillDisk();
  const failed = await host.exec(`docker pull ${image}`);
  assert(failed.code !== 0);
  assertStringIncludes(failed.stderr, "no space left on device");
  await host.freeDisk();
  await host.must(`docker pull ${image}`);
});

labTest("registryLogin makes the registry refuse everybody else", async () => {
  const login = { username: "deployer", password: "right-$horse" };
  await using lab = await up({ hosts: 1, registryLogin: login });
  const host = lab.hosts[0]!;
  const image = await lab.buildImage("healthy", "app:v1");
  const { address } = lab.registry;
  assertStringIncludes((await host.exec(`docker pull ${image}`)).stderr, "no basic auth");
  const logIn = (password: string): Promise<Output> =>
    host.exec(`echo '${password}' | docker login ${address} -u deployer --password-stdin`);
  assertStringIncludes((await logIn("wrong")).stderr, "401 Unauthorized");
  assertEquals((await logIn(login.password)).code, 0);
  await host.must(`docker pull ${image}`);
});

labTest(
  "delay() makes each round trip take its time on a second path until noDelay()",
  async () => {
    await using lab = await up({ hosts: 1 });
    const host = lab.hosts[0]!;
    await assertSilent(host.delayedAddress);
    await lab.delay(80);
    assert(await timeToConnect(host.delayedAddress) >= 80);
    assert(await timeToConnect(host.address) < 80);
    assertStringIncludes((await ssh(lab, host, "hostname", host.delayedAddress)).stdout, host.name);
    await lab.delay(20);
    const faster = await timeToConnect(host.delayedAddress);
    assert(faster >= 20 && faster < 80, `${faster} ms`);
    await lab.noDelay();
    await assertSilent(host.delayedAddress);
  },
);

/** Opens a connection to sshd and listens for most of a second; 124 says that nothing ended it. */
async function knock(address: string): Promise<Output> {
  return await attempt("timeout", ["0.7", "busybox", "nc", address, "22"]);
}

async function assertSilent(address: string): Promise<void> {
  assertEquals((await knock(address)).stdout, "", `${address} answers`);
}

async function untilItAnswers(address: string): Promise<void> {
  await until(
    `${address} to answer`,
    async () => (await knock(address)).stdout.includes("SSH-2.0"),
  );
}

/** The quickest of several connections: what else the machine does only makes them slower. */
async function timeToConnect(address: string): Promise<number> {
  let quickest = Infinity;
  for (let tries = 0; tries < 8; tries++) {
    const start = performance.now();
    using _connection = await Deno.connect({ hostname: address, port: 22 });
    quickest = Math.min(quickest, performance.now() - start);
  }
  return quickest;
}

async function ssh(lab: Lab, host: LabHost, command: string, address?: string): Promise<Output> {
  return await attempt("ssh", ["-F", `${lab.home}/.ssh/config`, address ?? host.name, command]);
}

/** A session that says back what it is told. */
function openSession(lab: Lab, host: LabHost): {
  readonly child: Deno.ChildProcess;
  echo(): Promise<void>;
  close(): Promise<void>;
} {
  const child = new Deno.Command("ssh", {
    args: ["-F", `${lab.home}/.ssh/config`, host.name, "cat"],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = child.stdin.getWriter();
  const reader = child.stdout.getReader();
  const echo = async (): Promise<void> => {
    await writer.write(new TextEncoder().encode("still here\n"));
    const answer = await reader.read();
    assertEquals(new TextDecoder().decode(answer.value), "still here\n");
  };
  const close = async (): Promise<void> => {
    await writer.close().catch(() => {});
    await reader.cancel();
    await child.status;
  };
  return { child, echo, close };
}
