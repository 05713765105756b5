import "../sanitizers.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { AnyDeploy } from "../../sdk/deploy.ts";
import { type Lab, labTest, up } from "../lab/lab.ts";
import { Load } from "../lab/load.ts";
import { KamalHost } from "./kamal_host.ts";
import { containerLayout, proxyService } from "./layout.ts";
import { ask, running, Scene } from "./scene.ts";

labTest("Sextant takes over from Kamal 2 and hands back, and no request is lost", async (t) => {
  await using lab = await up({ hosts: 2 });
  const scene = await Scene.begin(lab);
  const [first, second] = lab.hosts as [typeof lab.hosts[0], typeof lab.hosts[0]];
  await scene.write(".kamal/secrets", "KEY=one\n", 0o600);
  const app = appOn(scene);
  const repository = `${lab.registry.address}/acme/shop`;
  const kamals = lab.hosts.map((host) => new KamalHost(host, { repository, host: "shop.test" }));
  await Promise.all([1, 2, 3].map((number) => image(lab, `k${number}`)));

  await t.step(
    "Kamal was here: proxy, two versions of the web, jobs on the second host",
    async () => {
      await Promise.all(kamals.map(async (kamal, index) => {
        await kamal.bootProxy();
        await kamal.boot({ role: "web", version: "k1" });
        await kamal.boot({ role: "web", version: "k2" });
        if (index === 1) await kamal.boot({ role: "jobs", version: "k2", cmd: "app" });
      }));
      for (const host of lab.hosts) assertEquals((await ask(host)).text, "k2");
    },
  );

  const load = await Load.start({
    addresses: lab.hosts.map((host) => host.address),
    host: "shop.test",
    ratePerSecond: 100,
  });
  const version = await scene.release();

  await t.step("a lock of Kamal's is respected, in its own words", async () => {
    assert(await kamals[0]!.takeLock());
    const error = await scene.run(app, { name: "deploy" }).then(() => undefined, String);
    assertStringIncludes(error ?? "", "Dev holds it since 2026-11-20T18:23:13Z");
    await kamals[0]!.releaseLock();
  });

  await t.step("the first deploy takes over; Kamal finds the lock held meanwhile", async () => {
    let words = "";
    const contested = app.hook("pre-app-boot", async () => {
      if (!await kamals[0]!.takeLock()) words = await kamals[0]!.lockWords();
    });
    const { report } = await scene.run(contested, { name: "deploy" });
    assertEquals(report?.failures, []);
    assertMatch(
      words,
      new RegExp(`^Locked by: .+ at \\S+Z\nVersion: ${version}\nMessage: Automatic deploy lock$`),
    );
    for (const host of lab.hosts) assertEquals((await ask(host)).text, version);
    assertEquals(await running(second), [
      "kamal-proxy",
      `shop-jobs-${version}`,
      `shop-web-${version}`,
    ]);
  });

  await t.step("its containers differ from Kamal's by two labels", async () => {
    for (const role of ["web", "jobs"]) {
      const kamals = await containerLayout(second, `shop-${role}-k2`, "k2");
      const { labels, ...ours } = await containerLayout(second, `shop-${role}-${version}`, version);
      const { "sextant.config": config, "sextant.env": env, ...known } = labels;
      assertEquals({ labels: known, ...ours }, { ...kamals, hostname: ours.hostname });
      assertMatch(ours.hostname, /^[0-9.]+-RANDOM$/);
      assertMatch(`${config} ${env}`, /^[0-9a-f]{16} [0-9a-f]{16}$/);
    }
  });

  await t.step("image tags, env file, lock and audit log are as Kamal leaves them", async () => {
    const ids = await first.must(
      `docker image inspect -f '{{.Id}}' ${repository}:${version} ${repository}:latest`,
    );
    assertEquals(new Set(ids.trim().split("\n")).size, 1);
    const file = ".kamal/apps/shop/env/roles/web.env";
    assertEquals(await first.must(`stat -c '%a %U' ${file}; cat ${file}`), "600 root\nKEY=one\n");
    assertEquals((await first.exec("ls -d .kamal/lock-shop")).code, 2);
    const lines = (await first.must("cat .kamal/shop-audit.log")).trim().split("\n");
    assertMatch(
      lines.at(-1)!,
      new RegExp(
        `^\\[\\d{4}-\\d\\d-\\d\\dT[\\d:]+Z\\] \\[.+\\] \\[web\\] Booted app version ${version}$`,
      ),
    );
  });

  await t.step("the route has Kamal's name, and a target as Kamal names it", async () => {
    const service = await proxyService(first, "shop-web");
    const id = await first.must(`docker ps -q --filter name=^shop-web-${version}$`);
    assertEquals(service.active_targets, [`${id.trim()}:80`]);
    assertEquals(service.options["hosts"], ["shop.test"]);
    assertEquals(await proxyService(first, "shop-web-candidate"), undefined);
  });

  await t.step("Kamal sees what serves, takes it over, prunes, and goes back to it", async () => {
    await Promise.all(kamals.map(async (kamal) => {
      assertEquals(await kamal.runningVersion("web"), version);
      assertEquals(await kamal.versions("web"), [version]);
      assert(await kamal.takeLock());
      await kamal.boot({ role: "web", version: "k3" });
      await kamal.prune();
      await kamal.releaseLock();
    }));
    for (const host of lab.hosts) assertEquals((await ask(host)).text, "k3");
    await Promise.all(kamals.map((kamal) => kamal.boot({ role: "web", version })));
    for (const host of lab.hosts) assertEquals((await ask(host)).text, version);
  });

  await t.step("and Sextant goes on after it", async () => {
    const next = await scene.release();
    const { report } = await scene.run(app, { name: "deploy" });
    assertEquals(report?.failures, []);
    for (const host of lab.hosts) assertEquals((await ask(host)).text, next);
    const { report: back } = await scene.run(app, { name: "rollback", to: version });
    assertEquals(back?.failures, []);
    for (const host of lab.hosts) assertEquals((await ask(host)).text, version);
  });

  const { sent, failed, failures } = await load.stop();
  assertEquals({ failed, failures }, { failed: 0, failures: {} });
  assert(sent > 500, `only ${sent} requests were sent`);
});

function appOn(scene: Scene): AnyDeploy {
  const [, second] = scene.lab.hosts;
  return scene.app()
    .servers({ jobs: { hosts: [second!.address], cmd: "app" } })
    .env({ clear: { A: "1" }, secret: ["KEY"] });
}

async function image(lab: Lab, version: string): Promise<void> {
  await lab.buildImage("healthy", `acme/shop:${version}`, { version, labels: { service: "shop" } });
}
