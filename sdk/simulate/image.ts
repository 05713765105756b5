/**
 * Images on a simulated host, and here, where they are built.
 *
 * @module
 */

import type { Outcome } from "../operations/definition.ts";
import { type BuildImage, pushesItself } from "../operations/build.ts";
import type { PullImage, PushImage, RemoveImage, TagImage } from "../operations/image.ts";
import { NO_ROOM_STATUS, withFactor } from "../operations/image_room.ts";
import type { MeasureImage } from "../operations/image_size.ts";
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
  const noRoom = host.images.has(image) ? undefined : lackOfRoom(operation, host, shell);
  if (noRoom !== undefined) return noRoom;
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

/** How a pull ends that has no room; `undefined` where there is enough. */
function lackOfRoom(
  { image, dataPath }: PullImage,
  host: SimulatedHost,
  shell: string | undefined,
): Outcome | undefined {
  const { imageKiB } = host.appIn(image);
  const needs = withFactor(imageKiB);
  if (host.freeKiB >= needs) return undefined;
  const told = (room: string): Outcome => failed(NO_ROOM_STATUS, "", `room ${room} ${dataPath}\n`);
  if (shell?.includes(needs.toString())) return told(`about ${host.freeKiB} ${needs}`);
  // The registry tells how large it is packed: as much is certain, and what goes beyond shows in the middle of the pull.
  const least = 2 * Math.floor(imageKiB * PACKED);
  const isThere = host.registry.pull(image) !== undefined;
  if (isThere && host.freeKiB < least) return told(`least ${host.freeKiB} ${least}`);
  const left = isThere ? `room left ${host.freeKiB} ${least} ${dataPath}\n` : "";
  return failed(1, "write /var/lib/docker/tmp/layer: no space left on device", left);
}

/** Pulls an image to a host; gives whether the registry has it. */
export function pullTo(host: SimulatedHost, name: string): boolean {
  const image = host.registry.pull(name);
  if (image !== undefined) host.images.set(name, image);
  return image !== undefined;
}

// How large an image of one layer is packed, as a part of what it is unpacked.
const PACKED = 0.4;

// Exit status of a pull that brought an image without the service's label.
const NOT_OURS = 78;
