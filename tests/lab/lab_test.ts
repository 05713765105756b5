import "../sanitizers.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { up } from "./lab.ts";
import { labTest } from "./lab_case.ts";
import { identify, isAlive, labs } from "./record.ts";
import { processesOf, remainsOf, survivorsOf } from "./remains.ts";
import { attempt, run, until } from "./shell.ts";
import { reap } from "./teardown.ts";

labTest("up() gives hosts that let their user in by SSH, each a machine of its own", async () => {
  await using lab = await up({ hosts: 2 });
  const config = `${lab.home}/.ssh/config`;
  for (const host of lab.hosts) {
    const said = await run("ssh", ["-F", config, host.name, "hostname; id -un; pwd; echo $PATH"]);
    const [hostname, user, folder, path] = said.split("\n");
    assertEquals([hostname, user, folder], [host.name, "root", "/root"]);
    assertStringIncludes(path ?? "", "/usr/bin");
    await run("ssh", ["-F", config, host.name, `touch /root/here /tmp/${host.name} /dev/shm/same`]);
    assert((await Deno.stat(`${host.root}/here`)).isFile);
    assertEquals((await host.must("ls /tmp")).trim(), host.name);
  }
});

labTest("up() gives each host a Docker Engine that runs kamal-proxy without pulling", async () => {
  await using lab = await up({ hosts: 1 });
  const login = ["-F", `${lab.home}/.ssh/config`, "host1"];
  const docker = async (command: string): Promise<string> =>
    (await run("ssh", [...login, `docker ${command}`])).trim();
  assertEquals(await docker("--version"), (await run("/usr/bin/docker", ["--version"])).trim());
  await docker("run -d --name kamal-proxy -p 80:80 basecamp/kamal-proxy:v0.9.2");
  assertStringIncludes(await docker("exec kamal-proxy kamal-proxy list"), "Service");
  assertStringIncludes(await docker("ps -a --format '{{.Names}} {{.Status}}'"), "kamal-proxy Up");
  const label = "label=org.opencontainers.image.title=kamal-proxy";
  assertEquals(await docker(`ps --filter ${label} --format '{{.Names}}'`), "kamal-proxy");
});

labTest("buildImage() pushes where the hosts pull from, and containers meet by name", async () => {
  await using lab = await up({ hosts: 1 });
  const host = lab.hosts[0]!;
  const image = await lab.buildImage("healthy", "app:v1", { version: "eight" });
  await host.must(`docker pull --quiet ${image} && docker network create kamal`);
  await host.must(`docker run -d --name app --network kamal -p 80:80 ${image}`);
  await until("the published port", () => fetch(`http://${host.address}/up`).then(isGood, isNot));
  assertEquals(await (await fetch(`http://${host.address}/`)).text(), "eight\n");
  const asked = `docker run --rm --network kamal ${image} wget -qO- http://app/version`;
  assertEquals(await host.must(asked), "eight\n");
  assertStringIncludes(await host.must("docker logs app"), "listening on port 80");
  assertStringIncludes(await host.must("docker exec app sh -c 'echo $HOSTNAME; ps'"), "app");
});

labTest("builder builds a user's project and pushes it", async () => {
  await using lab = await up({ hosts: 1 });
  const folder = await lab.appFolder("healthy");
  const image = `${lab.registry.address}/mine:latest`;
  const env = { DOCKER_HOST: lab.builder.dockerHost, PATH: lab.builder.path, HOME: lab.home };
  const options = { env, cwd: folder };
  assertEquals((await run("sh", ["-c", "command -v docker"], options)).includes(lab.id), true);
  await run("sh", ["-c", `docker build -t ${image} . && docker push ${image}`], options);
  assertEquals((await run("git", ["status", "--porcelain"], options)).trim(), "");
  await lab.hosts[0]!.must(`docker pull ${image}`);
});

labTest("up() makes labs that do not meet, and down() of one spares the other", async () => {
  const [one, other] = await Promise.all([up({ hosts: 1 }), up({ hosts: 1 })]);
  try {
    assert(one.id !== other.id && one.registry.address !== other.registry.address);
    await one.hosts[0]!.must("docker network create only-here");
    assert(!(await other.hosts[0]!.must("docker network ls")).includes("only-here"));
    const unreachable = `busybox nc -w 1 ${one.hosts[0]!.address} 22 </dev/null`;
    assert((await other.hosts[0]!.exec(unreachable)).code !== 0);
  } finally {
    await one.down();
  }
  await using left = other;
  await left.hosts[0]!.must("docker ps");
  assertEquals(await remainsOf(one.id), []);
});

labTest("down() leaves nothing on the machine, running containers included", async () => {
  const lab = await up({ hosts: 2, diskMiB: 200 });
  await lab.delay(20);
  const image = await lab.buildImage("deaf", "app:v1");
  for (const host of lab.hosts) {
    await host.must(`docker run -d -p 80:80 --restart unless-stopped ${image}`);
  }
  await lab.hosts[0]!.freeze();
  const before = await processesOf(lab.id);
  const programs = new Set(before.map((process) => process.program));
  const expected = ["app", "containerd", "containerd-shim", "docker-registry", "dockerd", "sshd"];
  for (const program of expected) assert(programs.has(program), `${program} does not run`);
  assert((await remainsOf(lab.id)).length > 5);
  await lab.down();
  assertEquals(await survivorsOf(before), []);
  assertEquals(await remainsOf(lab.id), []);
});

labTest("reap() takes down what a killed owner left, also one that was killed early", async () => {
  for (const sign of ["/home/.ssh/config", "/host2/dockerd.log", ""]) {
    const owner = startOwner();
    const id = await idOfLabOwnedBy(owner.pid);
    await until(`sign ${sign}`, () => isThere(`/var/lib/sextant-lab/${id}${sign}`));
    const processes = await processesOf(id);
    owner.kill("SIGKILL");
    await owner.status;
    await reap();
    assertEquals(await survivorsOf(processes), []);
    assertEquals(await remainsOf(id), []);
  }
});

labTest("reap() spares a lab whose owner lives", async () => {
  await using lab = await up({ hosts: 1 });
  assertEquals((await reap()).includes(lab.id), false);
  await lab.hosts[0]!.must("docker ps");
});

labTest("lab.ts down ends a lab that lab.ts up keeps", async () => {
  const owner = startOwner();
  const id = await idOfLabOwnedBy(owner.pid);
  await until("the lab to be up", () => isThere(`/var/lib/sextant-lab/${id}/home/.ssh/config`));
  const status = await labCommand("status");
  assertStringIncludes(status.stdout, `in use by process ${owner.pid}`);
  assertStringIncludes((await labCommand("down")).stdout, `lab ${id} is down`);
  await owner.status;
  assertEquals(await remainsOf(id), []);
});

Deno.test("isAlive() tells a process from a later one with the same id", async () => {
  if (Deno.build.os !== "linux") return;
  const self = await identify(Deno.pid);
  assertEquals(await isAlive(self), true);
  assertEquals(await isAlive({ ...self, startTime: self.startTime - 1 }), false);
});

function startOwner(): Deno.ChildProcess {
  const args = ["run", "-A", new URL("lab.ts", import.meta.url).pathname, "up", "--hosts", "2"];
  return new Deno.Command(Deno.execPath(), { args, stdout: "null", stderr: "inherit" }).spawn();
}

async function labCommand(word: string): ReturnType<typeof attempt> {
  const script = new URL("lab.ts", import.meta.url).pathname;
  return await attempt(Deno.execPath(), ["run", "-A", script, word], { env: { NO_COLOR: "1" } });
}

async function idOfLabOwnedBy(pid: number): Promise<string> {
  let id: string | undefined;
  await until(`a lab of process ${pid}`, async () => {
    id = (await labs()).find((lab) => "owner" in lab && lab.owner.pid === pid)?.id;
    return id !== undefined;
  });
  return id ?? "";
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

async function isGood(response: Response): Promise<boolean> {
  await response.body?.cancel();
  return response.ok;
}

function isNot(): boolean {
  return false;
}
