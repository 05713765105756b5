/**
 * How large an image is, layer by layer, and whether a host has room for those that it lacks.
 *
 * @module
 */

import { quote, text } from "../command.ts";
import type { Definition, Explanation, Outcome } from "./definition.ts";

/** Asks the builder how large the layers of an image are. */
export interface MeasureImage {
  /** Which operation. */
  readonly kind: "measure-image";
  /** Image with tag, as it was built here. */
  readonly image: string;
}

/** One layer of an image. */
export interface ImageLayer {
  /** Digest of its unpacked content, by which hosts know whether they have it. */
  readonly id: string;
  /** KiB that it takes unpacked. */
  readonly kib: number;
}

/** Exit status of a pull for which there is no room. */
export const NO_ROOM_STATUS = 77;

/** While a layer is unpacked, its packed form, about half as large, takes room as well. */
export const ROOM_FACTOR = 1.5;

/** How an image is measured. A builder that keeps no images tells nothing, which fails nothing. */
export const measureImage: Definition<MeasureImage> = {
  changes: false,
  describe: ({ image }) => ({ noun: "measure", subject: image, minor: true }),
  render: ({ image }) => {
    const layers = "{{range .RootFS.Layers}}layer {{println .}}{{end}}";
    return text(`{ docker image inspect -f '${layers}' ${quote(image)}
docker history --human=false --format 'size {{.Size}}' ${quote(image)}
} 2>/dev/null; true`);
  },
};

/** Reads what a measured image's builder told; `undefined` where it told nothing. */
export function readLayers(stdout: string): readonly ImageLayer[] | undefined {
  const values = (kind: string): readonly string[] =>
    [...stdout.matchAll(new RegExp(`^${kind} (\\S+)$`, "gm"))].map(([, value]) => value!);
  const ids = values("layer");
  // The newest comes first. Steps that only change settings have no layer, and so no size.
  const sizes = values("size").map(Number).filter((size) => size > 0).reverse();
  if (ids.length === 0 || sizes.length === 0 || sizes.length > ids.length) return undefined;
  // Of empty layers it is not known which they are: as the first ones they make no shared layer look larger than it is.
  const empty = ids.length - sizes.length;
  return ids.map((id, index) => ({ id, kib: Math.ceil((sizes[index - empty] ?? 0) / 1024) }));
}

/**
 * Shell text that ends with {@linkcode NO_ROOM_STATUS} where a host has no room for the layers that it lacks. Only where
 * there is no room for all of them Docker is asked which these are.
 */
export function roomCheck(layers: readonly ImageLayer[], dataPath: string): string {
  const all = layers.reduce((sum, { kib }) => sum + kib, 0);
  const listed = layers.map(({ id, kib }) => quote(`need ${id} ${kib}`)).join(" ");
  return `sx_free() { df -Pk "$@" 2>/dev/null | awk 'NR == 2 { print $4 }'; }
sx_room=$(sx_free ${quote(dataPath)} ${DEFAULT_DATA_PATH})
[ -z "$sx_room" ] || [ "$sx_room" -ge ${withFactor(all)} ] || {
sx_root=$(docker info -f '{{.DockerRootDir}}' 2>/dev/null); sx_room=$(sx_free "$sx_root")
sx_need=$({ docker image inspect -f '{{range .RootFS.Layers}}{{println .}}{{end}}' $(docker image ls -q --no-trunc) 2>/dev/null; printf '%s\\n' ${listed}; } | awk '${LACKING}')
[ -z "$sx_room" ] || [ "$sx_room" -ge "$sx_need" ] || { echo "room $sx_room $sx_need $sx_root"; exit ${NO_ROOM_STATUS}; }; }`;
}

/** Why an image was not pulled, where there is no room for it. */
export function explainNoRoom(image: string, { stdout }: Outcome): Explanation {
  const [, free, need, root] = /^room (\d+) (\d+) (.+)$/m.exec(stdout) ?? [];
  return {
    code: "DISK_FULL",
    message: `${image} needs about ${mebibytes(need)} MiB, and ${
      mebibytes(free)
    } MiB are free in ${root}`,
    hint:
      "Nothing was touched. Make room on the host: sextant prune removes old versions, docker system df tells what else takes it.",
  };
}

/** KiB that must be free for so many KiB of layers. */
export function withFactor(kib: number): number {
  return Math.ceil(kib * ROOM_FACTOR);
}

/** Where Docker keeps its data unless it is told otherwise. */
export const DEFAULT_DATA_PATH = "/var/lib/docker";

// Layers are shared from the lowest up to the first that differs.
const LACKING = `$1 == "need" { if (!($2 in have)) lacks = 1; if (lacks) kib += $3; next }
{ have[$1] = 1 }
END { printf "%d", kib * ${ROOM_FACTOR} + 0.5 }`;

function mebibytes(kib: string | undefined): string {
  return String(Math.floor(Number(kib) / 1024));
}
