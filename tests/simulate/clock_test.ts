import "../sanitizers.ts";
import { assert, assertEquals } from "@std/assert";
import { SimulatedClock } from "../../sdk/simulate/clock.ts";

Deno.test("SimulatedClock.sleep() lets simulated time pass and real time hardly", async () => {
  const clock = new SimulatedClock();
  const started = performance.now();
  assertEquals(await clock.sleep(86_400), true);
  assertEquals(clock.now, 86_400);
  assert(performance.now() - started < 1000);
});

Deno.test("SimulatedClock.sleep() wakes whoever is due first, however late it came", async () => {
  const clock = new SimulatedClock();
  const woken: string[] = [];
  const sleep = async (name: string, ...naps: readonly number[]): Promise<void> => {
    for (const nap of naps) {
      await clock.sleep(nap);
      woken.push(`${name} ${clock.now}`);
    }
  };
  await Promise.all([sleep("slow", 5), sleep("quick", 1, 2, 3), sleep("same", 5)]);
  assertEquals(woken, ["quick 1", "quick 3", "slow 5", "same 5", "quick 6"]);
});

Deno.test("SimulatedClock.sleep() ends with its signal, and no time passes for it", async () => {
  const clock = new SimulatedClock();
  const cancel = new AbortController();
  const sleeping = clock.sleep(10, cancel.signal);
  cancel.abort();
  assertEquals([await sleeping, clock.now], [false, 0]);
  assertEquals(await clock.sleep(10, AbortSignal.abort()), false);
});

Deno.test("SimulatedClock runs at a pace, for those who want to watch", async () => {
  const clock = new SimulatedClock(10);
  const started = performance.now();
  assertEquals(await clock.sleep(3), true);
  assert(performance.now() - started >= 25);
  assert(clock.now >= 2.5);
});
