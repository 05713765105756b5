/**
 * The command line in its real surroundings.
 *
 * @module
 */

import process from "node:process";
import { main } from "./main.ts";
import { systemIo } from "./system_io.ts";

/** Runs the command line in this process; gives its exit code. */
export async function start(args: readonly string[]): Promise<number> {
  // Warnings about what packages call of Node are no concern of who deploys.
  Object.assign(process, { noDeprecation: true });
  return await main(args, systemIo());
}
