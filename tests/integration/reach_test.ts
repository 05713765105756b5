import "../sanitizers.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { HostError } from "../../sdk/errors.ts";
import { Ssh2Transport } from "../../sdk/transport/ssh2.ts";
import { run } from "../lab/shell.ts";
import { labTest, up } from "../lab/lab.ts";
import { ask, running, Scene } from "./scene.ts";

labTest("hosts that cannot be reached are named, and nothing is touched elsewhere", async (t) => {
  await using lab = await up({ hosts: 3 });
  const scene = await Scene.begin(lab);
  const app = scene.app();
  const [first, second, third] = lab.hosts as [Host, Host, Host];
  await scene.release();

  await t.step("those that refuse and those that swallow packets, all within 10 s", async () => {
    await second.stopSshd();
    await third.drop();
    const started = performance.now();
    const error = await assertRejects(() => scene.run(app, { name: "setup" }));
    const seconds = (performance.now() - started) / 1000;
    assert(seconds < 10, `${seconds} s`);
    assertStringIncludes(String(error), second.address);
    assertStringIncludes(String(error), third.address);
    assertEquals((error as { code?: string }).code, "HOST_UNREACHABLE");
    assertEquals(await running(first), []);
    assertEquals((await first.exec("ls -A .kamal")).code, 2);
    await third.undrop();
    await second.startSshd();
  });

  await t.step("a key that no host lets in", async () => {
    const home = await Deno.makeTempDir();
    await Deno.mkdir(`${home}/.ssh`);
    await Deno.copyFile(`${lab.home}/.ssh/known_hosts`, `${home}/.ssh/known_hosts`);
    const { success } = await new Deno.Command("ssh-keygen", {
      args: ["-q", "-t", "ed25519", "-N", "", "-f", `${home}/.ssh/id_ed25519`],
    }).output();
    assert(success);
    const transport = new Ssh2Transport({ home });
    const error = await assertRejects(() => scene.run(app, { name: "deploy" }, { transport }));
    assertEquals((error as { code?: string }).code, "LOGIN_REFUSED");
    await Deno.remove(home, { recursive: true });
  });

  await t.step("a changed host key is refused with file and line", async () => {
    await second.changeHostKey();
    const error = await assertRejects(() => scene.run(app, { name: "deploy" }), HostError);
    assertEquals([error.code, error.host], ["HOST_KEY_CHANGED", second.address]);
    assertStringIncludes(
      [error.message, ...error.details].join("\n"),
      `${lab.home}/.ssh/known_hosts:`,
    );
    assertEquals(await running(first), []);
  });
});

labTest("a host pulls from a registry that only this machine reaches", async () => {
  await using lab = await up({ hosts: 1 });
  const scene = await Scene.begin(lab);
  const image = await lab.buildImage("healthy", "acme/shop:v1", { labels: { service: "shop" } });
  // The lab's registry at a port of this machine, which hosts reach over their connection alone.
  await using registry = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      const { pathname, search } = new URL(request.url);
      const headers = new Headers(request.headers);
      headers.delete("host");
      const { method } = request;
      return fetch(`http://${lab.registry.address}${pathname}${search}`, { method, headers });
    },
  );
  const { port } = registry.addr;
  const docker = (...args: readonly string[]): Promise<string> =>
    run("/usr/bin/docker", args, { env: { DOCKER_HOST: lab.builder.dockerHost } });
  // Stands where Kamal's registry would, which needs an image from the net.
  await docker(
    "create",
    "--name",
    "kamal-docker-registry",
    "--publish",
    `127.0.0.1:${port}:5000`,
    image,
  );
  const spec = { ...scene.app().toSpec(), registry: { server: `localhost:${port}` } };
  const { report } = await scene.runSpec(spec, { name: "build pull" }, { version: "v1" });
  assertEquals(report?.failures, []);
  const [host] = lab.hosts;
  const images = await host!.must("docker images --format '{{.Repository}}:{{.Tag}}'");
  assertStringIncludes(images, `localhost:${port}/acme/shop:v1`);
  assertStringIncludes(await docker("ps", "--format", "{{.Names}}"), "kamal-docker-registry");
});

labTest("a connection that is lost in the middle is picked up again", async (t) => {
  await using lab = await up({ hosts: 2 });
  const scene = await Scene.begin(lab);
  const app = scene.app();
  await scene.release();
  assertEquals((await scene.run(app, { name: "setup" })).report?.outcome, "done");
  for (const stage of ["prepare", "boot", "switch"]) {
    await t.step(`in ${stage}`, async () => {
      const version = await scene.release();
      let cut: Promise<void> | undefined;
      const { report } = await scene.run(app, { name: "deploy" }, {
        onEvent: (event) => {
          if (event.type !== "step-begin" || event.stage !== stage) return;
          cut ??= lab.hosts[1]!.killConnections();
        },
      });
      await cut;
      assert(cut !== undefined);
      assertEquals(report?.failures, []);
      assertEquals(report?.outcome, "done");
      for (const host of lab.hosts) assertEquals((await ask(host)).text, version);
      assertEquals(await running(lab.hosts[1]!), ["kamal-proxy", `shop-web-${version}`]);
    });
  }
});

type Host = Awaited<ReturnType<typeof up>>["hosts"][number];
