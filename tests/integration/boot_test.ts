import "../sanitizers.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type AnyDeploy, deploy } from "../../sdk/deploy.ts";
import { labTest, up } from "../lab/lab.ts";
import { running, Scene } from "./scene.ts";

// Longer than any step of this test may take: what is given so long, rather than its own time, is found out.
const FOREVER = 120;

labTest("roles of one host boot side by side, each ready in its own way", async (t) => {
  await using lab = await up({ hosts: 1 });
  const scene = await Scene.begin(lab);
  const [host] = lab.hosts;
  const hosts = [host!.address];
  const appWith = (health: string): AnyDeploy =>
    deploy("shop").image("acme/shop").registry({ server: lab.registry.address })
      .servers({
        web: hosts,
        jobs: {
          hosts,
          options: { "health-cmd": health, "health-interval": "1s", "health-retries": 2 },
          labels: { team: "jobs" },
          logging: { driver: "local" },
        },
        mail: { hosts, cmd: "sh -c 'trap : TERM; while :; do sleep 1; done'", stopTimeout: 2 },
      })
      .proxy({ host: "shop.test", healthcheck: { interval: 1 } })
      .boot({ parallelRoles: true })
      .settings({ deployTimeout: 20, drainTimeout: FOREVER, readinessDelay: 3 });
  const app = appWith("true");
  const first = await scene.release();

  await t.step("by kamal-proxy, by its own health check, by staying up", async () => {
    const { report, plan } = await scene.run(app, { name: "setup" });
    assertEquals(report?.failures, []);
    const boot = plan.stages.find(({ name }) => name === "boot")!.scripts[0]!.steps;
    assertEquals(boot.map(({ operations }) => operations.length), [1, 1, 2, 2]);
    assertEquals(await running(host!), [
      "kamal-proxy",
      `shop-jobs-${first}`,
      `shop-mail-${first}`,
      `shop-web-${first}`,
    ]);
    const facts = await host!.must(
      `docker inspect -f '{{.State.Health.Status}} {{.Config.Labels.team}} {{.HostConfig.LogConfig.Type}}' shop-jobs-${first}`,
    );
    assertEquals(facts.trim(), "healthy jobs local");
  });

  let second = "";
  await t.step("an old container that ignores TERM is killed in its own time", async () => {
    second = await scene.release();
    const { report } = await scene.run(app, { name: "deploy" });
    assertEquals(report?.failures, []);
    const stop = report!.steps.find(({ step }) => step.endsWith("stop old"))!;
    assert(stop.seconds >= 2 && stop.seconds < FOREVER / 2, `${stop.seconds} s`);
    const status = await host!.must(
      `docker inspect -f '{{.State.ExitCode}}' shop-mail-${first} shop-jobs-${first}`,
    );
    assertEquals(status.trim().split("\n"), ["137", "0"]);
    const killed = report!.warnings.filter(({ message }) => message.includes(" was killed, "));
    assertEquals(killed.map(({ host }) => host), [host!.address]);
    assertStringIncludes(killed[0]!.message, `shop-mail-${first}`);
    assertStringIncludes(killed[0]!.hint!, "stopTimeout");
    assertStringIncludes(
      await host!.must("docker images --format '{{.Tag}} {{.ID}}'"),
      `latest ${
        (await host!.must(
          `docker images --format '{{.ID}}' ${lab.registry.address}/acme/shop:${second}`,
        ))
          .trim()
      }`,
    );
  });

  await t.step("a role that calls itself unwell takes all of them back", async () => {
    await scene.release();
    const { report } = await scene.run(appWith("false"), { name: "deploy" });
    assertEquals(report?.failures.map(({ code }) => code), ["UNHEALTHY"]);
    assertStringIncludes(report!.failures[0]!.message, "jobs did not become healthy");
    assertEquals(await running(host!), [
      "kamal-proxy",
      `shop-jobs-${second}`,
      `shop-mail-${second}`,
      `shop-web-${second}`,
    ]);
  });
});
