import "../sanitizers.ts";
import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import type { CommandOptions, Result } from "../../sdk/commander.ts";
import type { AnyDeploy } from "../../sdk/deploy.ts";
import { HostsError } from "../../sdk/errors.ts";
import { RUN_PROXY } from "../commands/samples.ts";
import { type LabHost, labTest, up } from "../lab/lab.ts";
import { Load, type LoadReport } from "../lab/load.ts";
import { loadTraefik } from "../lab/traefik.ts";
import { Kamal1Host } from "./kamal_1_host.ts";
import { assertClear, scriptOf, untilAnswers } from "./proxy_scene.ts";
import { ask, running, Scene } from "./scene.ts";

labTest(
  "hosts of Kamal 1 go over from Traefik to kamal-proxy, and no request is lost",
  async (t) => {
    await using lab = await up({ hosts: 2 });
    const scene = await Scene.begin(lab);
    const [first, second] = lab.hosts as [LabHost, LabHost];
    const repository = `${lab.registry.address}/acme/shop`;
    const built = { healthy: "k1", crashing: "bad" } as const;
    await Promise.all(
      Object.entries(built).map(([kind, version]) =>
        lab.buildImage(kind as keyof typeof built, `acme/shop:${version}`, {
          version,
          labels: { service: "shop" },
        })
      ),
    );
    await scene.release();
    await scene.write(".kamal/secrets", "KEY=one\n", 0o600);
    const app = scene.app().env({ secret: ["KEY"] })
      .accessory("cache", { image: `${repository}:k1`, host: first.address });

    // WebSockets hold Traefik's end up for 10 s, and so long it leaves a request on a connection that had none before
    // without an answer; then the client makes it again.
    const timeoutMs = 25_000;

    /** Upgrades under load; no GET may fail meanwhile. */
    const underLoad = async (
      options: CommandOptions = {},
      isMixed = false,
      deployment: AnyDeploy = app,
    ): Promise<{ readonly result: Result; readonly load: LoadReport }> => {
      const addresses = lab.hosts.map(({ address }) => address);
      const load = await Load.start({
        addresses,
        host: "shop.test",
        isMixed,
        timeoutMs,
        ratePerSecond: 120,
      });
      const result = await scene.run(deployment, { name: "upgrade" }, options);
      const counts = await load.stop();
      assertEquals(counts.failures, {}, JSON.stringify(counts));
      const { sent, posts, slowestMs } = counts;
      console.log(`  ${sent} requests, slowest ${slowestMs} ms; POST: ${JSON.stringify(posts)}`);
      return { result, load: counts };
    };

    await t.step("Kamal 1 was here: Traefik, the app with its cord, an accessory", async () => {
      await Promise.all(lab.hosts.map(async (host) => {
        await loadTraefik(host);
        const kamal = new Kamal1Host(host, repository);
        await kamal.boot("k1");
        if (host === first) await kamal.bootAccessory("cache", `${repository}:k1`);
        await kamal.bootTraefik();
        await untilAnswers(host, "k1");
      }));
    });

    await t.step("a deploy says so before anything is touched", async () => {
      const { errors } = await assertRejects(() => scene.run(app, { name: "deploy" }), HostsError);
      assertEquals(errors.length, 2);
      assertMatch(errors[0]!.message, /Traefik still serves here, on port 80/);
      assertStringIncludes(errors[0]!.hint!, "sextant upgrade");
      assertEquals(await running(second), ["shop-web-k1", "traefik"]);
    });

    await t.step("a version that ends at once leaves Traefik serving", async () => {
      const { result, load } = await underLoad({ version: "bad" });
      assertEquals(result.report?.outcome, "failed");
      assertEquals(result.report?.cleanUpFailures, []);
      assertEquals(Object.keys(load.versions), ["k1"]);
      assertEquals(result.serving, { [first.address]: "k1", [second.address]: "k1" });
      assertEquals(await running(first), ["shop-cache", "shop-web-k1", "traefik"]);
      assertEquals(await running(second), ["shop-web-k1", "traefik"]);
    });

    await t.step("where one host cannot go over, Traefik goes on serving on both", async () => {
      // Somebody takes the port of HTTPS while the new containers boot.
      const squatted = app.hook("pre-app-boot", async () => {
        await second.must(`docker run -d --name squatter -p 443:80 ${repository}:k1`);
      });
      const { result } = await underLoad({}, false, squatted);
      assertEquals(result.report?.outcome, "failed");
      assertEquals(result.report?.cleanUpFailures, []);
      assertMatch(result.report!.failures[0]!.message, /did not get port 80 of Traefik/);
      assertEquals(await running(first), ["shop-cache", "shop-web-k1", "traefik"]);
      assertEquals(await running(second), ["shop-web-k1", "squatter", "traefik"]);
      await second.must("docker rm -f squatter");
      for (const host of lab.hosts) await assertClear(host);
    });

    await t.step("upgrade goes over, with the version that serves", async () => {
      const started = "docker inspect -f '{{.State.StartedAt}}' shop-cache";
      const before = await first.must(started);
      const { result, load } = await underLoad({}, true);
      assertEquals(result.report?.failures, []);
      assertEquals(Object.keys(load.versions), ["k1"]);
      const said = result.report!.steps.map(({ stdout }) => stdout).join("");
      assertEquals(said.match(/without a gap/g)?.length, 2);
      assertEquals(await running(first), ["kamal-proxy", "shop-cache", "shop-web-k1"]);
      assertEquals(await running(second), ["kamal-proxy", "shop-web-k1"]);
      assertEquals(await first.must(started), before);
      for (const host of lab.hosts) {
        assertEquals((await ask(host)).text, "k1");
        assertEquals((await host.exec("docker container inspect traefik")).code, 1);
        assertEquals((await host.exec("docker image ls -q traefik")).stdout, "");
        await assertClear(host);
      }
    });

    await t.step("the accessory is to be found by its name in the app's network", async () => {
      const found = await first.must(
        "docker exec shop-web-k1 wget -q -O - http://shop-cache/version",
      );
      assertEquals(found.trim(), "k1");
    });

    await t.step("files are where Kamal 2 has them", async () => {
      const file = ".kamal/apps/shop/env/roles/web.env";
      assertEquals(await first.must(`stat -c %a ${file}; cat ${file}`), "600\nKEY=one\n");
      const ports = await first.must("docker port kamal-proxy");
      assertMatch(ports, /^80\/tcp -> 0\.0\.0\.0:80$/m);
      assertMatch(ports, /^443\/tcp -> 0\.0\.0\.0:443$/m);
      assertEquals((await first.exec("ls -d .kamal/lock-shop")).code, 2);
    });

    await t.step(
      "a second upgrade does nothing, and the next deploy goes on from there",
      async () => {
        assertEquals((await scene.run(app, { name: "upgrade" })).report, undefined);
        const version = await scene.release();
        const { report } = await scene.run(app, { name: "deploy" });
        assertEquals(report?.failures, []);
        for (const host of lab.hosts) assertEquals((await ask(host)).text, version);
      },
    );
  },
);

labTest("a handover that was killed is taken up by the next upgrade", async () => {
  await using lab = await up({ hosts: 1 });
  const scene = await Scene.begin(lab);
  const [host] = lab.hosts as [LabHost];
  const repository = `${lab.registry.address}/acme/shop`;
  await lab.buildImage("healthy", "acme/shop:k1", { version: "k1", labels: { service: "shop" } });
  await scene.release();
  await loadTraefik(host);
  const kamal = new Kamal1Host(host, repository);
  await kamal.boot("k1");
  await kamal.bootTraefik();
  await untilAnswers(host, "k1");

  // As far as an upgrade comes before the ports change hands.
  await host.must("docker network create kamal && mkdir -p .kamal/proxy/apps-config");
  await host.must(scriptOf({ ...RUN_PROXY, isHidden: true }));
  await host.must(`docker run --detach --network kamal --name next ${repository}:k1`);
  await host.must("docker exec kamal-proxy kamal-proxy deploy shop-web --target next:80");
  const take = scriptOf({ kind: "take-ports", run: RUN_PROXY, ports: PORTS, asks: [] });
  await host.must(`cat >take.sh <<'END_OF_SCRIPT'\n${take}\nEND_OF_SCRIPT`);
  const isUp = "[ \"$(docker inspect -f '{{.State.Running}}' traefik)\" = true ]";
  await host.must(
    `setsid sh take.sh >/dev/null 2>&1 & while ${isUp}; do sleep 0.05; done; kill -9 -$!`,
  );
  assertEquals((await ask(host)).text, "k1", "the second kamal-proxy still answers");
  await host.must("docker rm -f next");

  const { report } = await scene.run(scene.app(), { name: "upgrade" });
  assertEquals(report?.failures, []);
  assertEquals((await ask(host)).text, "k1");
  assertEquals(await running(host), ["kamal-proxy", "shop-web-k1"]);
  await assertClear(host);
});

const PORTS = [{ host: 80, container: 80 }, { host: 443, container: 443 }];
