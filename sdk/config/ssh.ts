/**
 * How hosts are reached.
 *
 * @module
 */

import * as z from "zod";
import type { Ssh } from "./config.ts";
import { port, strict, text, whole } from "./schema.ts";

/** How hosts are reached. */
export interface SshInput {
  /**
   * Login name where a host names none.
   * @default {"root"}
   */
  readonly user?: string;
  /**
   * Port where a host names none.
   * @default {22}
   */
  readonly port?: number;
  /**
   * Key files, such as `~/.ssh/deploy`.
   * @default {[]} The usual ones.
   */
  readonly keys?: readonly string[];
  /**
   * Whether only `keys` are tried, not those of the agent.
   * @default {false}
   */
  readonly keysOnly?: boolean;
  /**
   * What happens with a host key that was never seen: it is accepted and remembered, or refused.
   * A key that has changed is always refused.
   * @default {"accept-new"}
   */
  readonly hostKeys?: "accept-new" | "strict";
  /**
   * Seconds until a host counts as unreachable.
   * @default {8}
   */
  readonly connectTimeout?: number;
}

/** Checks how hosts are reached. */
export const sshSchema: z.ZodType<SshInput> = strict<SshInput>({
  user: z.string().check(z.regex(/^[\w.][\w.@+-]*\$?$/, { error: "should be a login name" }))
    .optional().meta({ description: "Login name", example: "deploy" }),
  port: port().optional().meta({ description: "Port of the SSH server", example: 2222 }),
  keys: z.array(text()).optional().meta({ description: "Key files", example: ["~/.ssh/deploy"] }),
  keysOnly: z.boolean().optional().meta({ description: "Try only these keys", example: true }),
  hostKeys: z.enum(["accept-new", "strict"]).optional().meta({
    description: "What happens with a host key that was never seen",
    example: "strict",
  }),
  connectTimeout: whole(1).optional().meta({
    description: "Seconds until a host counts as unreachable",
    example: 30,
  }),
});

/** Fills the defaults of how hosts are reached. */
export function resolveSsh(input: SshInput = {}): Ssh {
  return {
    user: input.user ?? "root",
    port: input.port ?? 22,
    keys: input.keys ?? [],
    keysOnly: input.keysOnly ?? false,
    hostKeys: input.hostKeys ?? "accept-new",
    connectTimeout: input.connectTimeout ?? 8,
  };
}
