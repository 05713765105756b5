/**
 * The command line in its real surroundings.
 *
 * @module
 */

import { main } from "./main.ts";
import { systemIo } from "./system_io.ts";

/** Runs the command line in this process; gives its exit code. */
export async function start(args: readonly string[]): Promise<number> {
  return await main(args, systemIo());
}
