/**
 * Images on a simulated host, and here, where they are built.
 *
 * @module
 */

import type { Outcome } from "../operations/definition.ts";
import { type BuildImage, pushesItself } from "../operations/build.ts";
import type { PullImage, PushImage, RemoveImage, TagImage } from "../operations/image.ts";
import { type MeasureImage, NO_ROOM_STATUS, withFactor } from "../operations/image_size.ts";
import type { SimulatedHost } from "./host.ts";
import { imageId } from "./image_store.ts";
import { byClient, byEngine, done, failed, type Model, refused } from "./model.ts";

/** How the image is built. */
export const buildImage: Model<BuildImage> = byClient(5, (operation, host) => {
  const { tags, service } = operation;
  const image = { id: imageId(tags[0] ?? ""), digest: undefined, service };
  for (const tag of tags) {
    if (pushesItself(operation)) host.registry.push(tag, image);
    else host.images.set(tag, image);
  }
  return done();
});

/** How the image is pushed. */
export const pushImage: Model<PushImage> = byClient(2, ({ tags }, host) => {
  for (const tag of tags) {
    const image = host.images.get(tag);
    if (image === undefined) {
      return failed(1, `An image does not exist locally with the tag: ${tag}`);
    }
    host.registry.push(tag, image);
  }
  return done(tags.map((tag) => `${tag}\n`).join(""));
});

/** How the image is measured. */
export const measureImage: Model<MeasureImage> = byClient(0.1, ({ image }, host) => {
  const found = host.images.get(image);
  if (found === undefined) return done();
  return done(`layer ${found.id}\nsize ${host.appIn(image).imageKiB * 1024}\n`);
});

/** How the image is pulled. */
export const pullImage: Model<PullImage> = byClient(0.5, (operation, host, shell) => {
  const { image, service, digestFile } = operation;
  const needs = withFactor(host.appIn(image).imageKiB);
  if (!host.images.has(image) && host.freeKiB < needs) {
    // Whoever was not told how large it is finds out in the middle.
    return shell?.includes(needs.toString())
      ? failed(NO_ROOM_STATUS, "", `room ${host.freeKiB} ${needs} ${operation.dataPath}\n`)
      : failed(1, "write /var/lib/docker/tmp/layer: no space left on device");
  }
  if (!pullTo(host, image)) return refused(`manifest for ${image} not found: manifest unknown`);
  const { service: label, digest } = host.images.get(image)!;
  const isOurs = service === undefined || label === undefined || label === service;
  if (isOurs && digestFile !== undefined) host.write(digestFile, `${digest ?? ""}\n`);
  return isOurs ? done(`${image}\n`) : failed(NOT_OURS, "", `${image}\n`);
});

/** How an image is tagged. */
export const tagImage: Model<TagImage> = byEngine(0.02, ({ image, tag }, host) => {
  const found = host.image(image);
  if (found === undefined) return refused(`No such image: ${image}`);
  host.images.set(tag, found);
  return done();
});

/** How an image is removed; one that is not there, or in use, is left. */
export const removeImage: Model<RemoveImage> = byEngine(0.05, ({ image }, host): Outcome => {
  const isUsed = [...host.containers.values()].some((container) => container.image === image);
  if (!isUsed) host.images.delete(image);
  return done();
});

/** Pulls an image to a host; gives whether the registry has it. */
export function pullTo(host: SimulatedHost, name: string): boolean {
  const image = host.registry.pull(name);
  if (image !== undefined) host.images.set(name, image);
  return image !== undefined;
}

// Exit status of a pull that brought an image without the service's label.
const NOT_OURS = 78;
