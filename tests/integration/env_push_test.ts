import "../sanitizers.ts";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { labTest, up } from "../lab/lab.ts";
import { running, Scene } from "./scene.ts";

labTest("env files of Kamal 1, secrets from a function, env push and env delete", async (t) => {
  await using lab = await up({ hosts: 1 });
  const scene = await Scene.begin(lab);
  const [host] = lab.hosts as [typeof lab.hosts[0]];
  // Made anew before each command reads it.
  const hook = (token: string): string =>
    `#!/bin/sh\nmkdir -p .kamal\necho 'TOKEN=${token}' >.kamal/.env\n`;
  await scene.write(".kamal/hooks/pre-init", hook("first"), 0o755);
  let key = "one\ntwo";
  const asked: (readonly string[])[] = [];
  const app = scene.app().env({ secret: ["TOKEN", "KEY"] }).secrets({
    fetch: (names) => {
      asked.push(names);
      return Promise.resolve({ KEY: key, TOKEN: "of the function" });
    },
  });
  const version = await scene.release();
  const envOf = (): Promise<string> => host.must(`docker exec shop-web-${version} env`);
  const files = ".kamal/apps/shop/env/roles/web.env .kamal/apps/shop/sextant/env/roles/web.sh";

  await t.step("setup takes secrets from the file, then from the function, once", async () => {
    const { report } = await scene.run(app, { name: "setup" });
    assertEquals(report?.failures, []);
    const env = await envOf();
    assertStringIncludes(env, "TOKEN=first\n");
    assertStringIncludes(env, "KEY=one\ntwo\n");
    assertEquals(asked, [["KEY"]]);
  });

  await t.step("env push writes files for its eyes only, and what runs keeps its own", async () => {
    await scene.write(".kamal/hooks/pre-init", hook("swordfish"), 0o755);
    key = "three\nfour";
    const { report, serving } = await scene.run(app, { name: "env push" });
    assertEquals([report?.outcome, serving], ["done", { [host.address]: version }]);
    assertEquals(await host.must(`stat -c %a ${files}`), "600\n600\n");
    assertStringIncludes(await host.must(`cat ${files}`), "TOKEN=swordfish\n");
    assertStringIncludes(await envOf(), "TOKEN=first\n");
    assertEquals(JSON.stringify(scene.events).includes("swordfish"), false);
  });

  await t.step("the next boot takes what was pushed", async () => {
    const { report } = await scene.run(app, { name: "app boot" });
    assertEquals(report?.failures, []);
    assertStringIncludes(await envOf(), "TOKEN=swordfish\n");
    assertStringIncludes(await envOf(), "KEY=three\nfour\n");
  });

  await t.step("env delete removes the files, and the app goes on", async () => {
    await scene.run(app, { name: "env delete" });
    assertEquals((await host.exec(`ls ${files}`)).stdout, "");
    assertEquals(await running(host), ["kamal-proxy", `shop-web-${version}`]);
    assertStringIncludes(await host.must("tail -1 .kamal/shop-audit.log"), "Deleted env files");
  });
});
