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

import { main } from "./sdk/cli/main.ts";
import { systemIo } from "./sdk/cli/system_io.ts";

if (import.meta.main) Deno.exit(await main(Deno.args, systemIo()));
