/**
 * Further options of `docker run`, and the restart policy among them.
 *
 * @module
 */

import * as z from "zod";
import type { RunOptions } from "./config.ts";
import type { ConfigPath, ReportProblem } from "./problems.ts";

/** Checks options of `docker run`. */
export function runOptions(): z.ZodType<RunOptions> {
  return z.record(
    z.string().check(z.regex(/^[a-z0-9][a-z0-9-]*$/i, {
      error: "should be an option's name without dashes in front",
    })),
    z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]),
  );
}

/** Takes the restart policy out of a container's options. */
export function resolveRunOptions(
  input: RunOptions = {},
  path: ConfigPath,
  report: ReportProblem,
): { readonly options: RunOptions; readonly restart: string } {
  const { restart = "unless-stopped", ...options } = input;
  if (
    typeof restart !== "string" || !/^(no|always|unless-stopped|on-failure(:\d+)?)$/.test(restart)
  ) {
    report(
      [...path, "restart"],
      'should be "no", "always", "unless-stopped", "on-failure" or "on-failure:5"',
    );
  }
  return { options, restart: String(restart) };
}
