/**
 * How long a plan for many hosts takes to make.
 *
 * @module
 */

import { resolveConfig } from "../../sdk/config/resolve.ts";
import { deploy } from "../../sdk/deploy.ts";
import type { HostState } from "../../sdk/observe/host_state.ts";
import { planDeploy } from "../../sdk/plan/deploy.ts";
import { duration, line, median } from "./figures.ts";

const HOSTS = 500;

/** A deploy's plan for 500 hosts that run the version before. */
export async function benchPlan(): Promise<void> {
  const hosts = Array.from(
    { length: HOSTS },
    (_, index) => `10.${Math.floor(index / 250)}.1.${index % 250 + 1}`,
  );
  const app = deploy("shop").image("acme/shop").servers({ web: hosts }).proxy({
    host: "shop.test",
  });
  const config = await resolveConfig(app.toSpec());
  const states = new Map(hosts.map((host) => [host, stateOf(host)]));
  const parts = {
    verb: "deploy",
    build: true,
    noCache: false,
    pull: true,
    accessories: false,
    prune: true,
    replaced: "changed" as const,
  };
  const run = {
    performer: "ci",
    holder: "ci",
    at: "2026-01-01T00:00:00Z",
    suffix: "0123456789abcdef",
  };
  const input = {
    config,
    version: "v2",
    hosts,
    roles: ["web"],
    lockHost: hosts[0]!,
    states,
    secretDigests: new Map<string, string>(),
    hooks: new Set<string>(),
    run,
  };
  const figures = Array.from({ length: 11 }, () => {
    const started = performance.now();
    planDeploy(input, parts);
    return (performance.now() - started) / 1000;
  });
  line(`plan for ${HOSTS} hosts`, duration(median(figures.slice(1))), "under 150 ms");
}

function stateOf(host: string): HostState {
  const id = "a".repeat(64);
  return {
    host,
    docker: { status: "running", version: "28.0.0", architecture: "amd64" },
    containers: [
      container("kamal-proxy", "b".repeat(64), "basecamp/kamal-proxy:v0.9.2", {}),
      container("shop-web-v1", id, "acme/shop:v1", {
        service: "shop",
        role: "web",
        destination: "",
      }),
    ],
    images: [{ name: "acme/shop:v1", id: "sha256:1", digest: undefined }],
    hasUntaggedImages: false,
    networks: ["kamal"],
    routes: [{
      service: "shop-web",
      hosts: ["shop.test"],
      pathPrefixes: [],
      targets: [`${id.slice(0, 12)}:80`],
      readers: [],
      tls: false,
      flags: ["--host=shop.test"],
      state: "running",
    }],
    routesFile: undefined,
    files: {},
    lock: undefined,
    salt: "00",
    releases: [],
    isDetailed: false,
    freeKiB: 1e7,
    listening: [],
    hash: "0".repeat(64),
  };
}

function container(
  name: string,
  id: string,
  image: string,
  labels: Record<string, string>,
): HostState["containers"][number] {
  return {
    name,
    id,
    image,
    imageId: "sha256:1",
    running: true,
    labels,
    ports: {},
    status: "running",
    networks: ["kamal"],
    health: undefined,
    exitCode: 0,
    startedAt: "2026-01-01T00:00:00Z",
  };
}
