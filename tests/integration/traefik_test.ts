import "../sanitizers.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { deploy } from "../../sdk/deploy.ts";
import { labTest, up } from "../lab/lab.ts";
import { Load } from "../lab/load.ts";
import { loadTraefik, TRAEFIK_IMAGE } from "../lab/traefik.ts";
import { ask, running, Scene } from "./scene.ts";

labTest("Traefik in the place of kamal-proxy, on a real host", async (t) => {
  await using lab = await up({ hosts: 1 });
  const scene = await Scene.begin(lab);
  const [host] = lab.hosts as [typeof lab.hosts[number]];
  await loadTraefik(host);
  const app = deploy("shop").image("acme/shop").registry({ server: lab.registry.address })
    .servers({ web: [host.address], jobs: { hosts: [host.address], cmd: "app" } })
    .proxy({ host: "shop.test" })
    .traefik({
      image: TRAEFIK_IMAGE,
      args: { "global.checknewversion": false, "global.sendanonymoususage": false },
      healthCmd: "wget -q -O /dev/null http://localhost/up",
    })
    .settings({ deployTimeout: 20, drainTimeout: 5, readinessDelay: 1 });
  let version = await scene.release();

  await t.step("the first deploy runs Traefik, which finds the app by its labels", async () => {
    const { report } = await scene.run(app, { name: "deploy" });
    assertEquals(report?.failures, []);
    assertEquals(await running(host), [`shop-jobs-${version}`, `shop-web-${version}`, "traefik"]);
    assertEquals(await answer(host), version);
    assertEquals((await ask(host, "/version", "other")).status, 502);
  });

  await t.step("a deploy under load loses no request", async () => {
    const before = version;
    const load = await Load.start({
      addresses: [host.address],
      host: "shop.test",
      ratePerSecond: 100,
    });
    version = await scene.release();
    const { report } = await scene.run(app, { name: "deploy" });
    const { failed, failures, sent, versions } = await load.stop();
    assertEquals(report?.failures, []);
    assertEquals([failed, failures], [0, {}]);
    assert(sent > 100 && versions[before]! > 0 && versions[version]! > 0);
    assertEquals(await running(host), [`shop-jobs-${version}`, `shop-web-${version}`, "traefik"]);
  });

  await t.step("a version that never gets healthy leaves the old one serving", async () => {
    await scene.release("unhealthy");
    const load = await Load.start({
      addresses: [host.address],
      host: "shop.test",
      ratePerSecond: 50,
    });
    const { report } = await scene.run(app, { name: "deploy" });
    const { failed, versions } = await load.stop();
    assertEquals(report?.outcome, "failed");
    assertEquals([failed, Object.keys(versions)], [0, [version]]);
  });

  await t.step("what Kamal 1 ran on Docker's first network is taken over", async () => {
    await host.must("docker rm -f traefik");
    const catchAll = "traefik.http.routers.catchall";
    await host.must(
      `docker run --name traefik --detach --publish 80:80 --volume /var/run/docker.sock:/var/run/docker.sock \
--label ${catchAll}.entryPoints=http --label '${catchAll}.rule=PathPrefix(\`/\`)' --label ${catchAll}.service=unavailable \
--label ${catchAll}.priority=1 --label traefik.http.services.unavailable.loadbalancer.server.port=0 ${TRAEFIK_IMAGE} --providers.docker`,
    );
    version = await scene.release();
    const { report } = await scene.run(app, { name: "deploy" });
    assertEquals(report?.failures, []);
    assertEquals(await answer(host), version);
  });

  await t.step("reboot, stop, start and remove work on its container alone", async () => {
    const reboot = await scene.run(app, { name: "traefik reboot" });
    assertEquals(reboot.report?.failures, []);
    assertEquals(await answer(host), version);
    await scene.run(app, { name: "traefik stop" });
    assert(!(await running(host)).includes("traefik"));
    await scene.run(app, { name: "traefik start" });
    assertEquals(await answer(host), version);
    await scene.run(app, { name: "traefik logs" });
    await scene.run(app, { name: "traefik remove" });
    assertEquals(await running(host), [`shop-jobs-${version}`, `shop-web-${version}`]);
    assertStringIncludes(await host.must("tail -n 1 .kamal/shop-audit.log"), "Removed traefik");
  });
});

type Host = Parameters<typeof ask>[0];

/** What the app answers through Traefik, once it has found the app. */
async function answer(host: Host): Promise<string> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const { status, text } = await ask(host);
    if (status === 200) return text;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return "no answer";
}
