/**
 * A static site: one web server in a container, behind kamal-proxy.
 *
 * @module
 */

import type { Deploy, DeployShape, HostInput, WithRole } from "@sextant/deploy";

/** A static site. */
export interface StaticSiteOptions {
  /** Servers that it runs on; a single one where `ssl` is on. */
  readonly servers: readonly HostInput[];
  /** Public host name. */
  readonly host: string;
  /**
   * Whether kamal-proxy obtains a certificate and serves HTTPS.
   * @default {true} With one server; `false` with more, where a load balancer does.
   */
  readonly ssl?: boolean;
  /**
   * Port that the web server listens on in its container.
   * @default {80}
   */
  readonly appPort?: number;
  /**
   * Path that must answer 200.
   * @default {"/"}
   */
  readonly healthcheckPath?: string;
}

/**
 * Makes the deployment that of a static site: a role `web`, its traffic, and its timeouts.
 * The image is the project's: a `Dockerfile` of `FROM nginx:alpine` and `COPY public /usr/share/nginx/html`.
 *
 * @example A handbook
 * ```ts
 * import { deploy } from "@sextant/deploy";
 * import { staticSite } from "@sextant/deploy/recipes";
 *
 * export default deploy("handbook")
 *   .image("acme/handbook")
 *   .use(staticSite({ servers: ["10.0.0.1"], host: "handbook.acme.dev" }));
 * ```
 *
 * It becomes:
 *
 * ```sh
 * docker exec kamal-proxy kamal-proxy deploy handbook-web --target <id>:80 \
 *   --host handbook.acme.dev --tls --health-check-path / --drain-timeout 5s …
 * ```
 */
export function staticSite<S extends DeployShape>(
  options: StaticSiteOptions,
): (app: Deploy<S>) => Deploy<WithRole<S, "web">> {
  const { servers, host, ssl = servers.length === 1, appPort = 80, healthcheckPath = "/" } =
    options;
  return (app) =>
    app
      .servers({ web: servers })
      .proxy({ host, ssl, appPort, healthcheck: { path: healthcheckPath } })
      // Files are sent in a moment, so the old container need not wait long for its last requests.
      .settings({ drainTimeout: 5 });
}
