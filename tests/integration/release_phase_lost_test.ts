import "../sanitizers.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Result } from "../../sdk/commander.ts";
import { Ssh2Transport } from "../../sdk/transport/ssh2.ts";
import { labTest, up } from "../lab/lab.ts";
import { ask, running, Scene, type WebApp } from "./scene.ts";

labTest("a release phase whose host is lost runs once, and is never left behind", async (t) => {
  await using lab = await up({ hosts: 2 });
  const scene = await Scene.begin(lab);
  const [first, second] = lab.hosts as [typeof lab.hosts[0], typeof lab.hosts[0]];
  const plain = scene.app().volumes(["/tmp/phase:/tmp/phase"]);
  await first.must("mkdir -p /tmp/phase; chmod 777 /tmp/phase");
  const phase = (more: string, timeout = 60): WebApp =>
    plain.release({
      cmd: `sh -c 'echo begun; echo "$KAMAL_VERSION" >>/tmp/phase/ran; ${more}'`,
      timeout,
    });
  const left = (): Promise<string> => first.must("docker ps -aq --filter label=sextant.release");
  const ran = async (): Promise<readonly string[]> =>
    (await first.must("cat /tmp/phase/ran; rm /tmp/phase/ran")).trim().split("\n");
  /** Deploys, and does something once the phase has begun. */
  const deployWhile = async (
    app: WebApp,
    work: () => Promise<void>,
    reconnectSeconds = 30,
  ): Promise<Result> => {
    let done: Promise<void> | undefined;
    const result = await scene.run(app, { name: "deploy" }, {
      transport: new Ssh2Transport({ home: lab.home, reconnectSeconds, keepaliveSeconds: 1 }),
      onEvent: (event) => {
        if (event.type === "step-output" && event.stage === "release") done ??= work();
      },
    });
    assert(done !== undefined, "the phase never began");
    await done;
    return result;
  };
  const v1 = await scene.release();
  assertEquals((await scene.run(plain, { name: "setup" })).report?.failures, []);

  let serving = v1;
  await t.step("a connection that breaks is made again, and finds it where it was", async () => {
    serving = await scene.release();
    const { report } = await deployWhile(phase("sleep 3"), () => first.killConnections());
    assertEquals(report?.failures, []);
    assertEquals(await ran(), [serving]);
    assertEquals(await left(), "");
    assertEquals((await ask(first)).text, serving);
  });

  await t.step(
    "Docker that ends in it fails the deploy, and the next one begins anew",
    async () => {
      const version = await scene.release();
      const { report } = await deployWhile(
        phase("trap : TERM; sleep 60 & wait; exit 3"),
        () => first.stopDocker(),
      );
      assertEquals(report?.outcome, "failed");
      assertEquals(report?.failures.map(({ host }) => host), [first.address]);
      assertEquals(await running(second), ["kamal-proxy", `shop-web-${serving}`]);
      await first.startDocker();
      await first.must("rm /tmp/phase/ran");
      const next = await scene.run(phase("true"), { name: "deploy" });
      assertEquals(next.report?.failures, []);
      assertEquals(await ran(), [version]);
      assertEquals(await left(), "");
      serving = version;
    },
  );

  await t.step("a host that is lost ends it by its own clock", async () => {
    await scene.release();
    const { report } = await deployWhile(phase("sleep 600", 8), () => first.cut(), 5);
    await first.heal();
    assertEquals(report?.failures.map(({ code, host }) => [code, host]), [
      ["CONNECTION_LOST", first.address],
    ]);
    await untilNothing(left);
    assertEquals((await ran()).length, 1);
    for (const host of lab.hosts) {
      assertEquals(await running(host), ["kamal-proxy", `shop-web-${serving}`]);
      assertEquals((await ask(host)).text, serving);
    }
    assertStringIncludes(await first.must("cat .kamal/shop-audit.log"), serving);
  });
});

async function untilNothing(look: () => Promise<string>): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (await look() === "") return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`still there: ${await look()}`);
}
