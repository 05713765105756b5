/**
 * Tests that need a lab: run where one can be made, skipped by name elsewhere.
 *
 * @module
 */

import { canRunLab } from "./install.ts";

/** Declares a test against a lab; where none can run, the test's name says why it is skipped. */
export function labTest(name: string, body: (test: Deno.TestContext) => Promise<void>): void {
  const ability = canRunLab();
  const fullName = ability.ok ? name : `${name} (skipped: ${ability.why})`;
  Deno.test({ name: fullName, ignore: !ability.ok, fn: body });
}
