/**
 * Answers of the Docker Engine's API, read into a host's state.
 *
 * @module
 */

import type { ContainerState, DockerState, ImageState } from "./host_state.ts";

/** Reads the answer to `/version`. */
export function versionFromApi(json: string): DockerState | undefined {
  const { Version, Arch } = parse<{ Version?: string; Arch?: string }>(json, {});
  if (Version === undefined || Arch === undefined) return undefined;
  return { status: "running", version: Version, architecture: Arch };
}

/** Reads the answer to `/containers/json?all=1`. */
export function containersFromApi(json: string): readonly ContainerState[] {
  return parse<readonly ApiContainer[]>(json, []).map((container) => ({
    name: (container.Names[0] ?? "").replace(/^\//, ""),
    id: container.Id,
    image: container.Image,
    imageId: container.ImageID,
    running: /^(running|restarting|paused)$/.test(container.State),
    labels: container.Labels ?? {},
    ports: portsOf(container),
    networks: Object.keys(container.NetworkSettings?.Networks ?? {}),
    status: container.State,
    health: /\((healthy|unhealthy|health: (starting))\)/.exec(container.Status)?.slice(1).findLast((
      word,
    ) => word),
    exitCode: Number(/^Exited \((\d+)\)/.exec(container.Status)?.[1] ?? 0),
    startedAt: new Date(container.Created * 1000).toISOString(),
  }));
}

/** Reads the answer to `/images/json`. */
export function imagesFromApi(json: string): readonly ImageState[] {
  return parse<readonly ApiImage[]>(json, []).flatMap(({ Id, RepoTags, RepoDigests }) => {
    const names = (RepoTags ?? []).length === 0 ? ["<none>:<none>"] : RepoTags!;
    const digest = RepoDigests?.[0]?.split("@")[1];
    return names.map((name) => ({ name, id: Id, digest }));
  });
}

interface ApiContainer {
  readonly Id: string;
  readonly Names: readonly string[];
  readonly Image: string;
  readonly ImageID: string;
  readonly Created: number;
  readonly Ports: readonly ApiPort[] | null;
  readonly Labels: Readonly<Record<string, string>> | null;
  readonly State: string;
  readonly Status: string;
  readonly NetworkSettings?: { readonly Networks?: Readonly<Record<string, unknown>> };
}

interface ApiPort {
  readonly PrivatePort: number;
  readonly PublicPort?: number;
  readonly Type: string;
}

interface ApiImage {
  readonly Id: string;
  readonly RepoTags: readonly string[] | null;
  readonly RepoDigests: readonly string[] | null;
}

function portsOf({ Ports }: ApiContainer): Record<string, readonly string[]> {
  const ports: Record<string, readonly string[]> = {};
  for (const { PrivatePort, PublicPort, Type } of Ports ?? []) {
    if (PublicPort === undefined) continue;
    const name = `${PrivatePort}/${Type}`;
    ports[name] = [...new Set([...ports[name] ?? [], String(PublicPort)])];
  }
  return ports;
}

function parse<T>(json: string, otherwise: T): T {
  try {
    return JSON.parse(json) as T;
  } catch {
    return otherwise;
  }
}
