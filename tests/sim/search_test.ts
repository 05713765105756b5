import "../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { findingText, search } from "./search.ts";

Deno.test("storyOf() breaks no rule in the first 300 stories", async () => {
  const finding = await search(0, 300, true);
  assertEquals(finding && findingText(finding), undefined);
});
