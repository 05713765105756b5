import "../sanitizers.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { HostError } from "../../sdk/errors.ts";
import { Ssh2Transport } from "../../sdk/transport/ssh2.ts";
import type { HostFields } from "../../sdk/config/host.ts";
import { type Lab, type LabHost, labTest, up } from "../lab/lab.ts";
import { ask, running, Scene, type WebApp } from "./scene.ts";

const CLI = new URL("../../cli.ts", import.meta.url).pathname;

labTest("a host that only a bastion gets to is deployed to through it", async (t) => {
  await using lab = await up({ hosts: 2 });
  const scene = await Scene.begin(lab);
  const [bastion, inner] = lab.hosts as [LabHost, LabHost];
  await inner.must(`iptables -I INPUT -p tcp --dport 22 ! -s ${bastion.address} -j DROP`);
  const second = await ownKey(lab, inner);
  const behind = (fields: Partial<HostFields>): WebApp =>
    scene.app([bastion]).destination("both", (app) =>
      app.servers({
        web: () => [
          bastion.address,
          { host: inner.address, keys: ["~/.ssh/second"], ...fields },
        ],
      })) as WebApp;
  const through = behind({ proxy: bastion.address });

  await t.step("without it, the host does not answer", async () => {
    const error = await assertRejects(
      () => onBoth(scene, behind({}), "app version", { connectSeconds: 6 }),
      HostError,
    );
    assertEquals([error.code, error.host], ["HOST_UNREACHABLE", inner.address]);
  });

  await t.step(
    "the command line does, with a key from the secrets and hosts from code",
    async () => {
      await scene.write("deploy.ts", deploymentText(lab));
      const secrets =
        `SSH_KEY="$(cat ${lab.home}/key)"\nSECOND_KEY="$(cat ${lab.home}/.ssh/second)"\n`;
      await Deno.rename(`${lab.home}/.ssh/id_ed25519`, `${lab.home}/key`);
      await scene.write(".kamal/secrets-common", secrets, 0o600);
      await scene.write(".gitignore", ".kamal\n");
      const version = await scene.release();
      const setup = await sextant(scene, "setup", "-y");
      assertEquals(setup.code, 0, setup.output);
      assertStringIncludes(setup.output, "serves on 2 hosts");
      assertEquals(setup.output.includes("PRIVATE KEY"), false);
      for (const host of lab.hosts) assertEquals((await ask(host)).text, version);
      await Deno.rename(`${lab.home}/key`, `${lab.home}/.ssh/id_ed25519`);
    },
  );

  await t.step("so does the library, with a key of the host's own", async () => {
    const version = await scene.release();
    const { report } = await onBoth(scene, through, "deploy");
    assertEquals([report?.outcome, report?.failures], ["done", []]);
    for (const host of lab.hosts) assertEquals((await ask(host)).text, version);
    const open = 'test -z "$(ss -tnH state established sport = :22)"';
    await inner.must(`for i in $(seq 100); do ${open} && exit; sleep 0.05; done; exit 1`);
  });

  await t.step("and what is lost on the way is picked up again", async () => {
    const version = await scene.release();
    let cut: Promise<void> | undefined;
    const { report } = await onBoth(scene, through, "deploy", {}, (stage) => {
      if (stage === "boot") cut ??= bastion.killConnections();
    });
    await cut;
    assert(cut !== undefined);
    assertEquals([report?.outcome, report?.failures], ["done", []]);
    for (const host of lab.hosts) assertEquals((await ask(host)).text, version);
  });

  await t.step("a command of this machine leads to it, too", async () => {
    const way = `ssh -q -F ${lab.home}/.ssh/config -W %h:%p ${bastion.address}`;
    const app = scene.app([inner]).ssh({ proxyCommand: way, keys: [second] }) as WebApp;
    const { exchanges } = await scene.run(app, { name: "app version" });
    assertEquals(Object.keys(exchanges), [inner.address]);
  });

  await t.step("a bastion with another key is refused, and nothing is touched", async () => {
    await bastion.changeHostKey();
    const before = await running(inner);
    const app = scene.app([inner]).ssh({ proxy: bastion.address, keys: [second] }) as WebApp;
    await scene.release();
    const error = await assertRejects(() => scene.run(app, { name: "deploy" }), HostError);
    assertEquals([error.code, error.host], ["HOST_KEY_CHANGED", inner.address]);
    assertStringIncludes(error.message, `jump host ${bastion.address}: its host key changed`);
    assertStringIncludes(error.message, `${lab.home}/.ssh/known_hosts:`);
    assertEquals(await running(inner), before);
  });
});

/** Makes a key that one host lets in, and no other key. */
async function ownKey(lab: Lab, host: LabHost): Promise<string> {
  const file = `${lab.home}/.ssh/second`;
  const { success } = await new Deno.Command("ssh-keygen", {
    args: ["-q", "-t", "ed25519", "-N", "", "-f", file],
  }).output();
  assert(success);
  await Deno.copyFile(`${file}.pub`, `${host.root}/.ssh/authorized_keys`);
  return file;
}

async function onBoth(
  scene: Scene,
  app: WebApp,
  name: "deploy" | "app version",
  ssh: { readonly connectSeconds?: number } = {},
  onStage: (stage: string) => void = () => {},
): ReturnType<Scene["run"]> {
  return await scene.run(app, { name }, {
    destination: "both",
    transport: new Ssh2Transport({ home: scene.lab.home, agent: "", ...ssh }),
    onEvent: (event) => {
      if (event.type === "step-begin") onStage(event.stage);
    },
  });
}

function deploymentText({ hosts: [bastion, inner], registry }: Lab): string {
  return `import { deploy, secret } from "@sextant/deploy";

export default deploy("shop")
  .image("acme/shop")
  .registry({ server: "${registry.address}" })
  .servers({
    web: async () => await Promise.resolve([
      "${bastion!.address}",
      { host: "${inner!.address}", proxy: "root@${bastion!.address}:22" },
    ]),
  })
  .ssh({ keyData: [secret("SSH_KEY"), secret("SECOND_KEY")], keysOnly: true })
  .proxy({ host: "shop.test" })
  .settings({ deployTimeout: 10 })
  .destination("both", (app) => app);
`;
}

async function sextant(
  { lab, root }: Scene,
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly output: string }> {
  const { builder, home } = lab;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", CLI, ...args, "-d", "both"],
    cwd: root,
    stdin: "null",
    env: {
      HOME: home,
      DOCKER_HOST: builder.dockerHost,
      PATH: builder.path,
      DENO_DIR: denoFolder(),
    },
  }).output();
  const decoder = new TextDecoder();
  return { code, output: decoder.decode(stdout) + decoder.decode(stderr) };
}

/** Where this Deno keeps what it has loaded: with another home it would load it again. */
function denoFolder(): string {
  return Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`;
}
