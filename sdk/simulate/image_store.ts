/**
 * The registry that all hosts of a simulated fleet share.
 *
 * @module
 */

import { sha256, type SimulatedImage } from "./facts.ts";

/** An image that is in the registry from the beginning. */
export interface RegistryImage {
  /** Repository and tag. */
  readonly name: string;
  /** Its label `service`; empty for an image without, absent where it may be any. */
  readonly service?: string;
}

/** Images by name; hosts pull from it, builds push to it. */
export class ImageStore {
  readonly #images = new Map<string, SimulatedImage>();

  /** Holds some images from the beginning. */
  constructor(images: readonly (string | RegistryImage)[]) {
    for (const image of images) {
      const { name, service } = typeof image === "string" ? { name: image } : image;
      this.push(name, { id: imageId(name), digest: undefined, service });
    }
  }

  /** Names of all images, in the order in which they came. */
  get names(): readonly string[] {
    return [...this.#images.keys()];
  }

  /** Takes an image. */
  push(name: string, image: SimulatedImage): void {
    this.#images.set(name, { ...image, digest: `sha256:${sha256(`digest of ${image.id}`)}` });
  }

  /** Gives an image by its tag or its digest; `undefined` for one that is not there, which kamal-proxy's always is. */
  pull(name: string): SimulatedImage | undefined {
    const digest = name.split("@")[1];
    if (digest === undefined) {
      const isOfProxy = /(^|\/)kamal-proxy:/.test(name);
      return this.#images.get(name) ??
        (isOfProxy ? { id: imageId(name), digest: undefined, service: undefined } : undefined);
    }
    return [...this.#images.values()].find((image) => image.digest === digest);
  }
}

/** The id of an image that was built under a name. */
export function imageId(name: string): string {
  return `sha256:${sha256(`image ${name}`)}`;
}
