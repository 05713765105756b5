/**
 * A host in a picture, whether it is real or simulated: what both must agree on.
 *
 * @module
 */

import type { SimulatedHost } from "../../sdk/simulate/host.ts";
import type { LabHost } from "../lab/lab.ts";

/** What both must agree on; names that hold a run's random part have a star there. */
export interface HostPicture {
  /** Containers, each with whether it runs. */
  readonly containers: readonly string[];
  /** Services of kamal-proxy, each with the containers that get its traffic. */
  readonly routes: readonly string[];
  /** Files below `.kamal`, each with its mode where it holds secrets. */
  readonly files: readonly string[];
  /** Whether the deploy lock is held. */
  readonly isLocked: boolean;
  /** Messages of the audit log. */
  readonly audit: readonly string[];
}

/** The picture of a simulated host. */
export function pictureOfSimulated(host: SimulatedHost): HostPicture {
  const nameOf = (target: string): string => host.container(target.slice(0, 12))?.name ?? "gone";
  return pictured({
    containers: [...host.containers.values()].map(({ name, state }) =>
      `${name} ${state === "started" ? "up" : "down"}`
    ),
    routes: [...host.routes.values()].map(({ service, targets }) =>
      `${service} ${targets.map(nameOf)}`
    ),
    files: [...host.files.keys()].filter((path) => path.startsWith(".kamal/")),
    isLocked: host.directories.has(".kamal/lock-shop"),
    audit: (host.read(".kamal/shop-audit.log") ?? "").split("\n"),
  });
}

/** The picture of a real host. */
export async function pictureOfReal(host: LabHost): Promise<HostPicture> {
  const lines = async (command: string): Promise<readonly string[]> =>
    (await host.exec(command)).stdout.split("\n").filter((line) => line !== "");
  const listed = await lines("docker ps -a --no-trunc --format '{{.ID}} {{.Names}} {{.State}}'");
  const containers = listed.map((line) => line.split(" ") as [string, string, string]);
  const nameOf = (target: string): string =>
    containers.find(([id]) => id.startsWith(target.slice(0, 12)))?.[1] ?? "gone";
  const state = await host.exec(
    "cat $(docker volume inspect -f '{{.Mountpoint}}' kamal-proxy-config)/kamal-proxy.state",
  );
  const services: readonly { name: string; active_targets: readonly string[] }[] = JSON.parse(
    state.stdout || "[]",
  );
  return pictured({
    containers: containers.map(([, name, state]) =>
      `${name} ${state === "running" ? "up" : "down"}`
    ),
    routes: services.map(({ name, active_targets }) => `${name} ${active_targets.map(nameOf)}`),
    files: await lines("find .kamal -type f"),
    isLocked: (await host.exec("test -d .kamal/lock-shop")).code === 0,
    audit: await lines("cat .kamal/shop-audit.log"),
  });
}

function pictured(picture: HostPicture): HostPicture {
  return {
    containers: neutral(picture.containers),
    routes: neutral(picture.routes),
    files: neutral(picture.files),
    isLocked: picture.isLocked,
    audit: picture.audit.filter((line) => line !== "").map((line) =>
      line.replace(/^\[[^\]]*\] \[[^\]]*\] /, "")
    ),
  };
}

function neutral(names: readonly string[]): readonly string[] {
  return names.map((name) => name.replace(/_replaced_[0-9a-f]+/, "_replaced_*")).toSorted();
}
