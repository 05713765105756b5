/**
 * Digests by which a container tells what it was run with.
 *
 * @module
 */

import { createHash } from "node:crypto";

/** Label with the digest of everything but secrets. */
export const CONFIG_LABEL = "sextant.config";

/** Label with the digest of the secrets' own salted digests. */
export const ENV_LABEL = "sextant.env";

/** Label with the number of a replica; the first has none. */
export const REPLICA_LABEL = "sextant.replica";

/** Label of a container that was run as a canary; whether it still is one, its name tells. */
export const CANARY_LABEL = "sextant.canary";

/** Label of an accessory's container with the deployment that it belongs to: service and destination. */
export const OWNER_LABEL = "sextant.deployment";

/** A short digest of plain data; the order of keys does not count. */
export function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(sorted(value))).digest("hex").slice(0, 16);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1).map((
      [key, inner],
    ) => [key, sorted(inner)]),
  );
}
