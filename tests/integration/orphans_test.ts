import "../sanitizers.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type AnyDeploy, deploy } from "../../sdk/deploy.ts";
import { type LabHost, labTest, up } from "../lab/lab.ts";
import { ask, running, Scene } from "./scene.ts";

labTest(
  "what a host that left the configuration still runs is found, told of and stopped",
  async (t) => {
    await using lab = await up({ hosts: 3 });
    const scene = await Scene.begin(lab);
    const [first, second, third] = lab.hosts as [LabHost, LabHost, LabHost];
    const appOn = (
      web: readonly LabHost[],
      jobs: readonly LabHost[],
      orphans: "stop" | "report",
    ): AnyDeploy =>
      deploy("shop").image("acme/shop").registry({ server: lab.registry.address })
        .servers({ web: addressesOf(web), jobs: { hosts: addressesOf(jobs), cmd: "app" } })
        .proxy({ host: "shop.test", healthcheck: { interval: 1 } })
        .settings({ deployTimeout: 10, drainTimeout: 10, readinessDelay: 0 })
        .settings({ allowEmptyRoles: true, orphans })
        .destination("staging", (staging) => staging.proxy({ host: "staging.test" }));
    const whole = appOn([first, second], [second, third], "report");
    await scene.release();
    assertEquals((await scene.run(whole, { name: "deploy" })).report?.failures, []);
    const staging = await scene.run(appOn([second], [], "stop"), { name: "deploy" }, {
      destination: "staging",
    });
    assertEquals(staging.report?.failures, []);
    const blog = await scene.run(scene.app([second], "blog"), { name: "deploy" });
    assertEquals(blog.report?.failures, []);
    const foreign = (await running(second)).filter((name) =>
      !/^shop-(web|jobs)-[0-9a-f]+$/.test(name)
    );
    assertEquals(foreign.length, 3);

    await t.step("by default it is told of, and goes on", async () => {
      await scene.release();
      const { report, plan } = await scene.run(appOn([first], [third], "report"), {
        name: "deploy",
      });
      assertEquals(report?.failures, []);
      assertEquals(plan.orphans?.map(({ host, noun, isStopped }) => [host, noun, isStopped]), [
        [second.address, "jobs", false],
        [second.address, "web", false],
      ]);
      assertEquals((await running(second)).length, foreign.length + 2);
      assertEquals((await ask(second)).status, 200);
    });

    await t.step("where that is wanted it is stopped, and nothing of anybody else", async () => {
      const { report } = await scene.run(appOn([first], [third], "stop"), { name: "deploy" });
      assertEquals([report?.failures, report?.warnings], [[], []]);
      assertEquals(await running(second), foreign);
      assertEquals((await ask(second)).status, 404);
      for (const service of ["staging", "blog"]) {
        assertEquals((await ask(second, "/version", service)).status, 200, service);
      }
    });

    await t.step("one that cannot be reached is a warning", async () => {
      await third.cut();
      await scene.release();
      const { report, plan } = await scene.run(appOn([first], [], "stop"), { name: "deploy" });
      assertEquals(report?.failures, []);
      assertStringIncludes(plan.orphans![0]!.because, "could not be reached");
      const notices = scene.events.flatMap((event) => event.type === "notice" ? [event] : []);
      assert(notices.some(({ host }) => host === third.address));
      await third.heal();
    });
  },
);

function addressesOf(hosts: readonly LabHost[]): readonly string[] {
  return hosts.map(({ address }) => address);
}
