/**
 * Kamal's transcripts of setting up, deploying and booting.
 *
 * @module
 */

import { inOrder } from "./effects.ts";
import { FRESH, kamal1Hosts, shopHosts } from "./kamals.ts";
import { on, routes, RUNS_PROXY, runsApp, type Transcript } from "./transcript.ts";

const VOLUMES = "--env A=1 --volume /data:/data";
const ASSETS = (version: string): string =>
  `--volume $PWD/.kamal/apps/shop/assets/volumes/web-${version}:/app/public/assets:ro`;
const HOST = "--host=shop.example.com";

/** What booting a version does on each host, once its image is there. */
function boots(version: string): readonly string[] {
  const web = `${VOLUMES} ${ASSETS(version)}`;
  const job = `${VOLUMES} --memory 2g`;
  const latest = "ghcr.io/acme/shop:latest";
  return [
    ...on("1", runsApp(`shop-web-${version}`, version, { words: web })),
    ...on("2", runsApp(`shop-web-${version}`, version, { words: `${web} --env REGION=eu` })),
    ...on(
      "3",
      runsApp(`shop-job-${version}`, version, {
        role: "job",
        restart: "on-failure:3",
        words: job,
        cmd: "bin/jobs",
      }),
    ),
    ...on(
      "1 2",
      routes("shop-web", `shop-web-${version}:3000`, HOST),
      `audit [web] Booted app version ${version}`,
      `container shop-web-${version} up`,
      "container shop-web-oldver down",
      "file .kamal/apps/shop/env/roles/web.env 600",
    ),
    ...on(
      "3",
      `audit [job] Booted app version ${version}`,
      `container shop-job-${version} up`,
      "container shop-job-oldver down",
      "file .kamal/apps/shop/env/roles/job.env 600",
    ),
    ...on(
      "1 2 3",
      `audit Tagging ghcr.io/acme/shop:${version} as the latest image`,
      `tag ghcr.io/acme/shop:${version} as ${latest}`,
    ),
    ...on("1", "lock .kamal/lock-shop: Automatic deploy lock"),
  ];
}

/** What booting all accessories does. */
export function runsAccessories(): readonly string[] {
  const fixed = "--detach --restart unless-stopped --network kamal --log-opt max-size=10m";
  const file = ".kamal/apps/shop/env/accessories";
  const mounts =
    "--volume $PWD/shop-db/etc/mysql/my.cnf:/etc/mysql/my.cnf:ro --volume $PWD/shop-db/data:/var/lib/mysql";
  const admin =
    `--name shop-admin ${fixed} --env KAMAL_HOST=10.0.0.{host} --env-file ${file}/admin.env --label service=shop-admin adminer:4`;
  const db =
    `--name shop-db ${fixed} --publish 3306:3306 --env KAMAL_HOST=10.0.0.{host} --env X=y --env-file ${file}/db.env ${mounts} --label service=shop-db mysql:8.0`;
  return [
    ...on(
      "1 2",
      "audit Booted admin accessory",
      `docker run ${inOrder(admin)}`,
      "container shop-admin up",
      `file ${file}/admin.env 600`,
    ),
    ...on(
      "4",
      "audit Booted db accessory",
      `docker run ${inOrder(db)}`,
      "container shop-db up",
      `file ${file}/db.env 600`,
      "file shop-db/etc/mysql/my.cnf 755",
    ),
  ];
}

const PULLED = on(
  "1 2 3",
  "login ghcr.io",
  "pull ghcr.io/acme/shop:v2",
  "audit Pulled image with version v2",
);
const BUILT = on(
  "here",
  "login ghcr.io",
  "push ghcr.io/acme/shop:v2",
  "push ghcr.io/acme/shop:latest",
);
const PRUNED = on("1 2 3 4", "audit Pruned containers", "audit Pruned images");
const STALE = [
  ...on("1 2", "container shop-web-stale1 down"),
  ...on("3", "container shop-job-stale1 down"),
];

const DEPLOYED = [
  "labels and an id file of ours",
  "files of ours",
  "a quiet audit log",
  "all of the health check is told",
] as const;

/** By name of the transcript. */
export const DEPLOYS: Readonly<Record<string, Transcript>> = {
  "v2-setup": {
    hosts: FRESH,
    verb: { name: "setup" },
    version: "v2",
    hooks: ["pre-build", "pre-deploy", "pre-app-boot", "post-app-boot", "post-deploy"],
    kamal: [
      ...BUILT,
      ...PULLED,
      ...on("1 2 3 4", "network kamal"),
      ...on("1 2", RUNS_PROXY, "container kamal-proxy up"),
      ...on("4", "login ghcr.io"),
      ...runsAccessories(),
      ...boots("v2").filter((line) => !line.includes("oldver")),
      ...PRUNED,
    ],
    differences: [...DEPLOYED, "what cannot be had is found before anything is touched"],
  },
  "v2-app-boot": {
    hosts: shopHosts(),
    verb: { name: "app boot" },
    version: "oldver",
    hooks: ["pre-app-boot", "post-app-boot"],
    kamal: boots("latest"),
    differences: [
      "labels and an id file of ours",
      "files of ours",
      "a quiet audit log",
      "all of the health check is told",
      "what serves, not what is called latest",
    ],
  },
  "v2-upgrade": {
    hosts: kamal1Hosts(),
    verb: { name: "upgrade" },
    version: "oldver",
    hooks: ["pre-proxy-reboot", "pre-app-boot", "post-app-boot", "post-proxy-reboot"],
    kamal: [
      ...on("1 2 3 4", "audit Rebooted proxy", "login ghcr.io", "network kamal"),
      ...on("1 2", "container traefik gone", "remove image traefik:v2.11"),
      ...on("1 2", RUNS_PROXY, "container kamal-proxy up"),
      ...boots("latest"),
      ...PRUNED,
      ...on(
        "1 2",
        "audit Pull admin accessory image",
        "audit Stopped admin accessory",
        "audit Remove admin accessory container",
      ),
      ...on(
        "4",
        "audit Pull db accessory image",
        "audit Stopped db accessory",
        "audit Remove db accessory container",
      ),
      ...runsAccessories(),
    ],
    differences: [
      "labels and an id file of ours",
      "files of ours",
      "a quiet audit log",
      "all of the health check is told",
      "what serves, not what is called latest",
      "accessories go on",
      "kamal-proxy starts before it has the ports",
      "what cannot be had is found before anything is touched",
      "nothing is told of hosts without a proxy",
    ],
  },
  "proxy/v2-deploy-same-version": {
    hosts: shopHosts(),
    before: [{ name: "deploy" }],
    verb: { name: "deploy", skipPush: true },
    version: "v2",
    kamal: [
      ...PULLED,
      ...boots("v2").filter((line) => !line.includes("oldver")),
      ...PRUNED,
      ...on("1 2", "container shop-web-v2_replaced_* down"),
      ...on("3", "container shop-job-v2_replaced_* down"),
    ],
    differences: ["no change where nothing has changed"],
  },
  "proxy/v2-fail-no-image": {
    hosts: shopHosts(),
    verb: { name: "deploy", skipPush: true },
    version: "nosuch",
    failure: "IMAGE_MISSING",
    // Kamal pulls before the hook runs.
    hooks: ["pre-deploy"],
    kamal: on(
      "1 2 3",
      "login ghcr.io",
      "pull ghcr.io/acme/shop:nosuch",
      "audit Pulled image with version nosuch",
    ),
    differences: ["no line before something is done", "files of ours", "the lock comes first"],
  },
  "v2-deploy": {
    hosts: shopHosts("with a stale version"),
    verb: { name: "deploy" },
    version: "v2",
    hooks: ["pre-build", "pre-deploy", "pre-app-boot", "post-app-boot", "post-deploy"],
    kamal: [...BUILT, ...PULLED, ...boots("v2"), ...STALE, ...PRUNED],
    differences: DEPLOYED,
  },
  "v2-hook-env": {
    hosts: shopHosts("with a stale version"),
    verb: { name: "deploy", skipPush: true },
    version: "v2",
    hooks: ["pre-deploy", "pre-app-boot", "post-app-boot", "post-deploy"],
    kamal: [...PULLED, ...boots("v2"), ...STALE, ...PRUNED],
    differences: DEPLOYED,
  },
  "v2-redeploy": {
    hosts: shopHosts("with a stale version"),
    verb: { name: "redeploy", skipPush: true },
    version: "v2",
    hooks: ["pre-deploy", "pre-app-boot", "post-app-boot", "post-deploy"],
    kamal: [...PULLED, ...boots("v2"), ...STALE],
    differences: DEPLOYED,
  },
};
