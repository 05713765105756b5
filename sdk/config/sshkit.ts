/**
 * How connections are made, under the name that Kamal has for it.
 *
 * @module
 */

import type * as z from "zod";
import type { Sshkit } from "./config.ts";
import { strict, whole } from "./schema.ts";

/** How connections are made. */
export interface SshkitInput {
  /**
   * How many hosts are logged in to at the same time.
   * @default {30}
   */
  readonly maxConcurrentStarts?: number;
  /**
   * How often looking a host's name up is tried again.
   * @default {3}
   */
  readonly dnsRetries?: number;
}

/** Checks how connections are made. */
export const sshkitSchema: z.ZodType<SshkitInput> = strict<SshkitInput>({
  maxConcurrentStarts: whole(1).optional().meta({
    description: "How many hosts are logged in to at the same time",
    example: 10,
  }),
  dnsRetries: whole().optional().meta({
    description: "How often looking a host's name up is tried again",
    example: 5,
  }),
});

/** Fills the defaults of how connections are made. */
export function resolveSshkit(input: SshkitInput = {}): Sshkit {
  return {
    maxConcurrentStarts: input.maxConcurrentStarts ?? 30,
    dnsRetries: input.dnsRetries ?? 3,
  };
}
