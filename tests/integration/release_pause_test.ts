import "../sanitizers.ts";
import { assert, assertEquals } from "@std/assert";
import { type Lab, type LabHost, labTest, up } from "../lab/lab.ts";
import { Load } from "../lab/load.ts";
import { until } from "../lab/shell.ts";
import { ask, Scene } from "./scene.ts";

const CLI = new URL("../../cli.ts", import.meta.url).pathname;

labTest("requests wait while the release phase runs, and none of them fails", async (t) => {
  await using lab = await up({ hosts: 2 });
  const scene = await Scene.begin(lab);
  const [first] = lab.hosts;
  const app = scene.app();
  const version = await scene.release();
  assertEquals((await scene.run(app, { name: "setup" })).report?.failures, []);
  const load = await Load.start({
    addresses: lab.hosts.map(({ address }) => address),
    host: "shop.test",
    ratePerSecond: 100,
    timeoutMs: 60_000,
  });

  await t.step("for two seconds, then the new version answers them", async () => {
    const next = await scene.release();
    const paused = app.release({ cmd: "sleep 2", pause: 20 });
    assertEquals((await scene.run(paused, { name: "deploy" })).report?.failures, []);
    for (const host of lab.hosts) {
      assertEquals((await ask(host)).text, next);
      assertEquals(await isPaused(host), false);
    }
    assert((await load.report()).slowestMs > 1500, "nobody waited");
  });

  await t.step("one that fails lets them go on at once, to the old version", async () => {
    const before = await ask(first!);
    const failing = app.release({ cmd: "sh -c 'exit 3'", pause: 50 }).boot({ onFailure: "halt" });
    const { report } = await scene.run(failing, { name: "deploy", skipPush: true }, { version });
    assertEquals(report?.failures.map(({ code }) => code), ["RELEASE_FAILED"]);
    for (const host of lab.hosts) {
      assertEquals(await isPaused(host), false);
      assertEquals(await ask(host), before);
    }
  });

  await t.step("Ctrl-C in it lets them go on", async () => {
    const controller = new AbortController();
    const long = app.release({ cmd: "sh -c 'echo begun; sleep 60'", pause: 50 });
    const { report } = await scene.run(long, { name: "deploy", skipPush: true }, {
      version,
      signal: controller.signal,
      onEvent: (event) => {
        if (event.type === "step-output" && event.stage === "release") controller.abort();
      },
    });
    assertEquals(report?.outcome, "cancelled");
    for (const host of lab.hosts) assertEquals(await isPaused(host), false);
  });

  await t.step("a client that is killed lets them go on in time, by the hosts alone", async () => {
    await scene.write("deploy.ts", deploymentText(lab));
    const client = spawn(lab, scene, version);
    const phases = "docker ps -q --filter label=sextant.release=shop";
    // Requests wait for some seconds alone, the command goes on for minutes.
    await until("requests wait", async () => await isPaused(first!), 60_000);
    await until("the release phase runs", async () => await first!.must(phases) !== "", 60_000);
    client.kill("SIGKILL");
    await client.status;
    for (const host of lab.hosts) {
      await until(`${host.name} answers`, async () => !await isPaused(host), 60_000);
      assertEquals((await ask(host)).status, 200);
    }
    // The command itself still runs: it was not its end that let them go on.
    assert(await first!.must(phases) !== "");
    await first!.must(`docker rm -f $(${phases})`);
  });

  const { sent, failed, failures } = await load.stop();
  assertEquals([failed, failures], [0, {}], `${sent} requests`);

  // kamal-proxy crashes when it is to resume what it was started with: only its state helps.
  await t.step("a proxy that started anew while they waited is brought back", async () => {
    await first!.must("rm -rf .kamal/lock-shop");
    for (const verb of [{ name: "deploy", skipPush: true }, { name: "app live" }] as const) {
      await first!.must(
        "docker exec kamal-proxy kamal-proxy pause shop-web && docker restart kamal-proxy",
      );
      assertEquals(await isPaused(first!), true);
      const { text } = await ask(lab.hosts[1]!);
      const { report } = await scene.run(app, verb, { version: text });
      assertEquals(report?.failures, [], verb.name);
      await until("it answers", async () => (await ask(first!)).text === text, 60_000);
      assertEquals(await isPaused(first!), false);
    }
  });
});

async function isPaused(host: LabHost): Promise<boolean> {
  return (await host.must("docker exec kamal-proxy kamal-proxy list")).includes("paused");
}

/** The command line as a process of its own, which can be killed. */
function spawn({ home, builder }: Lab, scene: Scene, version: string): Deno.ChildProcess {
  const cache = Deno.env.get("DENO_DIR") ??
    `${Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`}/deno`;
  return new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "-A", CLI, "deploy", "-y", "--skip-push", "--version", version],
    ],
    cwd: scene.root,
    env: { HOME: home, PATH: builder.path, DOCKER_HOST: builder.dockerHost, DENO_DIR: cache },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
}

function deploymentText({ registry, hosts }: Lab): string {
  return `import { deploy } from "@sextant/deploy";

export default deploy("shop")
  .image("acme/shop")
  .registry({ server: "${registry.address}" })
  .servers({ web: ${JSON.stringify(hosts.map(({ address }) => address))} })
  .proxy({ host: "shop.test", healthcheck: { interval: 1 } })
  .release({ cmd: "sleep 120", pause: 4 })
  .settings({ deployTimeout: 10, drainTimeout: 5, readinessDelay: 1 });
`;
}
