import { assertEquals } from "@std/assert";
import { Lines } from "../../sdk/exec/lines.ts";

Deno.test("Lines.push() passes whole lines on, however they are cut", () => {
  const passed: string[] = [];
  const lines = new Lines((text) => passed.push(text));
  for (const piece of ["one\ntw", "o", "\nthree\nfour\nfi"]) lines.push(piece);
  assertEquals(passed, ["one\n", "two\nthree\nfour\n"]);
});

Deno.test("Lines.flush() passes the last line on, once", () => {
  const passed: string[] = [];
  const lines = new Lines((text) => passed.push(text));
  lines.push("no end");
  lines.flush();
  lines.flush();
  assertEquals(passed, ["no end"]);
});
