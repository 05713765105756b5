import "../sanitizers.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { RoleOptions } from "../../sdk/config/role.ts";
import { type AnyDeploy, deploy } from "../../sdk/deploy.ts";
import type { Report } from "../../sdk/exec/report.ts";
import { labTest, up } from "../lab/lab.ts";
import { running, Scene } from "./scene.ts";

// Longer than any step of this test may take: whoever waits for all of it is found out.
const FOREVER = 120;

labTest(
  "readiness_delay holds a role without proxy and health check up, and no other",
  async (t) => {
    await using lab = await up({ hosts: 2 });
    const scene = await Scene.begin(lab);
    const hosts = lab.hosts.map(({ address }) => address);
    const appWith = (readinessDelay: number, options: RoleOptions["options"] = {}): AnyDeploy =>
      deploy("shop").image("acme/shop").registry({ server: lab.registry.address })
        .servers({ jobs: { hosts, options, proxy: false } })
        .settings({ primaryRole: "jobs", readinessDelay, drainTimeout: 2 });
    const first = await scene.release();

    await t.step("hosts wait side by side, each for as long as it says", async () => {
      const { report } = await scene.run(appWith(6), { name: "setup" });
      assertEquals(report?.failures, []);
      assert(gates(report!).every(({ seconds }) => seconds >= 6));
      const turns = scene.events.flatMap((event) =>
        (event.type === "step-begin" || event.type === "step-end") && event.step.includes("healthy")
          ? [event.type]
          : []
      );
      assertEquals(turns, ["step-begin", "step-begin", "step-end", "step-end"]);
    });

    await t.step("an end within it is noticed at once, and the old version goes on", async () => {
      await scene.release("crashing");
      const { report } = await scene.run(appWith(FOREVER), { name: "deploy" });
      assertEquals(report?.failures.map(({ code }) => code), [
        "CONTAINER_EXITED",
        "CONTAINER_EXITED",
      ]);
      assertStringIncludes(report!.failures[0]!.details.join("\n"), "cannot open the database");
      assert(gates(report!).every(({ seconds }) => seconds < FOREVER / 2));
      for (const host of lab.hosts) assertEquals(await running(host), [`shop-jobs-${first}`]);
    });

    await t.step("a health check ends it early", async () => {
      const version = await scene.release();
      const health = { "health-cmd": "true", "health-interval": "1s" };
      const { report } = await scene.run(appWith(FOREVER, health), { name: "deploy" });
      assertEquals(report?.failures, []);
      assert(gates(report!).every(({ seconds }) => seconds < FOREVER / 2));
      for (const host of lab.hosts) assertEquals(await running(host), [`shop-jobs-${version}`]);
    });
  },
);

function gates({ steps }: Report): Report["steps"] {
  return steps.filter(({ step }) => step.includes(" healthy "));
}
