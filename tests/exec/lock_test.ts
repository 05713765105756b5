import "../sanitizers.ts";
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { planFor } from "../../sdk/commander/planners.ts";
import { HostError } from "../../sdk/errors.ts";
import { checkLock } from "../../sdk/plan/checks.ts";
import { answering, done, serving } from "./fleets.ts";

const OTHERS =
  "Locked by: ci@runner-7 at 2026-01-02T03:00:00Z\nVersion: v9\nMessage: Automatic deploy lock";

Deno.test("execute() ends at once where somebody holds the lock, and says who", async () => {
  const deployment = await serving();
  const plan = await deployment.plan({ name: "deploy" }, "v2");
  deployment.fleet.host("10.0.0.1").holdLock("shop", OTHERS);
  const { report } = await deployment.run(plan);
  assertEquals(report.outcome, "failed");
  assertEquals(report.failures.map(({ code, host }) => [code, host]), [["LOCK_HELD", "10.0.0.1"]]);
  assertStringIncludes(
    report.failures[0]!.message,
    "ci@runner-7 holds it since 2026-01-02T03:00:00Z",
  );
  assertStringIncludes(report.failures[0]!.message, "version v9");
});

Deno.test("execute() pulls nothing and changes nothing while somebody holds the lock", async () => {
  const deployment = await serving();
  const plan = await deployment.plan({ name: "deploy" }, "v2");
  deployment.fleet.host("10.0.0.1").holdLock("shop", OTHERS);
  const since = deployment.fleet.journal.length;
  await deployment.run(plan);
  const onHosts = done(deployment, since).filter((entry) =>
    !entry.startsWith("here ") && !entry.endsWith(" probe")
  );
  assertEquals(onHosts, ["10.0.0.1 acquire-lock"]);
  assertEquals(answering(deployment), ["v1", "v1"]);
});

Deno.test("execute() does not release the lock of somebody else", async () => {
  const deployment = await serving();
  const plan = await deployment.plan({ name: "deploy" }, "v2");
  const host = deployment.fleet.host("10.0.0.1");
  host.holdLock("shop", OTHERS);
  const { report } = await deployment.run(plan);
  assertEquals(host.lock("shop"), OTHERS);
  assertEquals(report.lock, undefined);
});

Deno.test("execute() leaves a lock alone that changed hands while it ran", async () => {
  const deployment = await serving();
  const host = deployment.fleet.host("10.0.0.1");
  await deployment.deploy("v2", {
    onEvent: (event) => {
      if (event.type !== "stage-begin" || event.stage !== "finish") return;
      // Somebody released it by hand, and took it.
      host.remove(".kamal/lock-shop");
      host.holdLock("shop", OTHERS);
    },
  });
  assertEquals(host.lock("shop"), OTHERS);
});

Deno.test("execute() says that the lock is kept where the host that has it is lost", async () => {
  const deployment = await serving();
  deployment.fleet.host("10.0.0.1").loseConnectionAt("pull-image");
  const { report } = await deployment.deploy("v2");
  assertEquals(report.lock, "kept");
  assert(
    report.cleanUpFailures.some(({ code, host }) =>
      code === "CONNECTION_LOST" && host === "10.0.0.1"
    ),
  );
});

Deno.test("execute() holds the lock with the words that Kamal's own runs wait for", async () => {
  const deployment = await serving();
  let held: string | undefined;
  await deployment.deploy("v2", {
    onEvent: (event) => {
      if (event.type === "stage-begin" && event.stage === "boot") {
        held = deployment.fleet.host("10.0.0.1").lock("shop");
      }
    },
  });
  assertEquals(
    held,
    "Locked by: Dev at 2026-01-02T03:04:05Z\nVersion: v2\nMessage: Automatic deploy lock",
  );
});

Deno.test("execute() waits for the lock where the plan says so, and goes on once it is free", async () => {
  const deployment = await serving();
  const host = deployment.fleet.host("10.0.0.1");
  const input = { ...await deployment.input("v2"), lockWait: { timeout: 60, interval: 5 } };
  const plan = planFor({ name: "deploy" }, input, undefined);
  host.holdLock("shop", OTHERS);
  const { report } = await deployment.run(plan, {
    onEvent: (event) => {
      if (event.type === "step-begin" && event.step === "lock") host.remove(".kamal/lock-shop");
    },
  });
  assertEquals(report.outcome, "done");
  assertEquals(answering(deployment), ["v2", "v2"]);
});

Deno.test("checkLock() says who is waited for, rather than to refuse", async () => {
  const deployment = await serving();
  deployment.fleet.host("10.0.0.1").holdLock("shop", OTHERS);
  const input = await deployment.input("v2");
  assertThrows(() => checkLock(input), HostError, "ci@runner-7");
  const waiting = checkLock({ ...input, lockWait: { timeout: 60, interval: 5 } });
  assertStringIncludes(waiting!, "ci@runner-7 holds it since 2026-01-02T03:00:00Z");
  assertStringIncludes(waiting!, "waiting for it up to 60 s");
});
