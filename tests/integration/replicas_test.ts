import "../sanitizers.ts";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { type AnyDeploy, deploy } from "../../sdk/deploy.ts";
import { type Lab, labTest, up } from "../lab/lab.ts";
import { Load } from "../lab/load.ts";
import { running, Scene } from "./scene.ts";

labTest("replicas share a host's traffic, and come and go without a lost request", async (t) => {
  await using lab = await up({ hosts: 1 });
  const scene = await Scene.begin(lab);
  const [host] = lab.hosts;
  const app = appOf(lab, 2);
  const first = await scene.release();
  assertEquals((await scene.run(app, { name: "setup" })).report?.failures, []);
  const load = await Load.start({ addresses: [host!.address], host: "shop.test" });
  const webs = async (): Promise<readonly string[]> =>
    (await running(host!)).filter((name) => name.startsWith("shop-web"));
  const services = async (): Promise<readonly { name: string; active_targets: string[] }[]> => {
    const state = await host!.must(
      "docker exec kamal-proxy cat /home/kamal-proxy/.config/kamal-proxy/kamal-proxy.state",
    );
    return JSON.parse(state);
  };
  // kamal-proxy may keep a candidate of a version that failed until it would have given it up.
  const targets = async (): Promise<number> => {
    const isOver = deadline(DEPLOY_TIMEOUT + 20);
    let found = await services();
    while (found.length > 1 && !isOver()) found = await services();
    assertEquals(found.map(({ name }) => name), ["shop-web"], JSON.stringify(found));
    return found[0]!.active_targets.length;
  };

  await t.step("both get traffic", async () => {
    assertEquals(await webs(), [`shop-web-${first}`, `shop-web-${first}_replica_2`]);
    assertEquals(await targets(), 2);
  });

  let version = first;
  await t.step("a deploy switches both at once", async () => {
    version = await scene.release();
    const { report } = await scene.run(app, { name: "deploy" });
    assertEquals(report?.failures, []);
    assertEquals(await webs(), [`shop-web-${version}`, `shop-web-${version}_replica_2`]);
    assertEquals(await targets(), 2);
  });

  await t.step("app scale starts and stops only the difference", async () => {
    const id = await host!.must(`docker inspect -f '{{.Id}}' shop-web-${version}`);
    const more = await scene.run(app, { name: "app scale", counts: { web: 3 } });
    assertEquals(more.report?.failures, []);
    assertEquals([(await webs()).length, await targets()], [3, 3]);
    const fewer = await scene.run(app, { name: "app scale", counts: { web: 1 } });
    assertEquals(fewer.report?.failures, []);
    assertEquals([await webs(), await targets()], [[`shop-web-${version}`], 1]);
    assertEquals(await host!.must(`docker inspect -f '{{.Id}}' shop-web-${version}`), id);
  });

  await t.step("the configuration's count holds again with the next deploy", async () => {
    const { report } = await scene.run(app, { name: "deploy", skipPush: true }, { version });
    assertEquals(report?.failures, []);
    assertEquals([(await webs()).length, await targets()], [2, 2]);
  });

  await t.step("a version whose replicas all fail goes back, and says so once", async () => {
    await scene.release("crashing");
    const { report } = await scene.run(app, { name: "deploy" });
    assertEquals(report?.failures.map(({ code }) => code), ["CONTAINER_EXITED"]);
    assertStringIncludes(report!.failures[0]!.details.join("\n"), "_replica_2");
    assertStringIncludes(report!.failures[0]!.details.join("\n"), "cannot open the database");
    assertEquals([(await webs()).length, await targets()], [2, 2]);
  });

  await t.step("rollback brings all replicas of the earlier version back", async () => {
    assertEquals((await scene.run(app, { name: "rollback" })).report?.failures, []);
    assertEquals(await webs(), [`shop-web-${first}`, `shop-web-${first}_replica_2`]);
    assertEquals(await targets(), 2);
  });

  const { sent, failed, failures } = await load.stop();
  assertEquals([failed, failures], [0, {}], `${sent} requests`);
});

function appOf(lab: Lab, replicas: number): AnyDeploy {
  return deploy("shop")
    .image("acme/shop")
    .registry({ server: lab.registry.address })
    .servers({ web: { hosts: lab.hosts.map(({ address }) => address), replicas } })
    .proxy({ host: "shop.test", healthcheck: { interval: 1 } })
    .settings({ deployTimeout: DEPLOY_TIMEOUT, drainTimeout: 5 });
}

const DEPLOY_TIMEOUT = 10;

/** Tells whether so many seconds have passed since. */
function deadline(seconds: number): () => boolean {
  const end = performance.now() + seconds * 1000;
  return () => performance.now() >= end;
}
