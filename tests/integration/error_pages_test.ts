import "../sanitizers.ts";
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { Result } from "../../sdk/commander.ts";
import type { Verb } from "../../sdk/commander/verb.ts";
import { ConfigError } from "../../sdk/errors.ts";
import { isEmpty } from "../../sdk/plan/plan.ts";
import { type LabHost, labTest, up } from "../lab/lab.ts";
import { ask, Scene } from "./scene.ts";

labTest("error pages of the project are shown where the app does not answer", async (t) => {
  await using lab = await up({ hosts: 1 });
  const scene = await Scene.begin(lab);
  const [host] = lab.hosts as [LabHost];
  const app = scene.app().settings({ errorPagesPath: "pages" });
  await scene.write("pages/503.html", "<h1>closed: {{ .Message }}</h1>\n");
  await scene.write("pages/index.html", "no page of an error");
  // The pages change without the app: its version is told, not asked of git.
  const version = await scene.release();
  const run = (verb: Verb): Promise<Result> => scene.run(app, verb, { version });
  assertEquals((await run({ name: "setup" })).report?.failures, []);

  await t.step("in maintenance, with its message", async () => {
    await run({ name: "app maintenance", message: "back at noon" });
    assertEquals(await ask(host), { status: 503, text: "<h1>closed: back at noon</h1>" });
    await run({ name: "app live" });
    assertEquals((await ask(host)).status, 200);
  });

  await t.step(
    "changed ones, without another container, and after a reboot of the proxy",
    async () => {
      const containers = await ids(host);
      await scene.write("pages/503.html", "<h1>closed for good</h1>\n");
      assertEquals((await run({ name: "deploy" })).report?.failures, []);
      assertEquals(await ids(host), containers);
      assertEquals(isEmpty((await run({ name: "deploy" })).plan!), true);
      assertEquals((await run({ name: "proxy reboot" })).report?.failures, []);
      await run({ name: "app maintenance" });
      assertEquals(await ask(host), { status: 503, text: "<h1>closed for good</h1>" });
      await run({ name: "app live" });
      const pages = await host.must("find .kamal/proxy/apps-config/shop/error_pages -type f");
      assertEquals(pages.trim().split("\n").length, 1);
    },
  );

  await t.step("those that kamal-proxy cannot read leave the old ones", async () => {
    await scene.write("pages/503.html", "{{ broken");
    const { report } = await run({ name: "deploy" });
    assertStringIncludes(report!.failures[0]!.message, "unable to load error pages");
    assertEquals((await ask(host)).status, 200);
    await run({ name: "app maintenance" });
    assertEquals((await ask(host)).text, "<h1>closed for good</h1>");
    await run({ name: "app live" });
  });

  await t.step("a folder without any is an error before any host is asked", async () => {
    const none = scene.app().settings({ errorPagesPath: "none" });
    const error = await assertRejects(() => scene.run(none, { name: "deploy" }), ConfigError);
    assertStringIncludes(error.details[0]!, "503.html");
  });
});

async function ids(host: LabHost): Promise<string> {
  return await host.must("docker ps --no-trunc --format '{{.ID}}' --filter name=shop-web");
}
