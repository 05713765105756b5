/**
 * Folders in the image whose files the versions before and after a switch share.
 *
 * @module
 */

import * as z from "zod";
import type { AssetPath } from "./config.ts";
import type { ConfigPath, ReportProblem } from "./problems.ts";
import { text } from "./schema.ts";

/** A folder in the image, such as `/app/public/assets`, with mount options after a colon; or several. */
export type AssetPathInput = string | readonly string[];

/** Checks folders of assets. */
export function assetPathSchema(): z.ZodType<AssetPathInput> {
  return z.union([text(), z.array(text())]);
}

/** Takes folders of assets apart. */
export function resolveAssets(
  input: AssetPathInput | undefined,
  path: ConfigPath,
  report: ReportProblem,
): readonly AssetPath[] {
  if (input === undefined) return [];
  const written = typeof input === "string" ? [input] : input;
  const assets = written.map((one, index) => {
    const [folder = "", ...options] = one.split(":");
    if (!folder.startsWith("/") || folder === "/" || options.length > 1 || options[0] === "") {
      report(
        typeof input === "string" ? path : [...path, index],
        'should be a folder in the image, such as "/app/public/assets" or "/app/public/assets:ro"',
      );
    }
    return { path: folder, options: options[0] };
  });
  const twice = assets.find(({ path }, index) =>
    assets.findIndex((other) => other.path === path) !== index
  );
  if (twice !== undefined) report(path, `names ${twice.path} twice`);
  return assets;
}
