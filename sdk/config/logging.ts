/**
 * Docker's log driver.
 *
 * @module
 */

import type * as z from "zod";
import type { Logging } from "./config.ts";
import { strict, text, textMap } from "./schema.ts";
import { resolveTextMap, type TextMap } from "./text_map.ts";

/** Docker's log driver for the app's and the accessories' containers. */
export interface LoggingInput {
  /**
   * Name of the driver, such as `local`.
   * @default {undefined} Docker's own.
   */
  readonly driver?: string;
  /**
   * Options of the driver.
   * @default {{ "max-size": "10m" }} Only where no driver is named either.
   */
  readonly options?: TextMap;
}

/** Checks a log driver. */
export const loggingSchema: z.ZodType<LoggingInput> = strict<LoggingInput>({
  driver: text().optional().meta({
    description: "Name of the log driver; else Docker's own",
    example: "local",
  }),
  options: textMap().optional().meta({
    description: "Options of the log driver, by name",
    example: { "max-size": "100m" },
  }),
});

/** Puts a role's logging over the root's and fills the defaults. */
export function resolveLogging(root: LoggingInput = {}, role: LoggingInput = {}): Logging {
  const driver = role.driver ?? root.driver;
  const options = resolveTextMap({ ...root.options, ...role.options });
  const isDefault = driver === undefined && Object.keys(options).length === 0;
  return { driver, options: isDefault ? { "max-size": "10m" } : options };
}
