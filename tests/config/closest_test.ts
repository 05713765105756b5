import { assert, assertEquals } from "@std/assert";
import { closest, didYouMean } from "../../sdk/config/closest.ts";

Deno.test("closest() finds a word with a letter too many, too few, changed or swapped", () => {
  const known = ["hosts", "cmd", "labels"];
  for (const word of ["hostss", "hots", "hosta", "hotss"]) {
    assertEquals(closest(word, known), "hosts", word);
  }
});

Deno.test("closest() takes another spelling as near", () => {
  assertEquals(closest("max_request_body", ["maxRequestBody", "memory"]), "maxRequestBody");
});

Deno.test("closest() gives nothing where nothing is near", () => {
  assertEquals(closest("zebra", ["hosts", "cmd"]), undefined);
  assertEquals(closest("a", []), undefined);
});

Deno.test("closest() compares no word with one that is far too short", () => {
  const begin = performance.now();
  assertEquals(closest("k".repeat(1_000_000), ["kk", "k".repeat(50)]), undefined);
  assert(performance.now() - begin < 5_000, "it counts letter by letter");
});

Deno.test("closest() prefers the nearer of two", () => {
  assertEquals(closest("tag", ["tags", "tag"]), "tag");
});

Deno.test("didYouMean() lists the choice where nothing is near", () => {
  assertEquals(didYouMean("zebra", ["hosts", "cmd"]), ", known are hosts, cmd");
  assertEquals(didYouMean("zebra", []), "");
});
