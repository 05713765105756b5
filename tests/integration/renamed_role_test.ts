import "../sanitizers.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type AnyDeploy, deploy } from "../../sdk/deploy.ts";
import { HostError } from "../../sdk/errors.ts";
import { labTest, up } from "../lab/lab.ts";
import { Load } from "../lab/load.ts";
import { proxyService } from "./layout.ts";
import { ask, running, Scene } from "./scene.ts";

labTest(
  "a role that was renamed takes the place of its own route, and no request is lost",
  async (t) => {
    await using lab = await up({ hosts: 1 });
    const scene = await Scene.begin(lab);
    const host = lab.hosts[0]!;
    const appWith = (role: string, orphans: "stop" | "report"): AnyDeploy =>
      deploy("shop").image("acme/shop").registry({ server: lab.registry.address })
        .servers({ [role]: [host.address] })
        .proxy({ host: "shop.test", healthcheck: { interval: 1 } })
        .settings({ primaryRole: role, deployTimeout: 15, drainTimeout: 5, orphans });
    const v1 = await scene.release();
    assertEquals((await scene.run(appWith("web", "stop"), { name: "setup" })).report?.failures, []);
    const load = await Load.start({ addresses: [host.address], host: "shop.test" });

    await t.step("not unless orphans may be stopped", async () => {
      const error = await assertRejects(
        () => scene.run(appWith("app", "report"), { name: "deploy" }),
        HostError,
      );
      assertEquals(error.code, "ROUTE_TAKEN");
      assertStringIncludes(error.hint!, "lets the new one take its place");
    });

    await t.step("the new role serves, and the old one stops", async () => {
      const version = await scene.release();
      const { report } = await scene.run(appWith("app", "stop"), { name: "deploy" });
      assertEquals(report?.failures, []);
      assertEquals((await ask(host)).text, version);
      assertEquals(await running(host), ["kamal-proxy", `shop-app-${version}`]);
      assertEquals(await proxyService(host, "shop-web"), undefined);
      assertEquals((await proxyService(host, "shop-app")).options["hosts"], ["shop.test"]);
      assert(await host.must(`docker ps -aq --filter name=^shop-web-${v1}$`) !== "");
    });

    const { sent, failed, failures } = await load.stop();
    assertEquals([failed, failures], [0, {}], `${sent} requests`);
  },
);
