import "../sanitizers.ts";
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { secret } from "../../sdk/config/secret.ts";
import { HostError, SextantError } from "../../sdk/errors.ts";
import { labTest, up } from "../lab/lab.ts";
import { ask, running, Scene } from "./scene.ts";

// Longer than any step of this test may take: whoever waits for all of it is found out.
const FOREVER = 120;

labTest("what cannot be deployed is refused, and says why", async (t) => {
  await using lab = await up({ hosts: 2, diskMiB: 256 });
  const scene = await Scene.begin(lab);
  const app = scene.app();
  const [first, second] = lab.hosts as [typeof lab.hosts[0], typeof lab.hosts[0]];

  await t.step("port 80 taken by a container names it", async () => {
    await first.must(
      "docker network create other; docker run -d --name squatter --network other -p 80:80 basecamp/kamal-proxy:v0.9.2",
    );
    await scene.release();
    const error = await assertRejects(() => scene.run(app, { name: "setup" }), HostError);
    assertEquals([error.code, error.host], ["PORT_TAKEN", first.address]);
    assertStringIncludes(error.message, "container squatter");
    assertEquals(await running(second), []);
    await first.must("docker rm -f squatter");
  });

  await t.step("port 80 taken by a process names it", async () => {
    await first.must(
      "setsid busybox httpd -f -p 80 -h /tmp >/dev/null 2>&1 & echo $! >/tmp/httpd.pid; until ss -Hltn | grep -q ':80 '; do sleep 0.1; done",
    );
    const error = await assertRejects(() => scene.run(app, { name: "setup" }), HostError);
    assertEquals(error.code, "PORT_TAKEN");
    assertStringIncludes(error.message, "process busybox");
    await first.must("kill $(cat /tmp/httpd.pid)");
  });

  const v1 = await scene.release();
  assertEquals((await scene.run(app, { name: "setup" })).report?.outcome, "done");

  await t.step(
    "a container that exits is noticed at once, not at the end of the timeout",
    async () => {
      await scene.release("crashing");
      const spec = app.toSpec();
      const patient = { ...spec, settings: { ...spec.settings, deployTimeout: FOREVER } };
      const { report, serving } = await scene.runSpec(patient, { name: "deploy" });
      assertEquals(report?.failures.map(({ code }) => code), [
        "CONTAINER_EXITED",
        "CONTAINER_EXITED",
      ]);
      assertStringIncludes(report!.failures[0]!.message, "exited with 3");
      assertStringIncludes(report!.failures[0]!.details.join("\n"), "cannot open the database");
      const boot = report!.stages.find(({ stage }) => stage === "boot")!;
      assert(boot.seconds < FOREVER / 2, `${boot.seconds} s, the timeout is ${FOREVER} s`);
      assertEquals(Object.values(serving), [v1, v1]);
    },
  );

  await t.step("one host of two fails: both serve the old version", async () => {
    const v2 = await scene.release("healthy");
    // The name is taken by a container of somebody else.
    await second.must(`docker run -d --name shop-web-${v2} basecamp/kamal-proxy:v0.9.2`);
    const { report, serving } = await scene.run(app, { name: "deploy" });
    assertEquals(report?.outcome, "failed");
    assertEquals(report?.failures.map(({ host }) => host), [second.address]);
    assertEquals(Object.values(serving), [v1, v1]);
    for (const host of lab.hosts) assertEquals((await ask(host)).text, v1);
    assertEquals(await running(first), ["kamal-proxy", `shop-web-${v1}`]);
    // What is not ours stays as it was, whatever its name.
    assertEquals(await running(second), ["kamal-proxy", `shop-web-${v1}`, `shop-web-${v2}`].sort());
    await second.must(`docker rm -f shop-web-${v2}`);
  });

  await t.step("an image that is not in the registry is missing, and nothing changes", async () => {
    const { report } = await scene.run(app, { name: "deploy", skipPush: true }, {
      version: "nowhere",
    });
    assertEquals(report?.failures.map(({ code }) => code), ["IMAGE_MISSING", "IMAGE_MISSING"]);
    assertEquals(report?.lock, "released");
    assertEquals((await ask(first)).text, v1);
  });

  await t.step("a build that fails touches no host", async () => {
    await scene.release();
    await scene.write("Dockerfile", "FROM scratch\nCOPY missing /missing\n");
    const { report, exchanges } = await scene.run(app, { name: "deploy" });
    assertEquals(report?.failures.map(({ code, host }) => [code, host]), [[
      "BUILD_FAILED",
      "here",
    ]]);
    assertEquals(
      Object.values(exchanges).every((count) => count <= 2),
      true,
      JSON.stringify(exchanges),
    );
  });

  await t.step("missing secrets are all named before any host is touched", async () => {
    await scene.release();
    const needy = app.env({ secret: ["DATABASE_URL", "SMTP_TOKEN"] });
    const error = await assertRejects(() => scene.run(needy, { name: "deploy" }), SextantError);
    assertEquals(error.code, "SECRET_MISSING");
    assertStringIncludes(error.message, "DATABASE_URL");
    assertStringIncludes(error.message, "SMTP_TOKEN");
  });

  await t.step("a held lock is refused by name and time, and nothing was pulled", async () => {
    const v3 = await scene.release();
    await scene.run(app, { name: "lock acquire", message: "hands off" });
    const error = await assertRejects(() => scene.run(app, { name: "deploy" }), HostError);
    assertEquals(error.code, "LOCK_HELD");
    assertStringIncludes(error.message, "hands off");
    assertEquals(
      (await first.exec(`docker image inspect ${lab.registry.address}/acme/shop:${v3}`)).code,
      1,
    );
    const status = await scene.run(app, { name: "lock status" });
    assertStringIncludes(status.report!.steps[0]!.stdout, "Message: hands off");
    await scene.run(app, { name: "lock release" });
    const { report } = await scene.run(app, { name: "lock release" });
    assertEquals(report?.failures[0]?.code, "LOCK_MISSING");
  });

  await t.step("a full disk is found before anything is touched", async () => {
    await second.fillDisk();
    const error = await assertRejects(() => scene.run(app, { name: "deploy" }), HostError);
    assertEquals([error.code, error.host], ["DISK_FULL", second.address]);
    // What asks, and what makes room, works all the same.
    assertEquals((await scene.run(app, { name: "app logs" })).report?.failures, []);
    const pruned = await scene.run(app, { name: "prune", retain: 1 });
    assertEquals(pruned.report?.failures, []);
    await second.freeDisk();
  });

  // Longer than what a packer looks back on, so that 64 MiB are 48 MiB when packed.
  const noise = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(48 * 1024))));
  const large = { files: { "/www/large.txt": noise.repeat(1024) } };
  const version = await scene.release("healthy", large);
  const image = `${lab.registry.address}/acme/shop:${version}`;

  await t.step("an image that does not fit is found before it is pulled", async () => {
    await second.fillDisk(80);
    const { report } = await scene.run(app, { name: "deploy" });
    assertEquals(report?.failures.map(({ code, host }) => [code, host]), [
      ["DISK_FULL", second.address],
    ]);
    const { message, hint } = report!.failures[0]!;
    assertMatch(message, /acme\/shop:\w+ needs about 9\d MiB, and [78]\d MiB are free in \//);
    assertStringIncludes(hint!, "sextant prune");
    assertEquals((await second.exec(`docker image inspect ${image}`)).code, 1);
    for (const host of lab.hosts) assertEquals((await ask(host)).status, 200);
  });

  await t.step("and so is one that was built elsewhere, and an accessory's", async () => {
    const skip = { name: "deploy", skipPush: true } as const;
    const deployed = await scene.run(app, skip, { version });
    const hosted = app.accessory("files", { image, host: second.address });
    const booted = await scene.run(hosted, { name: "accessory boot", accessory: "files" });
    for (const { report } of [deployed, booted]) {
      assertEquals(report?.failures.map(({ code, host }) => [code, host]), [
        ["DISK_FULL", second.address],
      ]);
      const { message } = report!.failures[0]!;
      assertMatch(message, /acme\/shop:\w+ needs at least 9\d MiB, and [78]\d MiB are free in \//);
    }
    assertEquals((await second.exec(`docker image inspect ${image}`)).code, 1);
    assertEquals((await running(second)).includes("shop-files"), false);
    await second.freeDisk();
  });

  await t.step("and one whose layers are there already needs no room", async () => {
    assertEquals((await scene.run(app, { name: "deploy" })).report?.failures, []);
    const next = await scene.release("healthy", large);
    await second.fillDisk(80);
    assertEquals((await scene.run(app, { name: "deploy" })).report?.failures, []);
    await second.must(`docker rm -f shop-web-${next}; docker rmi ${image.replace(version, next)}`);
    const skip = { name: "deploy", skipPush: true } as const;
    const elsewhere = await scene.run(app, skip, { version: next });
    assertEquals(elsewhere.report?.failures, []);
    await second.freeDisk();
  });

  await t.step("Docker that does not run, and Docker that is missing, are told apart", async () => {
    await second.stopDocker();
    const stopped = await assertRejects(() => scene.run(app, { name: "deploy" }), HostError);
    assertEquals([stopped.code, stopped.host], ["DOCKER_NOT_RUNNING", second.address]);
    await second.uninstallDocker();
    const missing = await assertRejects(() => scene.run(app, { name: "deploy" }), HostError);
    assertEquals([missing.code, missing.host], ["DOCKER_MISSING", second.address]);
    // Nothing can be fetched here, so installing it fails, and says so.
    const install = await assertRejects(() => scene.run(app, { name: "setup" }), SextantError);
    assertEquals(install.code, "DOCKER_MISSING");
    assertStringIncludes(install.message, second.address);
    await second.installDocker();
    await second.startDocker();
  });

  await t.step("a registry that wants a password says so", async () => {
    const locked = scene.app();
    await scene.write(".kamal/secrets", "TOKEN=wrong-password-of-nobody\n", 0o600);
    const named = locked.registry({ username: "ci", password: secret("TOKEN") });
    const { report } = await scene.run(named, { name: "deploy" });
    // This registry takes any login; what matters is that the password shows nowhere.
    assert(report !== undefined);
    assert(!JSON.stringify([report, scene.events]).includes("wrong-password-of-nobody"));
  });
});
