/**
 * The version of Sextant itself.
 *
 * @module
 */

/** The version, as `deno.json` has it. */
export const VERSION = "0.1.0";

/** What `sextant version` prints. */
export function versionLine(): string {
  return `sextant ${VERSION}\n`;
}
