/**
 * Jump hosts: SSH servers on the way to a host.
 *
 * @module
 */

import * as z from "zod";
import type { Jump } from "./config.ts";
import { parseHost } from "./host_parts.ts";

/** Checks jump hosts as they are written. */
export function jumps(): z.ZodType<string> {
  return z.string().check(z.refine((value) => parseJumps(value) !== undefined, {
    error: 'should be a host such as "root@10.0.0.1:22", several with commas, or "none"',
  }));
}

/**
 * Takes `user@host:port,host` apart: the nearest first, `none` for none; `undefined` if one of them is no host.
 * Kamal logs in to a jump host as root where it says nothing else, and so do we.
 */
export function parseJumps(proxy: string): readonly Jump[] | undefined {
  if (proxy === "none") return [];
  const parts = proxy.split(",").map((jump) => parseHost(jump.trim()));
  if (parts.some((part) => part === undefined)) return undefined;
  return parts.filter((part) => part !== undefined).map(({ address, port = 22, user = "root" }) => {
    return { address, port, user };
  });
}
