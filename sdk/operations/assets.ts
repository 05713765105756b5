/**
 * Assets: files that pages of one version ask the other for while traffic switches.
 *
 * @module
 */

import { quote, text } from "../command.ts";
import { type Definition, lastLines } from "./definition.ts";

/** Lets the old and the new version of a role find the assets of both. */
export interface BridgeAssets {
  /** Which operation. */
  readonly kind: "bridge-assets";
  /** Role. */
  readonly role: string;
  /** Image that the new version's assets are taken from; `undefined` where they were taken before. */
  readonly image: string | undefined;
  /** Name of the container that is made to take them, and never started. */
  readonly container: string;
  /** Every folder of assets. */
  readonly folders: readonly AssetFolder[];
}

/** One folder of assets, as it stands on the host; paths are below the login's home. */
export interface AssetFolder {
  /** Path in the image. */
  readonly path: string;
  /** Folder with what the new version's image has, and nothing else. */
  readonly extracted: string;
  /** Folder that the new version mounts. */
  readonly volume: string;
  /** The same of versions that serve today. */
  readonly before: readonly { readonly extracted: string; readonly volume: string }[];
}

/** Removes the assets of versions that no container is left of. */
export interface PruneAssets {
  /** Which operation. */
  readonly kind: "prune-assets";
  /** Folder of all assets of the app. */
  readonly folder: string;
  /** Roles with versions that stay, such as `web-51d20ce`. */
  readonly keep: readonly string[];
}

/** An operation on assets. */
export type AssetOperation = BridgeAssets | PruneAssets;

/** Stands between a version and the number of a further folder; no tag of an image holds it. */
export const FOLDER_NUMBER = "+";

/** How assets are bridged. */
export const bridgeAssets: Definition<BridgeAssets> = {
  changes: true,
  describe: ({ role, folders }) => ({
    noun: "assets",
    subject: `of ${role}`,
    detail: `${folders.map(({ path }) => path).join(", ")}, for both versions`,
  }),
  render: (operation) =>
    text(["{ :", ...extraction(operation), ...operation.folders.map(bridge)].join(" &&\n") + "; }"),
  explain: ({ role, folders }, { stderr }) => ({
    code: "COMMAND_FAILED",
    message: `the assets of ${role} could not be taken from its image: ${
      lastLines(stderr, 1)[0] ?? "docker said nothing"
    }`,
    details: lastLines(stderr, 5),
    hint: `The image must have ${folders.map(({ path }) => path).join(" and ")}: see asset_path.`,
  }),
};

/** How old assets are removed. */
export const pruneAssets: Definition<PruneAssets> = {
  changes: true,
  describe: () => ({ noun: "assets", subject: "of versions that are gone", minor: true }),
  render: ({ folder, keep }) => {
    const kept = ["''", ...keep.map(quote)].join("|");
    return text(
      `for sx_a in ${quote(folder)}/extracted/* ${quote(folder)}/volumes/*; do sx_n=\${sx_a##*/}
case \${sx_n%%${FOLDER_NUMBER}*} in ${kept}) ;; *) [ ! -e "$sx_a" ] || rm -rf "$sx_a";; esac; done`,
    );
  },
};

/** No container is started for it: an image need not have a shell, or begin well. */
function extraction({ image, container, folders }: BridgeAssets): readonly string[] {
  if (image === undefined) return [];
  const name = quote(container);
  const remove = `docker rm -f ${name} >/dev/null 2>&1`;
  const copies = folders.map(({ path, extracted }) => {
    const folder = quote(extracted);
    return `rm -rf ${folder} && mkdir -p ${folder} && docker cp -L ${name}:${
      quote(path)
    }/. ${folder} >/dev/null`;
  });
  return [
    `{ trap ${
      quote(`${remove}; exit 143`)
    } TERM; ${remove}; docker create --name ${name} --label service ${
      quote(image)
    } true >/dev/null; }`,
    `{ { ${copies.join(" && ")}; }; sx_r=$?; ${remove}; trap - TERM; [ $sx_r = 0 ]; }`,
  ];
}

/**
 * A version's own files come first in what it mounts, so that its manifest is its own; the other's are added where there
 * are none of that name.
 */
function bridge({ extracted, volume, before }: AssetFolder): string {
  return [
    `mkdir -p ${quote(extracted)} ${quote(volume)}`,
    `cp -RPf ${quote(extracted)}/. ${quote(volume)}`,
    ...before.flatMap((old) => [add(old.extracted, volume), add(extracted, old.volume)]),
  ].join(" && ");
}

/**
 * Adds what is missing, file by file; a folder comes before what is in it. On some hosts `cp -n` skips folders that are
 * there and `tar -k` ends at the first file that is, on others both fail of it. A file gets its name once it is whole:
 * half of one would be taken for it ever after.
 */
function add(from: string, to: string): string {
  return `{ [ ! -d ${quote(from)} ] || [ ! -d ${quote(to)} ] || (sx_to=$PWD/${quote(to)}
cd ${quote(from)} && find . | while IFS= read -r sx_f; do
[ -e "$sx_to/$sx_f" ] || [ -L "$sx_to/$sx_f" ] || if [ -d "$sx_f" ] && [ ! -L "$sx_f" ]
then mkdir -p "$sx_to/$sx_f"; else cp -RPf "$sx_f" "$sx_to+new" && mv -f "$sx_to+new" "$sx_to/$sx_f"
fi || exit 1; done); }`;
}
