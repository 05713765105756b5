/**
 * Error pages: files of the project, by the statuses that they are for.
 *
 * @module
 */

import type { ErrorPage } from "./resolve_proxy.ts";

/** Names of error pages, as Kamal has them. */
export const ERROR_PAGE_REGEXP = /^[45]..\.html$/;

/** The error pages among the files that were read. */
export function resolveErrorPages(
  folder: string | undefined,
  digests: Readonly<Record<string, string>>,
): readonly ErrorPage[] {
  if (folder === undefined) return [];
  const prefix = errorPagesPrefix(folder);
  return Object.entries(digests)
    .map(([local, sha256]) => ({ name: local.slice(prefix.length), local, sha256 }))
    .filter(({ local, name }) => local.startsWith(prefix) && ERROR_PAGE_REGEXP.test(name))
    .toSorted((a, b) => a.name < b.name ? -1 : 1);
}

/** What the paths of all pages of a folder begin with. */
export function errorPagesPrefix(folder: string): string {
  return `${folder.replace(/\/+$/, "")}/`;
}
