/**
 * The release phase: a command that runs once before any container of a new version boots.
 *
 * @module
 */

import type * as z from "zod";
import type { ReleasePhase, Role } from "./config.ts";
import type { ReportProblem } from "./problems.ts";
import { strict, text, whole } from "./schema.ts";

/** A command that runs once, in the new image with the new environment, before anything boots. */
export interface ReleaseInput {
  /** Command, as a shell would read it, such as `bin/rails db:migrate`. */
  readonly cmd: string;
  /**
   * Seconds until it has failed.
   * @default {300}
   */
  readonly timeout?: number;
  /**
   * Seconds that requests wait in kamal-proxy while it runs, on every host. They go on when it ends, however it ends,
   * and after so many seconds even if it has not. Requests under way end first, within `drainTimeout`; WebSockets are
   * closed.
   * @default {requests are answered meanwhile}
   */
  readonly pause?: number;
}

/** Checks the release phase. */
export const releaseSchema: z.ZodType<ReleaseInput> = strict<ReleaseInput>({
  cmd: text().meta({
    description: "Command that runs once before the new version serves, as a shell would read it",
    example: "bin/rails db:migrate",
  }),
  timeout: whole(1).optional().meta({ description: "Seconds until it has failed", example: 900 }),
  pause: whole(1).optional().meta({
    description:
      "Seconds that requests wait in kamal-proxy at most while it runs; without it they are answered meanwhile",
    example: 20,
  }),
});

/** Fills the defaults of the release phase. */
export function resolveRelease(
  input: ReleaseInput | undefined,
  roles: readonly Role[],
  report: ReportProblem,
): ReleasePhase | undefined {
  if (input?.pause !== undefined && roles.every(({ proxy }) => proxy === undefined)) {
    report(["release", "pause"], "lets requests wait in kamal-proxy, and no role is behind it");
  }
  return input && { cmd: input.cmd, timeout: input.timeout ?? 300, pause: input.pause };
}
