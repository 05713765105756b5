import "../sanitizers.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { SextantError } from "../../sdk/errors.ts";
import { labTest, up } from "../lab/lab.ts";
import { ask, running, Scene } from "./scene.ts";

labTest("the ledger of releases, and going back by it", async (t) => {
  await using lab = await up({ hosts: 2 });
  const scene = await Scene.begin(lab);
  const [first, second] = lab.hosts as [typeof lab.hosts[0], typeof lab.hosts[0]];
  await scene.write(".kamal/secrets", "KEY=one\n", 0o600);
  const app = scene.app().env({ clear: { PLACE: "world" }, secret: ["KEY"] });
  const later = scene.app().env({ clear: { PLACE: "elsewhere" }, secret: ["KEY"] });
  const list = async () => {
    const { answer } = await scene.run(app, { name: "releases" });
    assert(answer?.type === "releases");
    return answer.releases;
  };
  const v1 = await scene.release();
  assertEquals((await scene.run(app, { name: "setup" })).report?.failures, []);
  const bad = await scene.release("crashing");
  await scene.run(app, { name: "deploy" });
  const v2 = await scene.release();
  assertEquals((await scene.run(later, { name: "deploy" })).report?.failures, []);

  await t.step("every release stands in it, the failed one as such, with its digest", async () => {
    const found = (await list()).map(({ version, status }) => [version, status[0]]);
    assertEquals(found, [[v2, "succeeded"], [bad, "failed"], [v1, "succeeded"]]);
    const digest = (await list()).at(-1)!.digest!;
    const known = await first.must(
      `docker inspect -f '{{index .RepoDigests 0}}' $(docker inspect -f '{{.Image}}' shop-web-${v1})`,
    );
    assertEquals(known.trim().split("@")[1], digest);
    const text = await first.must("cat .kamal/apps/shop/sextant/releases");
    assert(!text.includes("=one") && !text.includes('"one"'), text);
  });

  await t.step("a version that nobody knows is refused before anything is touched", async () => {
    const look =
      "docker ps -a --format '{{.ID}} {{.Names}}'; cat .kamal/apps/shop/sextant/releases";
    const before = await first.must(look);
    const error = await assertRejects(
      () => scene.run(app, { name: "rollback", to: "nowhere" }),
      SextantError,
    );
    assertEquals(error.code, "VERSION_UNKNOWN");
    assertStringIncludes(error.hint!, v1);
    assertEquals(await first.must(look), before);
  });

  await t.step(
    "a release whose container and image are gone is pulled and run as it was",
    async () => {
      for (const host of lab.hosts) {
        await host.must(
          `docker rm -f shop-web-${v1}; docker rmi $(docker images --format '{{.Repository}}:{{.Tag}}' | grep ':${v1}$')`,
        );
      }
      await scene.write(".kamal/secrets", "KEY=two\n", 0o600);
      const { report, plan, serving } = await scene.run(later, { name: "rollback" });
      assertEquals([report?.failures, report?.cleanUpFailures], [[], []]);
      assertEquals([plan.version, Object.values(serving)], [v1, [v1, v1]]);
      for (const host of lab.hosts) assertEquals((await ask(host)).text, v1);
      const env = await second.must(`docker exec shop-web-${v1} env`);
      assertStringIncludes(env, "PLACE=world\n");
      assertStringIncludes(env, "KEY=two\n");
      assertEquals(await running(first), ["kamal-proxy", `shop-web-${v1}`]);
      assertEquals((await list()).map(({ status }) => status[0]), [
        "succeeded",
        "rolled back",
        "failed",
      ]);
    },
  );

  await t.step("a deploy waits for the lock of another, and says whose it is", async () => {
    await scene.run(app, { name: "lock acquire", message: "maintenance" });
    let heard = "";
    const { report } = await scene.run(app, { name: "deploy", skipPush: true }, {
      version: v2,
      lockWait: { timeout: 30, interval: 1 },
      onEvent: (event) => {
        if (event.type === "notice") heard += event.message;
        if (event.type !== "step-begin" || event.step !== "lock") return;
        void first.must("rm -r .kamal/lock-shop");
      },
    });
    assertEquals(report?.failures, []);
    assertStringIncludes(heard, "maintenance");
    assertEquals((await ask(first)).text, v2);
  });

  await t.step("going back to containers that are there needs no secret", async () => {
    await scene.write(".kamal/secrets", "\n", 0o600);
    const { report } = await scene.run(app, { name: "rollback" });
    assertEquals(report?.failures, []);
    for (const host of lab.hosts) assertEquals((await ask(host)).text, v1);
  });

  await t.step("drift tells field by field what differs from the configuration", async () => {
    await scene.write(".kamal/secrets", "KEY=two\n", 0o600);
    const drift = async (of = app) => {
      const { answer } = await scene.run(of, { name: "drift" });
      assert(answer?.type === "drift");
      return answer.differences.map((
        { host, field, wanted, found },
      ) => [host, field, wanted, found]);
    };
    assertEquals(await drift(), []);
    assertEquals(
      await drift(later),
      lab.hosts.map(({ address }) => [
        address,
        "env.PLACE",
        "elsewhere",
        "world",
      ]),
    );
    await scene.write(".kamal/secrets", "KEY=three\n", 0o600);
    assertEquals((await drift()).map(([, field]) => field), ["secrets.KEY", "secrets.KEY"]);
    await scene.write(".kamal/secrets", "KEY=two\n", 0o600);
  });

  await t.step("a role that left the configuration is reported, then stopped", async () => {
    const jobs = app.servers({ jobs: { hosts: [second.address], cmd: "app" } });
    assertEquals((await scene.run(jobs, { name: "deploy" }, { version: v1 })).report?.failures, []);
    const skip = { name: "deploy", skipPush: true } as const;
    const { plan } = await scene.run(app, skip, { version: v1 });
    assertEquals(plan.orphans?.map(({ container }) => container), [`shop-jobs-${v1}`]);
    assertEquals((await running(second)).length, 3);
    const stopping = app.settings({ orphans: "stop" });
    assertEquals((await scene.run(stopping, skip, { version: v1 })).report?.failures, []);
    assertEquals(await running(second), ["kamal-proxy", `shop-web-${v1}`]);
  });
});
