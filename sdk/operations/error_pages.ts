/**
 * Error pages of the user's own, which kamal-proxy shows in the place of its own.
 *
 * @module
 */

import { quote, text } from "../command.ts";
import type { Definition } from "./definition.ts";

/** Puts error pages of the project into a folder of their own. */
export interface UploadErrorPages {
  /** Which operation. */
  readonly kind: "upload-error-pages";
  /** Folder on the host; its name changes with the pages. */
  readonly folder: string;
  /** The pages, in the order of their names. */
  readonly pages: readonly ErrorPageFile[];
}

/** A page for a status. */
export interface ErrorPageFile {
  /** Its name, such as `503.html`. */
  readonly name: string;
  /** Path in the project. */
  readonly local: string;
  /** SHA-256 of its content. */
  readonly sha256: string;
}

/** How error pages are put on a host: all of them, or none. */
export const uploadErrorPages: Definition<UploadErrorPages> = {
  changes: true,
  describe: ({ pages }) => ({
    mark: "~",
    noun: "error pages",
    subject: pages.map(({ name }) => name).join(", "),
  }),
  render: ({ folder, pages }, { file }) => {
    const [made, next] = [quote(folder), quote(`${folder}.new`)];
    const files = pages.map(({ name, local }) =>
      `printf %s ${quote(file(local))} | base64 -d >${quote(`${folder}.new/${name}`)}`
    );
    // kamal-proxy is another user.
    return text(
      ["umask 022", `rm -rf ${next} ${made}`, `mkdir -p ${next}`, ...files, `mv ${next} ${made}`]
        .join(" &&\n"),
    );
  },
};
