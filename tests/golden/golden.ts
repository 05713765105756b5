/**
 * Texts that are kept beside the tests and reviewed like code: `UPDATE_GOLDEN=1 deno test -A tests/golden` rewrites them.
 *
 * @module
 */

import { assertEquals } from "@std/assert";

/** Asserts that a text is the golden one of a name. */
export async function assertGolden(name: string, text: string): Promise<void> {
  const path = new URL(`${name}.txt`, import.meta.url);
  if (Deno.env.get("UPDATE_GOLDEN") === "1") return await Deno.writeTextFile(path, text);
  assertEquals(text, await Deno.readTextFile(path), `${name}.txt; UPDATE_GOLDEN=1 rewrites it`);
}
