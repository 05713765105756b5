/**
 * Removing old versions, so that rollback stays possible and disks do not fill.
 *
 * @module
 */

import { quote, text } from "../command.ts";
import type { Definition } from "./definition.ts";

/** Removes containers and images that are too old to go back to. */
export interface PruneVersions {
  /** Which operation. */
  readonly kind: "prune-versions";
  /** Service, whose unnamed images go as well. */
  readonly service: string;
  /** Stopped containers that go. */
  readonly containers: readonly OldContainer[];
  /** Images that go, with their tags. */
  readonly images: readonly string[];
}

/** A container that goes. */
export interface OldContainer {
  /** Name of the container, as it was when it was looked for. */
  readonly name: string;
  /** Its id, which stays where names move. */
  readonly id: string;
}

/** Removes all images of a service that no container uses. */
export interface PruneImages {
  /** Which operation. */
  readonly kind: "prune-images";
  /** Service. */
  readonly service: string;
}

/** An operation on what is old. */
export type PruneOperation = PruneVersions | PruneImages;

/** How old versions are removed; never fails a good deploy. */
export const pruneVersions: Definition<PruneVersions> = {
  changes: true,
  describe: ({ containers, images }) => ({
    mark: containers.length > 0 ? "-" : undefined,
    noun: "old",
    subject: [...containers.map(({ name }) => name), ...images].join(", ") || "nothing",
    minor: containers.length + images.length === 0,
  }),
  render: ({ service, containers, images }) => {
    const ids = containers.map(({ id }) => quote(id)).join(" ");
    const names = images.map(quote).join(" ");
    const removals = [
      ...ids === "" ? [] : [`docker rm ${ids} >/dev/null`],
      ...names === "" ? [] : [`docker rmi ${names} >/dev/null`],
      `docker image prune --force --filter ${quote(`label=service=${service}`)} >/dev/null`,
    ];
    // Whatever cannot be removed is said, and fails nothing.
    return text(`{ ${removals.join("; ")}; true; }`);
  },
  // Disks fill where it goes on failing.
  warn: (_, { stderr }) => {
    const said = stderr.trim();
    return said === "" ? undefined : { message: `not all that is old could be removed: ${said}` };
  },
};

/** How all images of a service are removed. */
export const pruneImages: Definition<PruneImages> = {
  changes: true,
  describe: ({ service }) => ({ mark: "-", noun: "images", subject: `of ${service}` }),
  render: ({ service }) =>
    text(
      `docker image prune --all --force --filter ${quote(`label=service=${service}`)} >/dev/null`,
    ),
};
