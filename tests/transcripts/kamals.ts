/**
 * Hosts as Kamal leaves them: the ones that its transcripts were written on.
 *
 * @module
 */

import type { HostOptions, InitialContainer } from "../../sdk/simulate/host_options.ts";

const IMAGE = "ghcr.io/acme/shop";

/** Hosts with Docker and nothing else. */
export const FRESH: Readonly<Record<string, HostOptions>> = {
  "10.0.0.1": {},
  "10.0.0.2": {},
  "10.0.0.3": {},
  "10.0.0.4": {},
};

/** The shop with a version that serves and, where it is wanted, a stale one, without accessories. */
export function shopHosts(stale: "with a stale version" | "" = ""): typeof FRESH {
  const versions = stale === "" ? ["oldver"] : ["stale1", "oldver"];
  const of = (role: string): readonly InitialContainer[] =>
    versions.map((version) => ({
      name: `shop-${role}-${version}`,
      image: `${IMAGE}:${version}`,
      labels: { service: "shop", role, destination: "" },
    }));
  const web: HostOptions = {
    proxy: "basecamp/kamal-proxy:v0.9.2",
    containers: of("web"),
    routes: [{
      service: "shop-web",
      container: "shop-web-oldver",
      port: 3000,
      hosts: ["shop.example.com"],
    }],
    files: { ".kamal/apps/shop/env/roles/web.env": "" },
  };
  const job: HostOptions = {
    containers: of("job"),
    files: { ".kamal/apps/shop/env/roles/job.env": "" },
  };
  return { "10.0.0.1": web, "10.0.0.2": web, "10.0.0.3": job, "10.0.0.4": { networks: ["kamal"] } };
}

/** The shop as Kamal 1 left it: behind Traefik, on Docker's first network. */
export function kamal1Hosts(): typeof FRESH {
  const traefik: InitialContainer = {
    name: "traefik",
    image: "traefik:v2.11",
    publish: ["80:80"],
    labels: { "traefik.http.routers.catchall.service": "unavailable" },
  };
  const hosts = withAccessories(shopHosts());
  return Object.fromEntries(
    Object.entries(hosts).map(([host, { containers = [], proxy }]) => {
      const all = [...containers, ...proxy === undefined ? [] : [traefik]];
      return [host, {
        networks: ["bridge"],
        containers: all.map((one) => ({ ...one, network: "bridge" })),
      }];
    }),
  );
}

/** Hosts with their accessories beside what they have. */
export function withAccessories(hosts: typeof FRESH): typeof FRESH {
  const more: Readonly<Record<string, InitialContainer>> = {
    "10.0.0.1": { name: "shop-admin", image: "adminer:4", labels: { service: "shop-admin" } },
    "10.0.0.2": { name: "shop-admin", image: "adminer:4", labels: { service: "shop-admin" } },
    "10.0.0.4": { name: "shop-db", image: "mysql:8.0", labels: { service: "shop-db" } },
  };
  return Object.fromEntries(
    Object.entries(hosts).map(([host, options]) => {
      const own = more[host];
      const containers = [...options.containers ?? [], ...own === undefined ? [] : [own]];
      return [host, { ...options, containers }];
    }),
  );
}
