/**
 * How large an image is that was built here, layer by layer.
 *
 * @module
 */

import { quote, text } from "../command.ts";
import type { Definition } from "./definition.ts";

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
