/**
 * Recipes: reusable pieces of a deployment, for `.use(…)`.
 *
 * @example A shop with a database and a cache
 * ```ts
 * import { deploy } from "@sextant/deploy";
 * import { postgres, redis } from "@sextant/deploy/recipes";
 *
 * deploy("shop")
 *   .image("acme/shop")
 *   .servers({ web: ["10.0.0.1"], jobs: ["10.0.0.2"] })
 *   .use(postgres({ name: "db", role: "jobs" }))
 *   .use(redis({ name: "cache", role: "jobs" }));
 * ```
 *
 * @module
 */

export { postgres, type PostgresOptions } from "./postgres.ts";
export { redis, type RedisOptions } from "./redis.ts";
export { staticSite, type StaticSiteOptions } from "./static_site.ts";
