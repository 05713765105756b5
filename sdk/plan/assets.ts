/**
 * Where assets stand on hosts, and what is done with them.
 *
 * @module
 */

import type { Role } from "../config/config.ts";
import {
  type AssetFolder,
  type BridgeAssets,
  FOLDER_NUMBER,
  type PruneAssets,
} from "../operations/assets.ts";
import { lookUp, servingVersion, versionOf } from "./current.ts";
import { type Config, rolesOn } from "../config/config.ts";
import type { PlanInput } from "./input.ts";
import { appFolder, imageName } from "./names.ts";

/** Volumes with a role's assets at a version, as its container mounts them. */
export function assetVolumes(config: Config, role: Role, version: string): readonly string[] {
  return role.assets.map(({ path, options }, index) =>
    [folderOf(config, "volumes", role, version, index), path, ...options ? [options] : []].join(":")
  );
}

/**
 * What lets the version to come and the one that serves find the assets of both; none for a role without assets.
 *
 * @param options Whether the assets are taken from the image, or were before.
 */
export function bridgeAssets(
  input: PlanInput,
  host: string,
  role: Role,
  { extract }: { readonly extract: boolean },
): readonly BridgeAssets[] {
  const { config, version } = input;
  if (role.assets.length === 0) return [];
  const old = servingVersion(role, lookUp(input, host, role));
  const before = old === undefined || old === version ? [] : [old];
  const place = (kind: AssetKind, at: string, index: number): string =>
    folderOf(config, kind, role, at, index);
  return [{
    kind: "bridge-assets",
    role: role.name,
    image: extract ? imageName(config, version) : undefined,
    // Kamal: commands/app/assets.rb, extract_assets.
    container: `${role.containerPrefix}-assets`,
    folders: role.assets.map(({ path }, index): AssetFolder => ({
      path,
      extracted: place("extracted", version, index),
      volume: place("volumes", version, index),
      before: before.map((at) => ({
        extracted: place("extracted", at, index),
        volume: place("volumes", at, index),
      })),
    })),
  }];
}

/** The removal of assets of versions that no container is left of; none where no role of the host has assets. */
export function pruneAssets(
  input: PlanInput,
  host: string,
  gone: readonly { readonly id: string }[],
): readonly PruneAssets[] {
  const { config } = input;
  const roles = rolesOn(config, host);
  if (roles.every(({ assets }) => assets.length === 0)) return [];
  const removed = new Set(gone.map(({ id }) => id));
  const keep = roles.flatMap((role) => [
    `${role.name}-${input.version}`,
    ...lookUp(input, host, role).containers.filter(({ id }) => !removed.has(id))
      .map((container) => `${role.name}-${versionOf(role, container)}`),
  ]);
  return [{
    kind: "prune-assets",
    folder: `${appFolder(config)}/assets`,
    keep: [...new Set(keep)].sort(),
  }];
}

type AssetKind = "extracted" | "volumes";

/** Kamal's folder for the first of a role's folders; the others have a number behind it. */
function folderOf(
  config: Config,
  kind: AssetKind,
  role: Role,
  version: string,
  index: number,
): string {
  const number = index === 0 ? "" : `${FOLDER_NUMBER}${index + 1}`;
  return `${appFolder(config)}/assets/${kind}/${role.name}-${version}${number}`;
}
