import "../sanitizers.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { labTest, up } from "../lab/lab.ts";
import { Load } from "../lab/load.ts";
import { ask, Scene } from "./scene.ts";

labTest("the release phase runs once before any boot, and leaves nothing behind", async (t) => {
  await using lab = await up({ hosts: 2 });
  const scene = await Scene.begin(lab);
  const [first, second] = lab.hosts;
  await scene.write(".kamal/secrets", "KEY=it's one\n", 0o600);
  const plain = scene.app().env({ clear: { PLACE: "world" }, secret: ["KEY"] });
  const v1 = await scene.release();
  assertEquals((await scene.run(plain, { name: "setup" })).report?.failures, []);
  const left = async (): Promise<string> =>
    await first!.must(
      "docker ps -aq --filter label=sextant.release; ls /tmp/phase 2>/dev/null || :",
    );
  const load = await Load.start({
    addresses: lab.hosts.map(({ address }) => address),
    host: "shop.test",
  });

  await t.step("in the new image with the new environment, on the primary host alone", async () => {
    await first!.must("mkdir -p /tmp/phase; chmod 777 /tmp/phase");
    const app = plain.volumes(["/tmp/phase:/tmp/phase"]).release({
      cmd: `sh -c 'echo "$KAMAL_VERSION $PLACE $KEY" | tee -a /tmp/phase/ran'`,
    });
    const version = await scene.release();
    const { report } = await scene.run(app, { name: "deploy" });
    assertEquals(report?.failures, []);
    const ran = await first!.must("cat /tmp/phase/ran; rm -r /tmp/phase");
    assertEquals(ran, `${version} world it's one\n`);
    assertEquals((await second!.exec("cat /tmp/phase/ran")).code, 1);
    const output = scene.events.filter((event) => event.type === "step-output");
    assert(output.some(({ text, stage }) => stage === "release" && text.includes("world")));
    assertEquals(await left(), "");
  });

  await t.step("one that fails stops everything, and its words are told", async () => {
    const before = await first!.must("docker ps -q --filter label=role=web");
    await scene.release();
    const app = plain.release({ cmd: "sh -c 'echo applying 7; echo no such table >&2; exit 3'" });
    const { report } = await scene.run(app, { name: "deploy" });
    assertEquals(report?.failures.map(({ code }) => code), ["RELEASE_FAILED"]);
    const { message, details } = report!.failures[0]!;
    assertStringIncludes(message, "ended with 3");
    assertEquals([...details].sort(), ["applying 7", "no such table"]);
    assertEquals(await first!.must("docker ps -q --filter label=role=web"), before);
    assertEquals(await left(), "");
  });

  await t.step("one that takes too long is removed in time", async () => {
    const app = plain.release({ cmd: "sleep 600", timeout: 1 });
    const started = performance.now();
    const { report } = await scene.run(app, { name: "deploy", skipPush: true }, { version: v1 });
    assertStringIncludes(report!.failures[0]!.message, "did not end within 1 s");
    assert(performance.now() - started < 300_000);
    assertEquals(await left(), "");
  });

  await t.step("Ctrl-C in it leaves nothing behind", async () => {
    const controller = new AbortController();
    const app = plain.release({ cmd: "sh -c 'echo begun; sleep 60'" });
    const { report } = await scene.run(app, { name: "deploy", skipPush: true }, {
      version: v1,
      signal: controller.signal,
      onEvent: (event) => {
        if (event.type === "step-output" && event.stage === "release") controller.abort();
      },
    });
    assertEquals(report?.outcome, "cancelled");
    assertEquals(await left(), "");
    assertEquals((await ask(first!)).status, 200);
  });

  const { sent, failed, failures } = await load.stop();
  assertEquals([failed, failures], [0, {}], `${sent} requests`);
});
