import "../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { play } from "./play.ts";
import { STORIES } from "./stories.ts";

for (const [title, story] of Object.entries(STORIES)) {
  Deno.test(`play() breaks no rule: ${title}`, async () => {
    assertEquals(await play(story), []);
  });
}
