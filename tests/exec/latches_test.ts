import { assertEquals } from "@std/assert";
import { Latches } from "../../sdk/exec/latches.ts";

Deno.test("Latches.wait() for any resolves with the first that succeeds", async () => {
  const latches = new Latches();
  const waiting = latches.wait({ steps: ["a", "b"], until: "any", reason: "" });
  latches.settle("a", false);
  latches.settle("b", true);
  assertEquals(await waiting, true);
});

Deno.test("Latches.wait() for any gives up once all have failed", async () => {
  const latches = new Latches();
  const waiting = latches.wait({ steps: ["a", "b"], until: "any", reason: "" });
  latches.settle("a", false);
  latches.settle("b", false);
  assertEquals(await waiting, false);
});

Deno.test("Latches.wait() for all gives up with the first failure", async () => {
  const latches = new Latches();
  const waiting = latches.wait({ steps: ["a", "b"], until: "all", reason: "" });
  latches.settle("a", false);
  assertEquals(await waiting, false);
});

Deno.test("Latches.wait() for all needs every one", async () => {
  const latches = new Latches();
  let isOver = false;
  const waiting = latches.wait({ steps: ["a", "b"], until: "all", reason: "" }).then((decided) => {
    isOver = true;
    return decided;
  });
  latches.settle("a", true);
  await Promise.resolve();
  assertEquals(isOver, false);
  latches.settle("b", true);
  assertEquals(await waiting, true);
});

Deno.test("Latches.wait() resolves at once for what has ended already", async () => {
  const latches = new Latches();
  latches.settle("a", true);
  assertEquals(await latches.wait({ steps: ["a"], until: "all", reason: "" }), true);
});

Deno.test("Latches.settle() keeps what it was told first", async () => {
  const latches = new Latches();
  latches.settle("a", true);
  latches.settle("a", false);
  assertEquals(await latches.wait({ steps: ["a"], until: "all", reason: "" }), true);
});
