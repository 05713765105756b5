/**
 * What tells one run from another: who, when, and a random part for names.
 *
 * @module
 */

import type { RunFacts } from "../plan/input.ts";
import { lockHolder, performer } from "../project/performer.ts";

/** The facts of a run that begins now. */
export async function newRunFacts(root: string): Promise<RunFacts> {
  const [who, holder] = await Promise.all([performer(root), lockHolder(root)]);
  return { performer: who, holder, at: now(), suffix: randomHex(8) };
}

function now(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, "Z");
}

/** Random bytes as hex digits. */
export function randomHex(bytes: number): string {
  return Array.from(
    crypto.getRandomValues(new Uint8Array(bytes)),
    (byte) => byte.toString(16).padStart(2, "0"),
  ).join("");
}
