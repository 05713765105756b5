/**
 * Redis as an accessory.
 *
 * @module
 */

import type { Deploy, DeployShape, WithAccessory } from "@sextant/deploy";

/** A Redis server. */
export interface RedisOptions<Name extends string, Role extends string> {
  /** Name of the accessory. */
  readonly name: Name;
  /** Role on whose hosts it runs; one server per host, which do not replicate. */
  readonly role: Role;
  /**
   * Tag of the `redis` image.
   * @default {"8"}
   */
  readonly version?: string;
  /**
   * Port to publish, such as `"127.0.0.1:6379:6379"`.
   * @default {undefined} None: the app reaches it in Docker's network, at the container's name.
   */
  readonly port?: string | number;
  /**
   * Folder of its data on the host, below the accessory's own unless it begins with a slash.
   * @default {"data"}
   */
  readonly directory?: string;
}

/**
 * Adds a Redis server that writes every change to disk, and whose health Docker watches.
 *
 * @example A cache beside the workers
 * ```ts
 * import { deploy } from "@sextant/deploy";
 * import { redis } from "@sextant/deploy/recipes";
 *
 * deploy("shop").servers({ jobs: ["10.0.0.3"] }).use(redis({ name: "cache", role: "jobs" }));
 * ```
 *
 * The app finds it at `shop-cache:6379`. It becomes:
 *
 * ```sh
 * docker run --detach --restart unless-stopped --name shop-cache --network kamal \
 *   --volume "$PWD"/shop-cache/data:/data --health-cmd 'redis-cli ping | grep PONG' … \
 *   redis:8 redis-server --appendonly yes
 * ```
 */
export function redis<const Name extends string, S extends DeployShape>(
  options: RedisOptions<Name, S["role"]>,
): (app: Deploy<S>) => Deploy<WithAccessory<S, Name>> {
  const { name, role, version = "8", port, directory = "data" } = options;
  return (app) =>
    app.accessory(name, {
      image: `redis:${version}`,
      role,
      cmd: "redis-server --appendonly yes",
      ...(port === undefined ? {} : { port }),
      directories: [`${directory}:/data`],
      options: {
        // A server that is still loading its data answers, but not with PONG.
        "health-cmd": "redis-cli ping | grep PONG",
        "health-interval": "10s",
        "health-timeout": "5s",
        "health-retries": 5,
      },
    });
}
