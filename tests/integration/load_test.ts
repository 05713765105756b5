import "../sanitizers.ts";
import { assert, assertEquals } from "@std/assert";
import type { CommandOptions } from "../../sdk/commander.ts";
import type { Verb } from "../../sdk/commander/verb.ts";
import { type AnyDeploy, deploy } from "../../sdk/deploy.ts";
import { labTest, up } from "../lab/lab.ts";
import { Load, type LoadReport } from "../lab/load.ts";
import { Scene } from "./scene.ts";

const RATE = 200;

// Requests, a slow path, POSTs and WebSockets, while everything happens that may happen to an app that serves.
labTest("no request fails, whatever a deployment does", async (t) => {
  await using lab = await up({ hosts: 2 });
  const scene = await Scene.begin(lab);
  const addresses = lab.hosts.map((host) => host.address);
  const [first, second] = addresses as [string, string];
  const app = deploy("shop").image("acme/shop").registry({ server: lab.registry.address })
    .servers({ web: [first, { host: second, tags: ["second"] }] })
    .proxy({ host: "shop.test", healthcheck: { interval: 1 } })
    .settings({ deployTimeout: 10, drainTimeout: 5 });
  await scene.release();
  assertEquals((await scene.run(app, { name: "setup" })).report?.outcome, "done");

  /** Runs a command under load; says on standard error what it cost, and that no GET failed. */
  const underLoad = async (
    what: string,
    verb: Verb,
    options: CommandOptions = {},
    on: AnyDeploy = app,
  ): Promise<{ readonly load: LoadReport; readonly outcome: string | undefined }> => {
    const load = await Load.start({
      addresses,
      host: "shop.test",
      ratePerSecond: RATE,
      isMixed: true,
    });
    const { report } = await scene.run(on, verb, options);
    const counts = await load.stop();
    console.error(line(what, counts));
    assertEquals(counts.failures, {}, what);
    assertLostPosts(counts);
    assert(counts.webSockets.echoed > 0);
    return { load: counts, outcome: report?.outcome };
  };

  await t.step("deploy", async () => {
    const version = await scene.release();
    const { load, outcome } = await underLoad("deploy", { name: "deploy" });
    assertEquals(outcome, "done");
    assertEquals(Object.keys(load.versions).length, 2);
    assert(load.versions[version]! > 0);
  });

  await t.step("redeploy", async () => {
    await scene.release();
    assertEquals((await underLoad("redeploy", { name: "redeploy" })).outcome, "done");
  });

  await t.step("rollback", async () => {
    assertEquals((await underLoad("rollback", { name: "rollback" })).outcome, "done");
  });

  await t.step("scale up and down", async () => {
    const counts = [3, 1];
    for (const web of counts) {
      const { load, outcome } = await underLoad(`scale to ${web}`, {
        name: "app scale",
        counts: { web },
      });
      assertEquals(outcome, "done");
      assertEquals(Object.keys(load.versions).length, 1);
    }
  });

  // A reboot to the same version has its test in proxy_test.ts.
  await t.step("another version of kamal-proxy", async () => {
    const proxy = "basecamp/kamal-proxy";
    for (const host of lab.hosts) await host.must(`docker tag ${proxy}:v0.9.2 ${proxy}:v0.9.3`);
    const newer = app.proxy({ run: { version: "v0.9.3" } });
    const { outcome } = await underLoad("proxy upgrade", { name: "proxy upgrade" }, {}, newer);
    assertEquals(outcome, "done");
    for (const host of lab.hosts) {
      const image = await host.must("docker inspect -f '{{.Config.Image}}' kamal-proxy");
      assertEquals(image.trim(), `${proxy}:v0.9.3`);
    }
  });

  await t.step("one host of two that cannot go on, when the other has switched", async () => {
    const next = await scene.release();
    const failing = app.boot({ limit: 1 })
      .env({ tags: { second: { APP_UP_STATUS: "500" } } });
    const { load, outcome } = await underLoad("half a deploy", { name: "deploy" }, {}, failing);
    assertEquals(outcome, "failed");
    assert(load.versions[next]! > 0, "the first host had not switched");
    const { serving } = await scene.run(app, { name: "app version" });
    const [one, other] = addresses.map((host) => serving[host]);
    assert(one !== undefined && one === other && one !== next, `${one} and ${other} serve`);
  });

  await t.step("a version that never gets healthy", async () => {
    await scene.release("unhealthy");
    const { load, outcome } = await underLoad("refused deploy", { name: "deploy" });
    assertEquals(outcome, "failed");
    assertEquals(Object.keys(load.versions).length, 1);
  });

  await t.step("Ctrl-C in the middle of a switch", async () => {
    await scene.release();
    const controller = new AbortController();
    await underLoad("interrupted deploy", { name: "deploy" }, {
      signal: controller.signal,
      onEvent: (event) => {
        if (event.type === "step-begin" && event.stage === "boot") controller.abort();
      },
    });
    assert(controller.signal.aborted);
    assertEquals((await underLoad("the next deploy", { name: "deploy" })).outcome, "done");
  });
});

/**
 * A POST may be lost on a connection that the other side closed while it was idle, and in no other way. How many are,
 * a slow client decides: whoever ends closes all of its connections, and the client must come to know of it.
 */
function assertLostPosts({ posts }: LoadReport): void {
  assert(posts.sent > 0);
  const lost = Object.entries(posts.failures);
  for (const [reason] of lost) {
    assert(/(?:closed|reset|broken pipe)(?!.* on a new connection)/i.test(reason), reason);
  }
  const count = lost.reduce((sum, [, one]) => sum + one, 0);
  assert(count <= Math.max(3, posts.sent / 10), `${count} of ${posts.sent} POSTs were lost`);
}

function line(what: string, { sent, posts, webSockets, slowestMs }: LoadReport): string {
  const lost = Object.values(posts.failures).reduce((sum, count) => sum + count, 0);
  return `${what}: ${sent} requests, 0 of ${sent - posts.sent} GETs failed, ${lost} of ` +
    `${posts.sent} POSTs lost, WebSockets: ${webSockets.echoed} texts, ${webSockets.ended} ended; ` +
    `slowest ${slowestMs} ms`;
}
