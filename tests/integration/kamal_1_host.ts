/**
 * A host on which Kamal 1 works: what its runs were seen to leave there.
 *
 * @module
 */

import type { LabHost } from "../lab/lab.ts";
import { TRAEFIK_IMAGE } from "../lab/traefik.ts";

/** Kamal 1 at work on a host. */
export class Kamal1Host {
  readonly #host: LabHost;
  readonly #repository: string;

  /** Begins to work on a host; the repository is the image with its registry, without tag. */
  constructor(host: LabHost, repository: string) {
    this.#host = host;
    this.#repository = repository;
  }

  /** `kamal traefik boot`: on Docker's first network, with the catch-all. */
  async bootTraefik(): Promise<void> {
    const catchAll = "traefik.http.routers.catchall";
    await this.#host.must("mkdir -p .kamal/env/traefik && : > .kamal/env/traefik/traefik.env");
    await this.#host.must(
      `docker run --name traefik --detach --restart unless-stopped --publish 80:80 --volume /var/run/docker.sock:/var/run/docker.sock \
--env-file .kamal/env/traefik/traefik.env --log-opt max-size="10m" --label ${catchAll}.entryPoints="http" \
--label '${catchAll}.rule=PathPrefix(\`/\`)' --label ${catchAll}.service="unavailable" --label ${catchAll}.priority="1" \
--label traefik.http.services.unavailable.loadbalancer.server.port="0" ${TRAEFIK_IMAGE} --providers.docker --log.level="ERROR"`,
    );
  }

  /** `kamal app boot` of the role web: env file, cord, labels for Traefik. */
  async boot(version: string): Promise<void> {
    const router = "traefik.http.routers.shop-web";
    const env = ".kamal/env/roles/shop-web.env";
    const cord = ".kamal/cords/shop-web-0123456789abcdef";
    await this.#host.must(`docker pull ${this.#repository}:${version}`);
    await this.#host.must(`mkdir -p .kamal/env/roles && umask 077 && echo KEY=one > ${env}`);
    await this.#host.must(`mkdir -p ${cord} ; touch ${cord}/cord`);
    await this.#host.must(
      `docker run --detach --restart unless-stopped --name shop-web-${version} --hostname ${this.#host.address}-8ab5ae2b39cf \
-e KAMAL_CONTAINER_NAME="shop-web-${version}" -e KAMAL_VERSION="${version}" --env-file ${env} \
--health-cmd "(wget -q -O /dev/null http://localhost:80/up || exit 1) && (stat /tmp/kamal-cord/cord > /dev/null || exit 1)" \
--health-interval "1s" --volume $(pwd)/${cord}:/tmp/kamal-cord --log-opt max-size="10m" \
--label service="shop" --label role="web" --label destination \
--label traefik.http.services.shop-web.loadbalancer.server.scheme="http" --label '${router}.rule=PathPrefix(\`/\`)' \
--label ${router}.priority="2" --label traefik.http.middlewares.shop-web-retry.retry.attempts="5" \
--label traefik.http.middlewares.shop-web-retry.retry.initialinterval="500ms" \
--label ${router}.middlewares="shop-web-retry@docker" ${this.#repository}:${version}`,
    );
    await this.#host.must(
      `docker tag ${this.#repository}:${version} ${this.#repository}:latest`,
    );
  }

  /** `kamal accessory boot`: on Docker's first network. */
  async bootAccessory(name: string, image: string): Promise<void> {
    await this.#host.must(
      `docker run --name shop-${name} --detach --restart unless-stopped --log-opt max-size="10m" --label service="shop-${name}" ${image}`,
    );
  }
}
