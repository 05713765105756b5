/**
 * Ten thousand stories; a ring of its own, for they take a minute.
 *
 * @module
 */

import "../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { findingText, search } from "./search.ts";

const RUNS = 10_000;

Deno.test(`storyOf() breaks no rule in ${RUNS} stories from seed 0`, async () => {
  const finding = await search(0, RUNS, true);
  assertEquals(finding && findingText(finding), undefined);
});
