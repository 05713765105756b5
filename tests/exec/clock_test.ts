import "../sanitizers.ts";
import { assert, assertEquals } from "@std/assert";
import { MACHINE_CLOCK, stopwatch } from "../../sdk/exec/clock.ts";
import { shop } from "../plan/configs.ts";
import { Deployment } from "../plan/deployment.ts";
import { serving } from "./fleets.ts";

Deno.test("MACHINE_CLOCK.sleep() lets time pass, unless its signal ends it", async () => {
  const seconds = stopwatch(MACHINE_CLOCK);
  assertEquals(await MACHINE_CLOCK.sleep(0.03), true);
  assert(seconds() >= 0.025);
  const cancel = new AbortController();
  const sleeping = MACHINE_CLOCK.sleep(3600, cancel.signal);
  cancel.abort();
  assertEquals(await sleeping, false);
  assertEquals(await MACHINE_CLOCK.sleep(3600, AbortSignal.abort()), false);
});

Deno.test("execute() waits boot.wait seconds of the clock between groups, and tells them", async () => {
  const { fleet } = await serving();
  const deployment = new Deployment(fleet, await shop({ boot: { limit: 1, wait: 3600 } }));
  const since = fleet.clock.now;
  const { report } = await deployment.deploy("v2");
  assertEquals(report.outcome, "done");
  assert(report.seconds >= 3600);
  assert(fleet.clock.now - since >= report.seconds);
});
