/**
 * The release phase: a command that runs once before any container of a new version boots.
 *
 * @module
 */

import type * as z from "zod";
import type { ReleasePhase } from "./config.ts";
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
}

/** Checks the release phase. */
export const releaseSchema: z.ZodType<ReleaseInput> = strict<ReleaseInput>({
  cmd: text().meta({
    description: "Command that runs once before the new version serves, as a shell would read it",
    example: "bin/rails db:migrate",
  }),
  timeout: whole(1).optional().meta({ description: "Seconds until it has failed", example: 900 }),
});

/** Fills the defaults of the release phase. */
export function resolveRelease(input: ReleaseInput | undefined): ReleasePhase | undefined {
  return input && { cmd: input.cmd, timeout: input.timeout ?? 300 };
}
