/**
 * Error pages on a simulated host.
 *
 * @module
 */

import type { UploadErrorPages } from "../operations/error_pages.ts";
import { byShell, done, type Model } from "./model.ts";

/** How error pages are put on a host: by their names and their digests. */
export const uploadErrorPages: Model<UploadErrorPages> = byShell(({ folder, pages }, host) => {
  host.remove(folder);
  host.makeDirectory(folder);
  for (const { name, local, sha256 } of pages) {
    host.files.set(`${folder}/${name}`, { text: `[${local}]`, mode: "644", sha256 });
  }
  return done();
});
