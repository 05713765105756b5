import "../sanitizers.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { BootInput } from "../../sdk/config/boot.ts";
import { deploy } from "../../sdk/deploy.ts";
import { shortVersion } from "../../sdk/report/layout.ts";
import { renderReport } from "../../sdk/report/report_text.ts";
import { labTest, up } from "../lab/lab.ts";
import { Load } from "../lab/load.ts";
import { ask, Scene, type WebApp } from "./scene.ts";

labTest("a group that fails goes back as boot.onFailure says, and loses no request", async (t) => {
  await using lab = await up({ hosts: 3 });
  const scene = await Scene.begin(lab);
  const addresses = lab.hosts.map((host) => host.address);
  const answering = async (): Promise<readonly string[]> =>
    await Promise.all(lab.hosts.map(async (host) => (await ask(host)).text));
  const v1 = await scene.release();
  assertEquals((await scene.run(scene.app(), { name: "setup" })).report?.failures, []);

  // Host after host, and the second one never gets healthy.
  const [first = "", second = "", third = ""] = addresses;
  const failing = (onFailure: BootInput["onFailure"] & string): WebApp =>
    deploy("shop").image("acme/shop").registry({ server: lab.registry.address })
      .servers({ web: [first, { host: second, tags: ["bad"] }, third] })
      .env({ tags: { bad: { APP_UP_STATUS: "500" } } })
      .proxy({ host: "shop.test", healthcheck: { interval: 1 } })
      .boot({ limit: 1, onFailure })
      .settings({ deployTimeout: 8, drainTimeout: 5 });
  const load = await Load.start({ addresses, host: "shop.test" });

  const expected = [
    ["rollback", (_: string) => [v1, v1, v1]],
    ["rollback-group", (next: string) => [next, v1, v1]],
    ["halt", (next: string) => [next, v1, v1]],
  ] as const;
  for (const [policy, versions] of expected) {
    await t.step(policy, async () => {
      const next = await scene.release();
      const result = await scene.run(failing(policy), { name: "deploy" });
      assertEquals(result.report?.failures.map(({ host, cause }) => [host, cause?.kind]), [
        [second, "health-status"],
      ]);
      assertEquals(result.report?.lock, "released");
      assertEquals(await answering(), versions(next));
      assertEquals(addresses.map((host) => result.serving[host]), versions(next));
      const text = renderReport({ ...result, report: result.report! });
      addresses.forEach((host, index) =>
        assertStringIncludes(text, `${host}   ${shortVersion(versions(next)[index]!)} serves`)
      );
    });
  }

  const { sent, failed, failures } = await load.stop();
  assertEquals({ failed, failures }, { failed: 0, failures: {} });
  assert(sent > 1000, `only ${sent} requests were sent`);
});
