import "../sanitizers.ts";
import { assert, assertEquals } from "@std/assert";
import { SextantError } from "../../sdk/errors.ts";
import { labTest, up } from "../lab/lab.ts";
import { ask, running, Scene } from "./scene.ts";

labTest(
  "a run that is broken off leaves what served, no lock, and the next run succeeds",
  async (t) => {
    await using lab = await up({ hosts: 2 });
    const scene = await Scene.begin(lab);
    const app = scene.app();
    let serving = await scene.release();
    assertEquals((await scene.run(app, { name: "setup" })).report?.outcome, "done");

    for (const stage of ["build", "prepare", "boot", "switch", "finish"]) {
      await t.step(`in ${stage}`, async () => {
        const version = await scene.release("slow", { seconds: 1 });
        const controller = new AbortController();
        const { report } = await scene.run(app, { name: "deploy" }, {
          signal: controller.signal,
          onEvent: (event) => {
            if (event.type === "step-begin" && event.stage === stage) controller.abort();
          },
        });
        assert(controller.signal.aborted);
        // Once every host has switched, ending well is the shorter way.
        const isOver = stage === "switch" || stage === "finish";
        if (isOver) serving = version;
        assertEquals(report?.outcome, isOver ? "done" : "cancelled");
        assert(report?.lock !== "kept");
        for (const host of lab.hosts) {
          assertEquals((await ask(host)).text, serving);
          assertEquals(await running(host), ["kamal-proxy", `shop-web-${serving}`]);
          assertEquals((await host.exec("ls -d .kamal/lock-shop")).code, 2);
        }
        const next = await scene.run(app, { name: "deploy" });
        assertEquals(next.report?.failures ?? [], []);
        serving = version;
        for (const host of lab.hosts) assertEquals((await ask(host)).text, version);
      });
    }
  },
);

labTest("of two deploys at once one wins, and the other says who holds the lock", async () => {
  await using lab = await up({ hosts: 2 });
  const scene = await Scene.begin(lab);
  const app = scene.app();
  await scene.release();
  assertEquals((await scene.run(app, { name: "setup" })).report?.outcome, "done");
  const version = await scene.release();
  const deployed = async (of = app): Promise<string> => {
    try {
      const { report } = await scene.run(of, { name: "deploy" });
      return report?.failures[0]?.code ?? report?.outcome ?? "nothing to do";
    } catch (error) {
      assert(error instanceof SextantError, String(error));
      return error.code;
    }
  };
  let other = "never begun";
  const first = app.hook("pre-app-boot", async () => {
    other = await deployed();
  });
  assertEquals([await deployed(first), other], ["done", "LOCK_HELD"]);
  for (const host of lab.hosts) {
    assertEquals((await ask(host)).text, version);
    assertEquals(await running(host), ["kamal-proxy", `shop-web-${version}`]);
    assertEquals((await host.exec("ls -d .kamal/lock-shop")).code, 2);
  }
});
