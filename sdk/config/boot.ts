/**
 * In which groups hosts switch versions.
 *
 * @module
 */

import * as z from "zod";
import type { Boot } from "./config.ts";
import { strict, whole } from "./schema.ts";

/** In which groups hosts switch versions. */
export interface BootInput {
  /**
   * Hosts per group: a number, or a share of all hosts such as `"25%"`.
   * @default {undefined} All hosts at once.
   */
  readonly limit?: number | string;
  /**
   * Seconds between groups.
   * @default {0}
   */
  readonly wait?: number;
  /**
   * Whether the roles of a host boot side by side, once the primary one is healthy, and not one after the other.
   * @default {false}
   */
  readonly parallelRoles?: boolean;
  /**
   * What goes back to the old version when a group fails: every group, that group alone, or nothing.
   * @default {"rollback"}
   */
  readonly onFailure?: "rollback" | "rollback-group" | "halt";
}

/** Checks how hosts switch. */
export const bootSchema: z.ZodType<BootInput> = strict<BootInput>({
  limit: z.union([
    whole(1),
    z.string().check(z.regex(/^(100|[1-9]\d?)%$/, {
      error: 'should be a number of hosts, or a share of them such as "25%"',
    })),
  ]).optional().meta({
    description:
      "How many hosts switch at the same time: a number, or a share of all; else all of them",
    example: "25%",
  }),
  wait: whole().optional().meta({
    description: "Seconds from one group of hosts to the next",
    example: 10,
  }),
  parallelRoles: z.boolean().optional().meta({
    description: "Whether the roles of a host boot side by side",
    example: true,
  }),
  onFailure: z.enum(["rollback", "rollback-group", "halt"]).optional().meta({
    description:
      "What goes back when a group of hosts fails: all that switched, its own group, or nothing",
    example: "rollback-group",
  }),
});

/** Fills the defaults of how hosts switch. */
export function resolveBoot(input: BootInput = {}): Boot {
  return {
    limit: input.limit,
    wait: input.wait ?? 0,
    parallelRoles: input.parallelRoles ?? false,
    onFailure: input.onFailure ?? "rollback",
  };
}
