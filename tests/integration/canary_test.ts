import "../sanitizers.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type LabHost, labTest, up } from "../lab/lab.ts";
import { Load } from "../lab/load.ts";
import { running, Scene } from "./scene.ts";

labTest(
  "a canary gets its share of the visitors, is promoted or goes, and no request fails",
  async (t) => {
    await using lab = await up({ hosts: 2 });
    const scene = await Scene.begin(lab);
    const app = scene.app().canary({ percent: 0, allow: ["qa"] });
    const [first] = lab.hosts;
    const v1 = await scene.release();
    assertEquals((await scene.run(app, { name: "setup" })).report?.failures, []);
    const addresses = lab.hosts.map(({ address }) => address);
    const loads = [undefined, "kamal-rollout=qa", "kamal-rollout=somebody"].map((cookie) => ({
      addresses,
      host: "shop.test",
      ratePerSecond: 60,
      ...cookie === undefined ? { isMixed: true } : { cookie },
    }));
    const [plain, tester, visitor] = await Promise.all(loads.map((options) => Load.start(options)));

    const v2 = await scene.release();
    await t.step("start: those with a value of the cookie that is allowed get it", async () => {
      const { report, serving } = await scene.run(app, { name: "canary start" });
      assertEquals([report?.failures, new Set(Object.values(serving))], [[], new Set([v1])]);
      for (const host of lab.hosts) {
        assertEquals(await answers(host), [v1, v2, v1]);
        assertEquals(
          await running(host),
          [
            "kamal-proxy",
            `shop-web-${v1}`,
            `shop-web-${v2}_canary`,
          ].sort(),
        );
      }
      assertEquals((await scene.run(app, { name: "app details" })).report?.failures, []);
    });

    await t.step("start again: all values of the cookie, nobody without it", async () => {
      const { report } = await scene.run(app, { name: "canary start", percent: 100, allow: [] });
      assertEquals(report?.failures, []);
      for (const host of lab.hosts) assertEquals(await answers(host), [v1, v2, v2]);
      const { answer } = await scene.run(app, { name: "canary status" });
      assert(answer?.type === "canary");
      assertEquals(
        answer.canaries.map(({ version, serving, share }) => [version, serving, share]),
        [
          [v2, v1, { percent: 100, allow: [] }],
          [v2, v1, { percent: 100, allow: [] }],
        ],
      );
    });

    await t.step("a reboot of the proxy keeps the shares", async () => {
      assertEquals((await scene.run(app, { name: "proxy reboot" })).report?.failures, []);
      for (const host of lab.hosts) assertEquals(await answers(host), [v1, v2, v2]);
    });

    await t.step("abort: all go back, the containers go", async () => {
      assertEquals((await scene.run(app, { name: "canary abort" })).report?.failures, []);
      for (const host of lab.hosts) {
        assertEquals(await answers(host), [v1, v1, v1]);
        assertEquals(await running(host), ["kamal-proxy", `shop-web-${v1}`]);
        assert(!(await host.must("docker ps -a --format '{{.Names}}'")).includes("canary"));
      }
      assertEquals((await scene.run(app, { name: "deploy" }, { version: v1 })).report, undefined);
    });

    await t.step("promote: its containers serve everybody, under Kamal's names", async () => {
      const v3 = await scene.release();
      assertEquals((await scene.run(app, { name: "canary start" })).report?.failures, []);
      const ids = await webs(first!, `shop-web-${v3}_canary`);
      const { report, serving } = await scene.run(app, { name: "canary promote" });
      assertEquals([report?.failures, new Set(Object.values(serving))], [[], new Set([v3])]);
      assertEquals(await webs(first!, `shop-web-${v3}`), ids);
      for (const host of lab.hosts) {
        assertEquals(await answers(host), [v3, v3, v3]);
        assertEquals(await running(host), ["kamal-proxy", `shop-web-${v3}`]);
      }
      assertEquals((await scene.run(app, { name: "deploy" }, { version: v3 })).report, undefined);
      const { answer } = await scene.run(app, { name: "drift" });
      assertEquals(answer, { type: "drift", differences: [] });
    });

    await t.step("one that does not come up leaves what serves alone", async () => {
      const before = await answers(first!);
      await scene.release("crashing");
      const { report } = await scene.run(app, { name: "canary start" });
      assertEquals(
        new Set(report?.failures.map(({ code }) => code)),
        new Set(["CONTAINER_EXITED"]),
      );
      for (const host of lab.hosts) {
        assertEquals(await answers(host), before);
        assertEquals((await running(host)).length, 2);
      }
    });

    await t.step("a deploy takes it down", async () => {
      await scene.release();
      assertEquals((await scene.run(app, { name: "canary start" })).report?.failures, []);
      const next = await scene.release();
      assertEquals((await scene.run(app, { name: "deploy" })).report?.failures, []);
      for (const host of lab.hosts) {
        assertEquals(await answers(host), [next, next, next]);
        assertEquals(await running(host), ["kamal-proxy", `shop-web-${next}`]);
      }
    });

    for (const load of [plain, tester, visitor]) {
      const { sent, failed, failures, versions } = await load!.stop();
      assertEquals([failed, failures], [0, {}], `${sent} requests`);
      assertEquals(versions[v2] !== undefined, load !== plain, "who gets the canary");
    }
    const { stdout } = await first!.exec("cat .kamal/shop-audit.log");
    assertStringIncludes(stdout, `[web] Promoted canary`);
  },
);

/** What a host answers without the cookie, to a tester, and to somebody with another value of it. */
async function answers(host: LabHost): Promise<readonly string[]> {
  const cookies = ["", "kamal-rollout=qa", "kamal-rollout=somebody"];
  const texts = await Promise.all(
    cookies.map((cookie) =>
      host.must(
        `curl -s -m 20 -H 'Host: shop.test' -H 'Cookie: ${cookie}' http://127.0.0.1/version`,
      )
    ),
  );
  return texts.map((text) => text.trim());
}

/** Id of a container. */
async function webs(host: LabHost, name: string): Promise<string> {
  return (await host.must(`docker inspect -f '{{.Id}}' ${name}`)).trim();
}
