import "../sanitizers.ts";
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { secret } from "../../sdk/config/secret.ts";
import type { Result } from "../../sdk/commander.ts";
import { labTest, up } from "../lab/lab.ts";
import { running, Scene } from "./scene.ts";

const HOSTILE = `it's "quoted" $HOME \`id\` \\ end`;

labTest("accessories, hooks and secrets", async (t) => {
  await using lab = await up({
    hosts: 2,
    registryLogin: { username: "ci", password: "sesame-open" },
  });
  const scene = await Scene.begin(lab);
  const [first, second] = lab.hosts as [typeof lab.hosts[0], typeof lab.hosts[0]];
  await scene.write(
    ".kamal/secrets",
    `REGISTRY_PASSWORD=sesame-open
TOKEN='${HOSTILE.replaceAll("'", "'\\''")}'
PLAIN=only-in-files
`,
    0o600,
  );
  await scene.write("config/cache.conf", "size 10\n");
  await scene.write(
    ".kamal/hooks/pre-deploy",
    `#!/bin/sh
echo "$KAMAL_COMMAND $KAMAL_SERVICE $KAMAL_HOSTS $KAMAL_LOCK" >>hooks.log
`,
    0o755,
  );
  const called: string[] = [];
  const app = scene.app()
    .registry({ username: "ci", password: secret("REGISTRY_PASSWORD") })
    .env({ clear: { GREETING: "hello world" }, secret: ["PLAIN", "ALIAS:PLAIN"] })
    .accessory("cache", {
      image: "acme/cache:1",
      registry: {
        server: lab.registry.address,
        username: "ci",
        password: secret("REGISTRY_PASSWORD"),
      },
      host: second.address,
      port: "6379:80",
      env: { clear: { MODE: "fast" }, secret: ["PLAIN"] },
      files: ["config/cache.conf:/etc/cache.conf:ro"],
      directories: ["data:/data"],
      volumes: ["cache-volume:/volume"],
    })
    .hook("pre-connect", () => void called.push("pre-connect"))
    .hook("docker-setup", ({ hosts }) => void called.push(`docker-setup ${hosts.length}`))
    .hook("pre-build", () => void called.push("pre-build"))
    .hook("post-app-boot", ({ hosts }) => void called.push(`post-app-boot ${hosts.join(",")}`))
    .hook(
      "post-deploy",
      ({ runtime, version }) => void called.push(`post-deploy ${version} ${typeof runtime}`),
    );
  await lab.buildImage("healthy", "acme/cache:1");
  const version = await scene.release();

  await t.step("setup boots the accessory with its files, folders, volumes and env", async () => {
    const { report } = await scene.run(app, { name: "setup" });
    assertEquals(report?.failures, []);
    assertEquals(report?.outcome, "done");
    assertEquals(await running(second), ["kamal-proxy", "shop-cache", `shop-web-${version}`]);
    const env = await second.must("docker exec shop-cache env");
    assertStringIncludes(env, "MODE=fast\n");
    assertStringIncludes(env, "PLAIN=only-in-files\n");
    assertEquals(await second.must("docker exec shop-cache cat /etc/cache.conf"), "size 10\n");
    await second.must("docker exec shop-cache touch /data/a /volume/b");
    await second.must("test -e shop-cache/data/a");
  });

  await t.step("hooks ran in their order, with Kamal's environment", async () => {
    const hosts = `${first.address},${second.address}`;
    assertEquals(called, [
      "pre-connect",
      "docker-setup 2",
      "pre-build",
      `post-app-boot ${hosts}`,
      `post-deploy ${version} number`,
    ]);
    assertEquals(await Deno.readTextFile(`${scene.root}/hooks.log`), `setup shop ${hosts} true\n`);
  });

  await t.step("secrets are in the container, and in nothing that can be seen", async () => {
    const env = await first.must(`docker exec shop-web-${version} env`);
    assertStringIncludes(env, "ALIAS=only-in-files\n");
    assertStringIncludes(env, "GREETING=hello world\n");
    const seen = JSON.stringify(scene.events) + (await first.must("cat .kamal/shop-audit.log"));
    assertEquals(seen.includes("only-in-files"), false);
    assertEquals(seen.includes("sesame-open"), false);
  });

  await t.step("a hook that fails stops the deploy before anything is changed", async () => {
    const next = await scene.release();
    const failing = app.hook("pre-deploy", () => {
      throw new Error("the window is closed");
    });
    const { report, serving } = await scene.run(failing, { name: "deploy" });
    assertEquals(report?.failures.map(({ code, host }) => [code, host]), [["HOOK_FAILED", "here"]]);
    assertStringIncludes(report!.failures[0]!.message, "the window is closed");
    assertEquals(report?.lock, "released");
    assertEquals(Object.values(serving), [version, version]);
    assertEquals(
      (await first.exec(`docker image inspect ${lab.registry.address}/acme/shop:${next}`)).code,
      1,
    );
    const skipped = await scene.run(failing, { name: "deploy" }, { skipHooks: true });
    assertEquals(skipped.report?.outcome, "done");
  });

  const one = { accessory: "cache" } as const;
  const outcome = ({ report }: Result): string | undefined => report?.outcome;

  await t.step("stop, start, restart and reboot", async () => {
    assertEquals(outcome(await scene.run(app, { name: "accessory stop", ...one })), "done");
    assertEquals((await running(second)).includes("shop-cache"), false);
    assertEquals(outcome(await scene.run(app, { name: "accessory start", ...one })), "done");
    assertEquals((await running(second)).includes("shop-cache"), true);
    const before = await second.must("docker inspect -f '{{.Id}}' shop-cache");
    assertEquals(outcome(await scene.run(app, { name: "accessory restart", ...one })), "done");
    assertEquals(await second.must("docker inspect -f '{{.Id}}' shop-cache"), before);
    assertEquals(outcome(await scene.run(app, { name: "accessory reboot", ...one })), "done");
    assertEquals(await second.must("docker inspect -f '{{.Id}}' shop-cache") === before, false);
    assertEquals(outcome(await scene.run(app, { name: "accessory boot", ...one })), undefined);
  });

  await t.step("details, logs and exec", async () => {
    const details = await scene.run(app, { name: "accessory details", ...one });
    assertStringIncludes(details.report!.steps[0]!.stdout, "shop-cache");
    const logs = await scene.run(app, { name: "accessory logs", lines: 5, ...one });
    assertMatch(logs.report!.steps[0]!.stdout, /\dZ listening on port 80/);
    const grepped = await scene.run(app, {
      name: "accessory logs",
      grep: "listening",
      skipTimestamps: true,
      ...one,
    });
    assertEquals(grepped.report!.steps[0]!.stdout, "listening on port 80\n");
    const reused = await scene.run(app, {
      name: "accessory exec",
      cmd: "cat /etc/cache.conf",
      reuse: true,
      ...one,
    });
    assertEquals(reused.report!.steps[0]!.stdout, "size 10\n");
    const alone = await scene.run(app, {
      name: "accessory exec",
      cmd: "sh -c 'echo $MODE'",
      ...one,
    });
    assertEquals(alone.report!.steps[0]!.stdout, "fast\n");
  });

  await t.step("app exec, logs, details, version, stop and start", async () => {
    const exec = await scene.run(app, { name: "app exec", cmd: "sh -c 'echo $PLAIN'" }, {
      hosts: [first.address],
    });
    assertEquals(exec.report!.steps.map(({ stdout }) => stdout), ["only-in-files\n"]);
    const logs = await scene.run(app, { name: "app logs", lines: 20 });
    assertEquals(logs.report!.steps.length, 2);
    assertStringIncludes(logs.report!.steps[0]!.stdout, "listening on port 80");
    assertEquals(outcome(await scene.run(app, { name: "app stop" })), "done");
    assertEquals(await running(first), ["kamal-proxy"]);
    assertEquals(outcome(await scene.run(app, { name: "app start" })), "done");
    assertEquals((await running(first)).length, 2);
    assertEquals(outcome(await scene.run(app, { name: "prune" })), undefined);
    assertEquals(outcome(await scene.run(app, { name: "audit" })), "done");
  });

  await t.step("remove takes all of it away, and nothing else", async () => {
    await first.must("docker run -d --name bystander basecamp/kamal-proxy:v0.9.2");
    assertEquals(outcome(await scene.run(app, { name: "remove" })), "done");
    assertEquals(await running(first), ["bystander"]);
    assertEquals(await running(second), []);
    assertEquals((await second.exec("ls shop-cache")).code, 2);
    assertEquals((await first.exec("ls .kamal/apps/shop")).code, 2);
  });
});
