/**
 * A host on which Kamal 2 works: the commands that it sends, one by one, from what its runs were seen to do.
 *
 * @module
 */

import type { LabHost } from "../lab/lab.ts";

/** What Kamal is told of an app. */
export interface KamalApp {
  /** Image with registry, without tag. */
  readonly repository: string;
  /** Public host name. */
  readonly host: string;
}

/** How Kamal runs a role. */
export interface KamalRole {
  /** Name. */
  readonly role: string;
  /** Version. */
  readonly version: string;
  /** Command; absent for the image's own. */
  readonly cmd?: string;
  /** Whether kamal-proxy sends traffic to it. @default {true} for the role `web` */
  readonly proxied?: boolean;
}

/** Kamal at work on a host. */
export class KamalHost {
  readonly #host: LabHost;
  readonly #app: KamalApp;

  /** Begins to work on a host. */
  constructor(host: LabHost, app: KamalApp) {
    this.#host = host;
    this.#app = app;
  }

  /** `kamal proxy boot`: the network, the folder, and the proxy where it does not run. */
  async bootProxy(): Promise<void> {
    await this.#host.exec("docker network create kamal");
    await this.#must("mkdir -p .kamal/proxy/apps-config");
    await this.#must(
      `docker container start kamal-proxy || echo $(cat .kamal/proxy/options 2> /dev/null || echo "--publish 80:80 --publish 443:443 --log-opt max-size=10m") $(cat .kamal/proxy/image 2> /dev/null || echo "basecamp/kamal-proxy"):$(cat .kamal/proxy/image_version 2> /dev/null || echo "v0.9.2") $(cat .kamal/proxy/run_command 2> /dev/null || echo "") | xargs docker run --name kamal-proxy --network kamal --detach --restart unless-stopped --volume kamal-proxy-config:/home/kamal-proxy/.config/kamal-proxy --volume $PWD/.kamal/proxy/apps-config:/home/kamal-proxy/.apps-config`,
    );
  }

  /** `kamal app boot` of one role: pull, env file, container, route, and the old version stops. */
  async boot({ role, version, cmd = "", proxied = role === "web" }: KamalRole): Promise<void> {
    const { repository, host } = this.#app;
    const name = `shop-${role}-${version}`;
    const old = await this.runningVersion(role);
    await this.#must(`docker pull ${repository}:${version}`);
    await this.#must(
      `docker inspect -f '{{ .Config.Labels.service }}' ${repository}:${version} | grep -x shop`,
    );
    const twin = await this.#must(`docker container ls --all --filter 'name=^${name}$' --quiet`);
    if (twin !== "") await this.#must(`docker rename ${name} ${name}_replaced_5244dc05b76a3`);
    await this.audit(`[${role}] Booted app version ${version}`);
    await this.#must(`mkdir -p .kamal/apps/shop/env/roles`);
    await this.#must(
      `umask 077; printf 'KEY=one\\n' > .kamal/apps/shop/env/roles/${role}.env; chmod 600 .kamal/apps/shop/env/roles/${role}.env`,
    );
    await this.#must(
      `docker run --detach --restart unless-stopped --name ${name} --network kamal --hostname ${this.#host.address}-2cdba698b0ce --env KAMAL_CONTAINER_NAME="${name}" --env KAMAL_VERSION="${version}" --env KAMAL_HOST="${this.#host.address}" --env A="1" --env-file .kamal/apps/shop/env/roles/${role}.env --log-opt max-size="10m" --label service="shop" --label role="${role}" --label destination ${repository}:${version} ${cmd}`,
    );
    if (proxied) {
      const id = await this.#must(`docker container ls --all --filter 'name=^${name}$' --quiet`);
      await this.#must(
        `docker exec kamal-proxy kamal-proxy deploy shop-${role} --target="${id}:80" --host="${host}" --deploy-timeout="30s" --drain-timeout="30s" --buffer-requests --buffer-responses --log-request-header="Cache-Control" --log-request-header="Last-Modified" --log-request-header="User-Agent"`,
      );
    }
    if (twin !== "") await this.#must(`docker stop ${twin}`);
    else if (old !== "") await this.stop(role, old);
    await this.#must(`docker tag ${repository}:${version} ${repository}:latest`);
  }

  /** The version of a role that Kamal takes for the one that runs. */
  async runningVersion(role: string): Promise<string> {
    const { repository } = this.#app;
    const filters =
      `--filter label=service=shop --filter label=destination= --filter label=role=${role} --filter status=running --filter status=restarting`;
    return await this.#must(
      `sh -c 'docker ps --latest --format '\\''{{.Names}}'\\'' ${filters} --filter ancestor=$(docker image ls --filter reference=${repository}:latest --format '\\''{{.ID}}'\\'') ; docker ps --latest --format '\\''{{.Names}}'\\'' ${filters}' | head -1 | while read line; do echo \${line#shop-${role}-}; done`,
    );
  }

  /** All versions of a role that run; those beside the one above are stale. */
  async versions(role: string): Promise<readonly string[]> {
    const found = await this.#must(
      `docker ps --filter label=service=shop --filter label=destination= --filter label=role=${role} --format "{{.Names}}" | while read line; do echo \${line#shop-${role}-}; done`,
    );
    return found.split("\n").filter((version) => version !== "").sort();
  }

  /** Stops a version by its name. */
  async stop(role: string, version: string): Promise<void> {
    await this.#must(
      `docker container ls --all --filter 'name=^shop-${role}-${version}$' --quiet | xargs docker stop`,
    );
  }

  /** `kamal lock acquire`; gives whether it was free. */
  async takeLock(): Promise<boolean> {
    const details = btoa("Locked by: Dev at 2026-11-20T18:23:13Z\nVersion: k1\nMessage: by hand");
    const { code } = await this.#host.exec(
      `mkdir .kamal/lock-shop && echo "${details}" > .kamal/lock-shop/details`,
    );
    return code === 0;
  }

  /** `kamal lock status`: the words of whoever holds it. */
  async lockWords(): Promise<string> {
    return atob((await this.#must("cat .kamal/lock-shop/details")).replaceAll("\n", ""));
  }

  /** `kamal lock release`. */
  async releaseLock(): Promise<void> {
    await this.#must("rm .kamal/lock-shop/details && rm -r .kamal/lock-shop");
  }

  /** `kamal prune all`. */
  async prune(): Promise<void> {
    const { repository } = this.#app;
    await this.#must(
      "docker ps -q -a --filter label=service=shop --filter status=created --filter status=exited --filter status=dead | tail -n +6 | while read container_id; do docker rm $container_id; done",
    );
    await this.#must("docker image prune --force --filter label=service=shop");
    await this.#must(
      `docker image ls --filter label=service=shop --format '{{.ID}} {{.Repository}}:{{.Tag}}' | grep -v -w "$(docker container ls -a --format '{{.Image}}\\|' --filter label=service=shop | tr -d '\\n')${repository}:latest\\|${repository}:<none>" | while read image tag; do docker rmi $tag; done`,
    );
  }

  /** A line in the audit log. */
  async audit(message: string): Promise<void> {
    await this.#must(
      `mkdir -p .kamal && echo "[2026-11-20T18:23:14Z] [dev@example.com] ${message}" >> .kamal/shop-audit.log`,
    );
  }

  async #must(command: string): Promise<string> {
    return (await this.#host.must(command)).trim();
  }
}
