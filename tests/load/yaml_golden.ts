/**
 * Texts that are kept in files and read by people.
 *
 * @module
 */

import { assertEquals } from "@std/assert";

/** Compares a text with the file that holds what is expected; with `UPDATE_GOLDEN` in the environment, writes it. */
export async function assertGolden(file: URL, text: string): Promise<void> {
  if (Deno.env.get("UPDATE_GOLDEN")) return await Deno.writeTextFile(file, text);
  assertEquals(text, await Deno.readTextFile(file));
}
