/**
 * The ledger of releases on a simulated host.
 *
 * @module
 */

import { MOST_RELEASES, type RecordRelease, releaseLine } from "../operations/release.ts";
import { byShell, done, type Model } from "./model.ts";

/** How a release is noted. */
export const recordRelease: Model<RecordRelease> = byShell((operation, host) => {
  const { path, digest = "", digestFile } = operation;
  const pulled = digestFile === undefined ? "" : (host.read(digestFile) ?? "").trimEnd();
  const kept = (host.read(path) ?? "").split("\n").filter((line) => line !== "");
  const lines = [...kept.slice(1 - MOST_RELEASES), releaseLine(operation, pulled || digest)];
  host.write(path, lines.map((line) => `${line}\n`).join(""), "600");
  return done();
});
