/**
 * The deployments of Kamal's transcripts, without what is not built yet: error pages, and an accessory's proxy.
 *
 * @module
 */

import type { DeploySpec } from "../../sdk/config/spec.ts";

/** Two hosts for the web, one for jobs, one for a database. */
export const SHOP: DeploySpec = {
  service: "shop",
  image: "acme/shop",
  servers: {
    web: {
      hosts: ["10.0.0.1", { host: "10.0.0.2", tags: ["eu"] }],
      assetPath: "/app/public/assets:ro",
    },
    job: {
      hosts: ["10.0.0.3"],
      cmd: "bin/jobs",
      options: { memory: "2g", restart: "on-failure:3" },
    },
  },
  proxy: { host: "shop.example.com", appPort: 3000, healthcheck: { host: false } },
  registry: { server: "ghcr.io", username: "acme", password: { secret: "REGISTRY_PASSWORD" } },
  builder: { arch: "amd64" },
  env: { clear: { A: "1" }, secret: ["DB_PASSWORD"], tags: { eu: { REGION: "eu" } } },
  volumes: ["/data:/data"],
  accessories: {
    db: {
      image: "mysql:8.0",
      host: "10.0.0.4",
      port: 3306,
      env: { clear: { X: "y" }, secret: ["DB_PASSWORD"] },
      files: ["config/mysql/my.cnf:/etc/mysql/my.cnf:ro"],
      directories: ["data:/var/lib/mysql"],
    },
    admin: { image: "adminer:4", role: "web" },
  },
};
