/**
 * The command `sextant`.
 *
 * @example
 * ```sh
 * deno run -A cli.ts plan
 * deno run -A cli.ts deploy -d staging -y
 * ```
 *
 * @module
 */

import { versionLine } from "./sdk/version.ts";

if (import.meta.main) Deno.exit(await run(Deno.args));

async function run(args: readonly string[]): Promise<number> {
  // Asked for again and again by machines, and needs nothing of the rest.
  if (args.length === 1 && args[0] === "version") {
    await Deno.stdout.write(new TextEncoder().encode(versionLine()));
    return 0;
  }
  return await (await commandLine()).start(args);
}

/**
 * Loads the command line. By a plain path, `deno run` would look through all that it may ever need before the program
 * begins; bundlers see through the cast.
 */
async function commandLine(): Promise<typeof import("./sdk/cli/start.ts")> {
  return await import("./sdk/cli/start.ts" as string);
}
