import "../sanitizers.ts";
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Deployment } from "../plan/deployment.ts";
import { answering, done, serving } from "./fleets.ts";

// The image of the simulated app takes 100 MiB, and half as much while it is unpacked.
const TOO_LITTLE_KIB = 140 * 1024;

Deno.test("execute() pulls no image that has no room, and says how much it needs", async () => {
  const deployment = await serving();
  deployment.fleet.host("10.0.0.2").freeKiB = TOO_LITTLE_KIB;
  const since = deployment.fleet.journal.length;
  const { report } = await deployment.deploy("v2");
  assertEquals(report.failures.map(({ code, host }) => [code, host]), [["DISK_FULL", "10.0.0.2"]]);
  assertStringIncludes(report.failures[0]!.message, "needs about 150 MiB, and 140 MiB are free");
  assertEquals(report.lock, "released");
  assertEquals(answering(deployment), ["v1", "v1"]);
  assertEquals(
    deployment.fleet.host("10.0.0.2").images.has("registry.acme.dev/acme/shop:v2"),
    false,
  );
  assertEquals(done(deployment, since).filter((entry) => entry.endsWith("run-container")), []);
});

Deno.test("execute() asks the registry how large an image is that was built elsewhere", async () => {
  const deployment = await builtElsewhere();
  deployment.fleet.host("10.0.0.2").freeKiB = 70 * 1024;
  const { report } = await deployment.do({ name: "deploy", skipPush: true }, "v2");
  assertEquals(report.failures.map(({ code, host }) => [code, host]), [["DISK_FULL", "10.0.0.2"]]);
  assertStringIncludes(report.failures[0]!.message, "needs at least 80 MiB, and 70 MiB are free");
  assertEquals(answering(deployment), ["v1", "v1"]);
});

Deno.test("execute() pulls where a registry's sizes leave it open whether there is room", async () => {
  const deployment = await builtElsewhere();
  deployment.fleet.host("10.0.0.2").freeKiB = TOO_LITTLE_KIB;
  const { report } = await deployment.do({ name: "deploy", skipPush: true }, "v2");
  assertEquals(report.failures.map(({ code }) => code), ["DISK_FULL"]);
  const { message, hint } = report.failures[0]!;
  assertStringIncludes(message, "no space left on device");
  assertStringIncludes(hint!, "needs more than 80 MiB, and 140 MiB are free again");
});

Deno.test("execute() asks the registry how large a release is that is pulled to go back", async () => {
  const deployment = await serving();
  await deployment.deploy("v2");
  const host = deployment.fleet.host("10.0.0.2");
  host.containers.delete("shop-web-v1");
  host.images.delete("registry.acme.dev/acme/shop:v1");
  host.freeKiB = 70 * 1024;
  const { report } = await deployment.do({ name: "rollback", to: "v1" }, "v1");
  assertEquals(report.failures.map(({ code, host }) => [code, host]), [["DISK_FULL", "10.0.0.2"]]);
  assertEquals(answering(deployment), ["v2", "v2"]);
});

/** v1 serves, and the registry has v2. */
async function builtElsewhere(): Promise<Deployment> {
  const deployment = await serving();
  deployment.fleet.registry.push("registry.acme.dev/acme/shop:v2", {
    id: "sha256:2",
    digest: undefined,
    service: "shop",
  });
  return deployment;
}
