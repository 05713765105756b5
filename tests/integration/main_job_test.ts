import "../sanitizers.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { planVerb } from "../../sdk/commander.ts";
import { isEmpty } from "../../sdk/plan/plan.ts";
import { labTest, up } from "../lab/lab.ts";
import { Load } from "../lab/load.ts";
import { ask, running, Scene } from "./scene.ts";

labTest("the main job: setup, deploy, a refused deploy and rollback lose no request", async (t) => {
  await using lab = await up({ hosts: 2 });
  const scene = await Scene.begin(lab);
  const app = scene.app();
  const [first, second] = lab.hosts as [typeof lab.hosts[0], typeof lab.hosts[0]];
  const v1 = await scene.release();

  await t.step("setup brings the first version to fresh hosts", async () => {
    const { report, serving, exchanges } = await scene.run(app, { name: "setup" });
    assertEquals(report?.failures, []);
    assertEquals(report?.outcome, "done");
    assertEquals(Object.values(serving), [v1, v1]);
    for (const host of lab.hosts) {
      assertEquals(await ask(host), { status: 200, text: v1 });
      assertEquals(await running(host), ["kamal-proxy", `shop-web-${v1}`]);
    }
    assert(exchanges[second.address]! <= 5, JSON.stringify(exchanges));
    assert(exchanges[first.address]! <= 6, JSON.stringify(exchanges));
  });

  const load = await Load.start({
    addresses: lab.hosts.map((host) => host.address),
    host: "shop.test",
  });
  const v2 = await scene.release();

  await t.step("a warm deploy takes five exchanges per host, six on the primary", async () => {
    const { report, exchanges } = await scene.run(app, { name: "deploy" });
    assertEquals(report?.outcome, "done");
    assertEquals(exchanges, { [first.address]: 6, [second.address]: 5 });
    for (const host of lab.hosts) assertEquals((await ask(host)).text, v2);
  });

  await t.step("the second plan is empty, and deploying it does nothing", async () => {
    const deployment = { spec: app.toSpec(), effects: app.toEffects() };
    assert(isEmpty(await planVerb(deployment, { name: "deploy" }, scene.options())));
    const { report } = await scene.run(app, { name: "deploy" });
    assertEquals(report, undefined);
  });

  await t.step("containers, labels, tags and files are as Kamal makes them", async () => {
    const inspected = await first.must(
      `docker inspect -f '{{json .Config.Labels}} {{.HostConfig.RestartPolicy.Name}} {{json .Config.Env}} {{.Config.Hostname}}' shop-web-${v2}`,
    );
    const labels = JSON.parse(inspected.slice(0, inspected.indexOf("} ") + 1));
    assertEquals([labels.service, labels.role, labels.destination], ["shop", "web", ""]);
    assertStringIncludes(inspected, " unless-stopped ");
    assertStringIncludes(inspected, `"KAMAL_VERSION=${v2}"`);
    assertStringIncludes(inspected, `"KAMAL_CONTAINER_NAME=shop-web-${v2}"`);
    assertStringIncludes(inspected, `"KAMAL_HOST=${first.address}"`);
    assertMatch(
      inspected.trim(),
      new RegExp(`${first.address.replaceAll(".", "\\.")}-[0-9a-f]{12}$`),
    );
    const repository = `${lab.registry.address}/acme/shop`;
    const ids = await first.must(
      `docker image inspect -f '{{.Id}}' ${repository}:${v2} ${repository}:latest`,
    );
    const [version, latest] = ids.trim().split("\n");
    assertEquals(version, latest);
    assertEquals((await first.must("stat -c %a .kamal/apps/shop/env/roles/web.env")).trim(), "600");
    assertMatch(
      await first.must("cat .kamal/shop-audit.log"),
      /^\[\S+Z\] \[\S+\] \[web\] Booted app version/m,
    );
    assertEquals((await first.must("ls .kamal")).trim().split("\n").sort(), [
      "apps",
      "proxy",
      "shop-audit.log",
    ]);
  });

  await t.step(
    "a version that never becomes healthy is refused while the old one serves",
    async () => {
      const v3 = await scene.release("unhealthy");
      const { report, serving } = await scene.run(app, { name: "deploy" });
      assertEquals(report?.outcome, "failed");
      assertEquals(report?.failures.map(({ code }) => code), ["UNHEALTHY", "UNHEALTHY"]);
      assertStringIncludes(report!.failures[0]!.details[0]!, "GET :80/up answered 503");
      assertStringIncludes(report!.failures[0]!.details.join("\n"), "starting unhealthy app");
      assertEquals(report?.lock, "released");
      assertEquals(Object.values(serving), [v2, v2]);
      for (const host of lab.hosts) {
        assertEquals((await ask(host)).text, v2);
        assertEquals(await running(host), ["kamal-proxy", `shop-web-${v2}`]);
        assertEquals(
          (await host.must(`docker inspect -f '{{.State.Status}}' shop-web-${v3}`)).trim(),
          "exited",
        );
        assertEquals((await host.exec("ls -d .kamal/lock-shop")).code, 2);
      }
    },
  );

  await t.step("rollback goes to the last good version", async () => {
    const { report, plan, serving } = await scene.run(app, { name: "rollback" });
    assertEquals(report?.outcome, "done");
    assertEquals(plan.version, v1);
    assertEquals(Object.values(serving), [v1, v1]);
    for (const host of lab.hosts) assertEquals((await ask(host)).text, v1);
  });

  const { sent, failed, failures, versions } = await load.stop();
  assertEquals({ failed, failures }, { failed: 0, failures: {} });
  assert(sent > 1000, `only ${sent} requests were sent`);
  assertEquals(Object.keys(versions).sort(), [v1, v2].sort());
});
