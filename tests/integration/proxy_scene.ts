/**
 * What stories of replaced proxies have in common.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { toText } from "../../sdk/command.ts";
import { type Operation, renderOperation } from "../../sdk/operations/operation.ts";
import type { LabHost } from "../lab/lab.ts";
import { ask } from "./scene.ts";

/** The shell text of an operation that holds no secret, in the login's home. */
export function scriptOf(operation: Operation): string {
  const context = { secret: () => "", file: () => "" };
  return `cd /root\n${toText(renderOperation(operation, context))}`;
}

/** Waits until the app answers through whatever serves it, which may just have been started. */
export async function untilAnswers(host: LabHost, version: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if ((await ask(host)).text === version) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${host.address} never answered ${version}`);
}

/** Asserts that nothing is left of a replacement: no rule, and neither the second proxy nor the former. */
export async function assertClear(host: LabHost): Promise<void> {
  const rules = await host.must("iptables-save; ip6tables-save");
  assert(!rules.includes("sextant"), rules);
  for (const name of ["kamal-proxy-next", "kamal-proxy-old"]) {
    assertEquals((await host.exec(`docker container inspect ${name}`)).code, 1);
  }
}
