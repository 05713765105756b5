import "../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { deploy } from "../../sdk/deploy.ts";
import { isEmpty } from "../../sdk/plan/plan.ts";
import { type LabHost, labTest, up } from "../lab/lab.ts";
import { Load } from "../lab/load.ts";
import { Scene } from "./scene.ts";

labTest("readers get what only reads, writers all the rest", async (t) => {
  await using lab = await up({ hosts: 1 });
  const scene = await Scene.begin(lab);
  const [host] = lab.hosts as [LabHost];
  const app = deploy("shop").image("acme/shop").registry({ server: lab.registry.address })
    .servers({ web: { hosts: [host.address], replicas: 2 } })
    .proxy({
      host: "shop.test",
      readers: { env: { APP_ANSWER: "reader" }, writerAffinity: 3600 },
    })
    .settings({ deployTimeout: 10, drainTimeout: 5 });
  const version = await scene.release();
  assertEquals((await scene.run(app, { name: "setup" })).report?.failures, []);

  await t.step("by the method of the request", async () => {
    assertEquals(await answers(host, "GET"), ["reader", "reader"]);
    assertEquals(await answers(host, "POST"), [version, version]);
  });

  await t.step("and who wrote reads from writers for a while", async () => {
    const both = await host.must(
      `rm -f /tmp/jar; ${curl("POST", "-c /tmp/jar")}; ${
        curl("GET", "-b /tmp/jar")
      }; rm -f /tmp/jar`,
    );
    assertEquals(both.trim().split("\n"), [version, version]);
  });

  await t.step("over a deploy under load and a reboot of the proxy", async () => {
    const load = await Load.start({ addresses: [host.address], host: "shop.test" });
    const next = await scene.release();
    assertEquals((await scene.run(app, { name: "deploy" })).report?.failures, []);
    assertEquals((await load.stop()).failures, {});
    assertEquals(isEmpty((await scene.run(app, { name: "deploy" })).plan!), true);
    assertEquals((await scene.run(app, { name: "proxy reboot" })).report?.failures, []);
    assertEquals(await answers(host, "GET"), ["reader", "reader"]);
    assertEquals(await answers(host, "POST"), [next, next]);
  });
});

function curl(method: "GET" | "POST", more = ""): string {
  return `curl -s -m 20 ${more} -X ${method} -H 'Host: shop.test' http://127.0.0.1/version`;
}

async function answers(host: LabHost, method: "GET" | "POST"): Promise<readonly string[]> {
  return (await host.must(`${curl(method)}; ${curl(method)}`)).trim().split("\n");
}
