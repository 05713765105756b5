/**
 * The hash of a configuration, by which two of them can be told apart.
 *
 * @module
 */

import { createHash } from "node:crypto";
import type { Config } from "./config.ts";
import { sortedCopy } from "./plain_data.ts";

/** SHA-256 in hex of a resolved configuration: the same for all that resolve to the same. */
export function configHash(config: Config): string {
  return createHash("sha256").update(JSON.stringify(sortedCopy(config))).digest("hex");
}
