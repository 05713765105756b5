import "../sanitizers.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { deploy } from "../../sdk/deploy.ts";
import { renderReport } from "../../sdk/report/report_text.ts";
import { labTest, up } from "../lab/lab.ts";
import { ask, running, Scene } from "./scene.ts";

labTest("roles, boot groups, tags, and the commands about them", async (t) => {
  await using lab = await up({ hosts: 3 });
  const scene = await Scene.begin(lab);
  const [first, second, third] = lab.hosts as [Host, Host, Host];
  await scene.write(".kamal/secrets", "KEY=one\n", 0o600);
  const app = deploy("shop").image("acme/shop").registry({ server: lab.registry.address })
    .servers({
      web: [first.address, { host: second.address, tags: ["eu"] }],
      jobs: {
        hosts: [third.address, second.address],
        cmd: "app",
        env: { clear: { QUEUE: "all" } },
      },
    })
    .env({ clear: { PLACE: "world" }, secret: ["KEY"], tags: { eu: { PLACE: "europe" } } })
    .proxy({ host: "shop.test" })
    .boot({ limit: 2, wait: 1 })
    .settings({ deployTimeout: 10, drainTimeout: 5, readinessDelay: 1 });
  const env = async (host: Host, container: string): Promise<string> =>
    await host.must(`docker exec ${container} env`);
  let version = await scene.release();

  await t.step("setup boots every role, with its command, environment and tags", async () => {
    const { report, serving } = await scene.run(app, { name: "setup" });
    assertEquals(report?.failures, []);
    assertEquals(Object.keys(serving).length, 3);
    assertEquals(await running(first), ["kamal-proxy", `shop-web-${version}`]);
    assertEquals(await running(second), [
      "kamal-proxy",
      `shop-jobs-${version}`,
      `shop-web-${version}`,
    ]);
    assertEquals(await running(third), [`shop-jobs-${version}`]);
    assertStringIncludes(await env(first, `shop-web-${version}`), "PLACE=world\n");
    assertStringIncludes(await env(second, `shop-web-${version}`), "PLACE=europe\n");
    assertStringIncludes(await env(third, `shop-jobs-${version}`), "QUEUE=all\n");
    const groups = report!.stages.filter(({ stage }) => stage === "boot");
    assertEquals(groups.length, 2);
  });

  await t.step(
    "jobs wait for the first healthy web, and never begin when there is none",
    async () => {
      const bad = await scene.release("crashing");
      const { report, serving } = await scene.run(app, { name: "deploy" });
      assertEquals(report?.outcome, "failed");
      assert(report!.failures.every(({ code }) => code === "CONTAINER_EXITED"));
      assertEquals(Object.values(serving), [version, version, version]);
      assertEquals((await third.exec(`docker inspect shop-jobs-${bad}`)).code, 1);
    },
  );

  await t.step("a changed secret replaces the container of the same version", async () => {
    version = await scene.release();
    await scene.run(app, { name: "deploy" });
    await scene.write(".kamal/secrets", "KEY=two\n", 0o600);
    const { report } = await scene.run(app, { name: "deploy", skipPush: true }, { version });
    assertEquals(report?.failures, []);
    assertStringIncludes(await env(first, `shop-web-${version}`), "KEY=two\n");
    assertEquals((await ask(first)).text, version);
    const names = await first.must("docker ps -a --format '{{.Names}}'");
    assertMatch(names, new RegExp(`shop-web-${version}_replaced_[0-9a-f]{16}\n`));
  });

  await t.step("only what is selected is worked on", async () => {
    version = await scene.release();
    const { plan } = await scene.run(app, { name: "deploy" }, { roles: ["jobs"] });
    assertEquals([...plan.hosts].sort(), [second.address, third.address].sort());
    assertEquals(await running(third), [`shop-jobs-${version}`]);
    assert(!(await running(first)).includes(`shop-web-${version}`));
    const rest = await scene.run(app, { name: "deploy" });
    assertEquals(rest.report?.outcome, "done");
    assertEquals((await ask(second)).text, version);
  });

  await t.step("redeploy, app boot, app version", async () => {
    version = await scene.release();
    assertEquals((await scene.run(app, { name: "redeploy" })).report?.outcome, "done");
    const before = await first.must(`docker inspect -f '{{.Id}}' shop-web-${version}`);
    assertEquals((await scene.run(app, { name: "app boot" })).report?.outcome, "done");
    assert(before !== await first.must(`docker inspect -f '{{.Id}}' shop-web-${version}`));
    const { serving } = await scene.run(app, { name: "app version" });
    assertEquals(Object.values(serving), [version, version, version]);
  });

  await t.step("the proxy's own commands: details, logs, reboot with its routes", async () => {
    const details = await scene.run(app, { name: "proxy details" });
    assertEquals(details.report!.steps.length, 2);
    const logs = await scene.run(app, { name: "proxy logs", lines: 5 });
    assertStringIncludes(logs.report!.steps[0]!.stdout, "{");
    const before = await first.must("docker inspect -f '{{.Id}}' kamal-proxy");
    const reboot = await scene.run(app, { name: "proxy reboot" });
    assertEquals(reboot.report?.failures, []);
    assert(before !== await first.must("docker inspect -f '{{.Id}}' kamal-proxy"));
    await untilAnswers(first, version);
    assertEquals((await scene.run(app, { name: "proxy boot" })).report, undefined);
  });

  await t.step("old versions are pruned, those to go back to stay", async () => {
    const short = app.settings({ retainContainers: 1 });
    version = await scene.release();
    const { report } = await scene.run(short, { name: "deploy" });
    assertEquals(report?.failures, []);
    const stopped = await first.must(
      "docker ps -aq --filter status=exited --filter label=role=web",
    );
    assertEquals(stopped.trim().split("\n").length, 1);
    const images = await first.must(
      `docker image ls --format '{{.Tag}}' ${lab.registry.address}/acme/shop`,
    );
    assertEquals(images.trim().split("\n").filter((tag) => tag !== "latest").length, 2);
    // Going back works without the secrets.
    await Deno.remove(`${scene.root}/.kamal/secrets`);
    assertEquals((await scene.run(short, { name: "rollback" })).report?.outcome, "done");
  });
});

labTest("a host that vanishes in the middle is named, the other goes back", async (t) => {
  await using lab = await up({ hosts: 2 });
  const scene = await Scene.begin(lab);
  const app = scene.app();
  const [first, second] = lab.hosts as [Host, Host];
  const v1 = await scene.release();
  assertEquals((await scene.run(app, { name: "setup" })).report?.outcome, "done");

  await t.step("for good, while the new containers boot", async () => {
    await scene.release("slow", { seconds: 2 });
    let gone: Promise<void> | undefined;
    const result = await scene.run(app, { name: "deploy" }, {
      onEvent: (event) => {
        const isBoot = event.type === "step-begin" && event.stage === "boot";
        if (isBoot && event.host === second.address) gone ??= second.cut();
      },
    });
    await gone;
    const { report, serving } = result;
    assertEquals(report?.outcome, "failed");
    assertEquals(report?.failures.map(({ code, host }) => [code, host]), [[
      "CONNECTION_LOST",
      second.address,
    ]]);
    assertEquals(report?.lock, "released");
    assertEquals(serving, { [first.address]: v1 });
    const told = renderReport({ ...result, report: report! });
    assertMatch(told, new RegExp(`${second.address} +does not answer: not known what serves`));
    assertEquals(await running(first), ["kamal-proxy", `shop-web-${v1}`]);
    assertEquals((await ask(second)).text, v1);
  });

  await t.step("and the next run mends what it left", async () => {
    await second.heal();
    const version = await scene.release();
    const { report } = await scene.run(app, { name: "deploy" });
    assertEquals(report?.failures, []);
    for (const host of lab.hosts) {
      assertEquals(await running(host), ["kamal-proxy", `shop-web-${version}`]);
    }
  });

  await t.step("a host that freezes for a while goes on where it was", async () => {
    const version = await scene.release("slow", { seconds: 1 });
    let thawed: Promise<void> | undefined;
    const { report } = await scene.run(app, { name: "deploy" }, {
      onEvent: (event) => {
        const isBoot = event.type === "step-begin" && event.stage === "boot";
        if (isBoot && event.host === second.address) {
          thawed ??= second.freeze().then(() => wait(4)).then(() => second.thaw());
        }
      },
    });
    await thawed;
    assertEquals(report?.failures, []);
    assertEquals((await ask(second)).text, version);
  });
});

type Host = Awaited<ReturnType<typeof up>>["hosts"][number];

function wait(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

async function untilAnswers(host: Host, version: string): Promise<void> {
  for (let tries = 0; tries < 50; tries++) {
    if ((await ask(host)).text === version) return;
    await wait(0.1);
  }
  throw new Error(`${host.address} never answered ${version}`);
}
