import "../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { type AnyDeploy, deploy } from "../../sdk/deploy.ts";
import { type Lab, labTest, up } from "../lab/lab.ts";
import { Load } from "../lab/load.ts";
import { KamalHost } from "./kamal_host.ts";
import { containerLayout, proxyService } from "./layout.ts";
import { ask, running, Scene } from "./scene.ts";

labTest("a role with replicas is handed back to Kamal, and no request is lost", async (t) => {
  await using lab = await up({ hosts: 1 });
  const scene = await Scene.begin(lab);
  const host = lab.hosts[0]!;
  await scene.write(".kamal/secrets", "KEY=one\n", 0o600);
  const app = appOf(lab, 3);
  const kamal = new KamalHost(host, {
    repository: `${lab.registry.address}/acme/shop`,
    host: "shop.test",
  });
  for (const version of ["k1", "k2", "k3"]) {
    await lab.buildImage("healthy", `acme/shop:${version}`, {
      version,
      labels: { service: "shop" },
    });
  }
  const version = await scene.release();
  assertEquals((await scene.run(app, { name: "setup" })).report?.failures, []);
  const load = await Load.start({ addresses: [host.address], host: "shop.test" });

  await t.step("Kamal takes each replica for a version of its own", async () => {
    assertEquals(await kamal.versions("web"), [
      version,
      `${version}_replica_2`,
      `${version}_replica_3`,
    ]);
  });

  await t.step("scaled to one, the host is as Kamal leaves it, field by field", async () => {
    const { report } = await scene.run(app, { name: "app scale", counts: { web: 1 } });
    assertEquals(report?.failures, []);
    assertEquals(await kamal.runningVersion("web"), version);
    assertEquals(await kamal.versions("web"), [version]);
    const id = await host.must(`docker ps -q --filter name=^shop-web-${version}$`);
    assertEquals((await proxyService(host, "shop-web")).active_targets, [`${id.trim()}:80`]);
  });

  await t.step("Kamal deploys over it, with the same layout", async () => {
    await kamal.boot({ role: "web", version: "k1" });
    assertEquals((await ask(host)).text, "k1");
    assertEquals(await running(host), ["kamal-proxy", "shop-web-k1"]);
    const theirs = await containerLayout(host, "shop-web-k1", "k1");
    const { labels, ...ours } = await containerLayout(host, `shop-web-${version}`, version);
    const known = Object.entries(labels).filter(([name]) => !name.startsWith("sextant."));
    assertEquals({ labels: Object.fromEntries(known), ...ours }, theirs);
  });

  await t.step("and prunes what replicas left, with its own command", async () => {
    await kamal.boot({ role: "web", version: "k2" });
    await kamal.prune();
    assertEquals((await ask(host)).text, "k2");
  });

  await t.step("Sextant takes it up again with all replicas", async () => {
    const next = await scene.release();
    assertEquals((await scene.run(app, { name: "deploy" })).report?.failures, []);
    assertEquals((await running(host)).length, 4);
    assertEquals((await ask(host)).text, next);
  });

  await t.step(
    "without scaling, Kamal leaves the others running, and finds them stale",
    async () => {
      await kamal.boot({ role: "web", version: "k3" });
      assertEquals((await ask(host)).text, "k3");
      const stale = (await kamal.versions("web")).filter((one) => one !== "k3");
      assertEquals(stale.length, 2);
      for (const one of stale) await kamal.stop("web", one);
      assertEquals(await running(host), ["kamal-proxy", "shop-web-k3"]);
      assertEquals((await proxyService(host, "shop-web")).active_targets.length, 1);
    },
  );

  const { sent, failed, failures } = await load.stop();
  assertEquals([failed, failures], [0, {}], `${sent} requests`);
});

function appOf(lab: Lab, replicas: number): AnyDeploy {
  return deploy("shop")
    .image("acme/shop")
    .registry({ server: lab.registry.address })
    .servers({ web: { hosts: lab.hosts.map(({ address }) => address), replicas } })
    .env({ clear: { A: "1" }, secret: ["KEY"] })
    .proxy({ host: "shop.test", healthcheck: { interval: 1 } })
    .settings({ deployTimeout: 10, drainTimeout: 5 });
}
