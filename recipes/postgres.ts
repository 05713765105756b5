/**
 * PostgreSQL as an accessory.
 *
 * @module
 */

import {
  type Deploy,
  type DeployShape,
  secret,
  type SecretReference,
  type WithAccessory,
} from "@sextant/deploy";

/** A PostgreSQL server. */
export interface PostgresOptions<Name extends string, Role extends string> {
  /** Name of the accessory. */
  readonly name: Name;
  /** Role on whose hosts it runs; one server per host, which do not replicate. */
  readonly role: Role;
  /**
   * Tag of the `postgres` image.
   * @default {"17"}
   */
  readonly version?: string;
  /**
   * User that owns the database.
   * @default {"postgres"}
   */
  readonly user?: string;
  /**
   * Database that is made on the first start.
   * @default {undefined} Named as the user.
   */
  readonly database?: string;
  /**
   * Secret that holds the user's password.
   * @default {secret("POSTGRES_PASSWORD")}
   */
  readonly password?: SecretReference;
  /**
   * Port to publish, such as `"127.0.0.1:5432:5432"`.
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
 * Adds a PostgreSQL server that keeps its data on the host, and whose health Docker watches.
 *
 * @example A database beside the workers
 * ```ts
 * import { deploy, secret } from "@sextant/deploy";
 * import { postgres } from "@sextant/deploy/recipes";
 *
 * deploy("shop").servers({ jobs: ["10.0.0.3"] })
 *   .use(postgres({ name: "db", role: "jobs", user: "shop", password: secret("DB_PASSWORD") }));
 * ```
 *
 * The app finds it at `shop-db:5432`. It becomes:
 *
 * ```sh
 * docker run --detach --restart unless-stopped --name shop-db --network kamal \
 *   --env PGDATA=/var/lib/postgresql/data --env POSTGRES_DB=shop --env POSTGRES_USER=shop \
 *   --env-file .kamal/apps/shop/env/accessories/db.env \
 *   --volume "$PWD"/shop-db/data:/var/lib/postgresql/data \
 *   --health-cmd 'pg_isready --host=localhost --username=shop --dbname=shop' … postgres:17
 * ```
 */
export function postgres<const Name extends string, S extends DeployShape>(
  options: PostgresOptions<Name, S["role"]>,
): (app: Deploy<S>) => Deploy<WithAccessory<S, Name>> {
  const { name, role, version = "17", user = "postgres", database = user } = options;
  const { password = secret("POSTGRES_PASSWORD"), port, directory = "data" } = options;
  return (app) =>
    app.accessory(name, {
      image: `postgres:${version}`,
      role,
      ...(port === undefined ? {} : { port }),
      env: {
        // From 18 on the image refuses a mount at its old place unless it is told that the data are there.
        clear: { POSTGRES_USER: user, POSTGRES_DB: database, PGDATA: DATA },
        secret: [`POSTGRES_PASSWORD:${password.secret}`],
      },
      directories: [`${directory}:${DATA}`],
      options: {
        // By TCP: the server of the first start, which still makes the database, listens on no port.
        "health-cmd": `pg_isready --host=localhost --username=${user} --dbname=${database}`,
        "health-interval": "10s",
        "health-timeout": "5s",
        "health-retries": 5,
        // It writes a checkpoint before it ends; cut off, it would have to recover on its next start.
        "stop-timeout": 60,
      },
    });
}

const DATA = "/var/lib/postgresql/data";
