/**
 * How hosts get images.
 *
 * @module
 */

import { DEFAULT_DATA_PATH } from "../operations/image_room.ts";
import type { PullImage } from "../operations/image.ts";
import { type PlanInput, stateOf } from "./input.ts";
import { digestFile, imageName } from "./names.ts";
import type { Step } from "./plan.ts";
import { registryLogin } from "./registry.ts";
import { step } from "./stages.ts";

/** An image, and what it takes to get it. */
export type WantedImage = Pick<PullImage, "image" | "login" | "isOfBootConfig">;

/** Gets the app's image to a host, and notes its digest there. */
export function pullApp(input: PlanInput, host: string): PullImage {
  const { config, version } = input;
  return {
    ...pullAppImage(input, host, imageName(config, version)),
    digestFile: digestFile(config),
  };
}

/** Gets an image of the app's to a host, by whatever name. */
export function pullAppImage(input: PlanInput, host: string, image: string): PullImage {
  const { service } = input.config;
  return { ...pullImage(input, host, { image, login: registryLogin(input) }), service };
}

/** Gets an image to a host. */
export function pullImage(input: PlanInput, host: string, wanted: WantedImage): PullImage {
  // The path is on the disk where the host's Docker keeps its data, as far as that is known.
  const dataPath = stateOf(input, host).routesFile ?? DEFAULT_DATA_PATH;
  return { kind: "pull-image", service: undefined, ...wanted, dataPath };
}

/** The step that gets an image to a host where it is not there yet: what cannot be had is found before anything is touched. */
export function pullMissing(
  input: PlanInput,
  host: string,
  id: string,
  wanted: WantedImage,
): readonly Step[] {
  const listed = listedName(wanted.image);
  if (stateOf(input, host).images.some(({ name }) => name === listed)) return [];
  return [step(id, pullImage(input, host, wanted))];
}

/** An image as Docker lists it. */
function listedName(image: string): string {
  const name = image.replace(/^docker\.io\//, "").replace(/^library\//, "");
  return /[:@][^/]*$/.test(name) ? name : `${name}:latest`;
}
