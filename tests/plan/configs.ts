/**
 * Configurations that plans are tested with.
 *
 * @module
 */

import type { Config } from "../../sdk/config/config.ts";
import { resolveConfig } from "../../sdk/config/resolve.ts";
import type { DeploySpec } from "../../sdk/config/spec.ts";

/** Two hosts for the web, one of them tagged, and a third for jobs. */
export const SHOP: DeploySpec = {
  service: "shop",
  image: "acme/shop",
  registry: {
    server: "registry.acme.dev",
    username: "ci",
    password: { secret: "REGISTRY_PASSWORD" },
  },
  servers: {
    web: ["10.0.0.1", { host: "10.0.0.2", tags: ["eu"] }],
    jobs: { hosts: ["10.0.0.3"], cmd: "bin/jobs" },
  },
  proxy: { host: "shop.acme.dev", appPort: 3000 },
  env: { clear: { PORT: "3000" }, secret: ["DATABASE_URL"], tags: { eu: { REGION: "eu" } } },
};

/** {@linkcode SHOP} with a database beside it. */
export const SHOP_WITH_DATABASE: DeploySpec = {
  ...SHOP,
  accessories: {
    db: {
      image: "postgres:17",
      host: "10.0.0.3",
      port: "127.0.0.1:5432:5432",
      env: { clear: { POSTGRES_USER: "shop" }, secret: ["POSTGRES_PASSWORD"] },
      files: ["config/postgres.conf:/etc/postgresql/postgresql.conf:ro"],
      directories: ["data:/var/lib/postgresql/data"],
    },
  },
};

/** Resolves a spec, its files with a digest that is their name. */
export function configOf(spec: DeploySpec): Promise<Config> {
  return resolveConfig(spec, { digests: { "config/postgres.conf": "a".repeat(64) } });
}

/** Resolves {@linkcode SHOP} with more in it. */
export function shop(more: Partial<DeploySpec> = {}): Promise<Config> {
  return configOf({ ...SHOP, ...more });
}
