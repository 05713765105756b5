/**
 * Kamal's transcripts of everything but deploys.
 *
 * @module
 */

import type { HostOptions } from "../../sdk/simulate/host_options.ts";
import { runsAccessories } from "./deploys.ts";
import { FRESH, shopHosts, withAccessories } from "./kamals.ts";
import { inOrder } from "./effects.ts";
import { on, routes, RUNS_PROXY, type Transcript } from "./transcript.ts";

const LOCK = "1 lock .kamal/lock-shop: Automatic deploy lock";
const STOPPED = [
  ...on("1 2", "audit [web] Stopped app", "unroute shop-web", "container shop-web-oldver down"),
  ...on("3", "audit [job] Stopped app", "container shop-job-oldver down"),
];
const APP_REMOVED = [
  ...on("1 2", "audit [web] Stopped app", "unroute shop-web", "container shop-web-oldver gone"),
  ...on("3", "audit [job] Stopped app", "container shop-job-oldver gone"),
  ...on("1 2", "audit [web] Removed all app containers"),
  ...on("3", "audit [job] Removed all app containers"),
  ...on("1 2 3", "audit Removed all app images", "audit Removed .kamal/apps/shop"),
  ...on("1 2", "file .kamal/apps/shop/env/roles/web.env gone"),
  ...on("3", "file .kamal/apps/shop/env/roles/job.env gone"),
];
const PROXY_REMOVED = on(
  "1 2",
  "audit Stopped proxy",
  "audit Removed proxy container",
  "audit Removed proxy image",
  "container kamal-proxy gone",
);
const REBOOTED = on("1 2", "audit Rebooted proxy", "login ghcr.io", RUNS_PROXY);

const PROXY_ALONE: HostOptions = { proxy: "basecamp/kamal-proxy:v0.9.2" };
const PROXIES = { ...FRESH, "10.0.0.1": PROXY_ALONE, "10.0.0.2": PROXY_ALONE };

/** Seven versions that stopped, the oldest first, beside the one that serves. */
function withOldVersions(hosts: typeof FRESH): typeof FRESH {
  return Object.fromEntries(
    Object.entries(hosts).map(([host, options]) => {
      const [serving] = options.containers ?? [];
      if (serving === undefined) return [host, options];
      const old = ["s1", "s2", "s3", "s4", "s5", "s6", "s7"].map((version) => ({
        ...serving,
        name: serving.name.replace("oldver", version),
        image: serving.image.replace("oldver", version),
        running: false,
      }));
      return [host, { ...options, containers: [...old, serving] }];
    }),
  );
}

/** By name of the transcript. */
export const VERBS: Readonly<Record<string, Transcript>> = {
  "v2-app-stop": {
    hosts: shopHosts(),
    verb: { name: "app stop" },
    version: "oldver",
    kamal: [LOCK, ...STOPPED],
    differences: ["one audit line for all roles"],
  },
  "v2-app-stale": {
    hosts: shopHosts("with a stale version"),
    verb: { name: "app stop-stale-containers" },
    version: "oldver",
    kamal: [
      LOCK,
      ...on("1 2", "container shop-web-stale1 down"),
      ...on("3", "container shop-job-stale1 down"),
    ],
    differences: ["stopping stale containers is told"],
  },
  "v2-app-remove": {
    hosts: shopHosts(),
    verb: { name: "app remove" },
    version: "oldver",
    kamal: [LOCK, ...APP_REMOVED],
    differences: ["a removal is told once"],
  },
  "v2-app-exec": {
    hosts: shopHosts(),
    verb: { name: "app exec", cmd: "ls" },
    version: "oldver",
    kamal: [
      ...on("1 2 3", "login ghcr.io"),
      ...on("1 2 3", "").flatMap((line) => {
        const host = line.trim();
        const role = host === "3" ? "job" : "web";
        const words = `${host === "2" ? "--env REGION=eu " : ""}${
          host === "3" ? "--memory 2g " : ""
        }`;
        return [
          `${host} docker run ${
            inOrder(
              `--rm --name shop-${role}-exec-latest-cd32b3 --network kamal --env A=1 ${words}--env-file .kamal/apps/shop/env/roles/${role}.env --log-opt max-size=10m --volume /data:/data ghcr.io/acme/shop:latest ls`,
            )
          }`,
        ];
      }),
    ],
    differences: [
      "fewer logins",
      "what serves, not what is called latest",
      "a command runs as the app does",
    ],
  },
  "v2-app-exec-reuse": {
    hosts: shopHosts(),
    verb: { name: "app exec", cmd: "ls", reuse: true },
    version: "oldver",
    kamal: [
      ...on("1 2", "docker exec shop-web-oldver ls"),
      ...on("3", "docker exec shop-job-oldver ls"),
    ],
    differences: [],
  },
  "v2-app-logs": {
    hosts: shopHosts(),
    verb: { name: "app logs" },
    version: "oldver",
    kamal: [
      ...on("1 2", "docker logs --tail=100 --timestamps shop-web-oldver 2>&1"),
      ...on("3", "docker logs --tail=100 --timestamps shop-job-oldver 2>&1"),
    ],
    differences: [],
  },
  "v2-app-logs-follow": {
    hosts: shopHosts(),
    verb: { name: "app logs", follow: true },
    version: "oldver",
    kamal: ["1 docker logs --follow --tail=10 --timestamps shop-web-oldver 2>&1"],
    differences: ["all hosts are followed"],
  },
  "v2-audit": {
    hosts: Object.fromEntries(
      Object.keys(FRESH).map((host) => [host, { files: { ".kamal/shop-audit.log": "" } }]),
    ),
    verb: { name: "audit" },
    version: "oldver",
    kamal: on("1 2 3 4", "ask tail -n 50 .kamal/shop-audit.log"),
    differences: [],
  },
  "v2-build-pull": {
    hosts: shopHosts(),
    verb: { name: "build pull" },
    version: "v2",
    kamal: on(
      "1 2 3",
      "login ghcr.io",
      "pull ghcr.io/acme/shop:v2",
      "audit Pulled image with version v2",
    ),
    differences: ["a quiet audit log", "files of ours"],
  },
  "v2-build-push": {
    hosts: shopHosts(),
    verb: { name: "build push" },
    version: "v2",
    hooks: ["pre-build"],
    kamal: on(
      "here",
      "login ghcr.io",
      "push ghcr.io/acme/shop:v2",
      "push ghcr.io/acme/shop:latest",
    ),
    differences: [],
  },
  "v2-lock-acquire": {
    hosts: shopHosts(),
    verb: { name: "lock acquire", message: "hi" },
    version: "v2",
    kamal: ["1 lock .kamal/lock-shop: hi", "1 file .kamal/lock-shop/details 644"],
    differences: [],
  },
  "v2-lock-release": {
    hosts: { ...shopHosts(), "10.0.0.1": { files: { ".kamal/lock-shop/details": "" } } },
    verb: { name: "lock release" },
    version: "v2",
    kamal: ["1 file .kamal/lock-shop/details gone"],
    differences: [],
  },
  "v2-lock-status": {
    hosts: { ...FRESH, "10.0.0.1": { files: { ".kamal/lock-shop/details": "" } } },
    verb: { name: "lock status" },
    version: "v2",
    kamal: ["1 reads .kamal/lock-shop/details"],
    differences: [],
  },
  "v2-proxy-boot": {
    hosts: FRESH,
    verb: { name: "proxy boot" },
    version: "v2",
    kamal: [
      LOCK,
      ...on("1 2 3 4", "network kamal"),
      ...on("1 2", "login ghcr.io", RUNS_PROXY, "container kamal-proxy up"),
    ],
    differences: [
      "fewer logins",
      "the network where it is used",
      "what cannot be had is found before anything is touched",
    ],
  },
  "v2-proxy-reboot": {
    hosts: shopHosts(),
    verb: { name: "proxy reboot" },
    version: "oldver",
    hooks: ["pre-proxy-reboot", "post-proxy-reboot"],
    kamal: [LOCK, ...REBOOTED],
    differences: ["fewer logins"],
  },
  "v2-proxy-reboot-rolling": {
    hosts: shopHosts(),
    verb: { name: "proxy reboot", rolling: true },
    version: "oldver",
    hooks: ["pre-proxy-reboot", "post-proxy-reboot", "pre-proxy-reboot", "post-proxy-reboot"],
    kamal: [LOCK, ...REBOOTED],
    differences: ["fewer logins"],
  },
  "v2-proxy-remove": {
    hosts: PROXIES,
    verb: { name: "proxy remove" },
    version: "v2",
    kamal: [LOCK, ...PROXY_REMOVED],
    differences: ["a removal is told once"],
  },
  "v2-prune": {
    hosts: withOldVersions(shopHosts()),
    verb: { name: "prune" },
    version: "oldver",
    kamal: [
      LOCK,
      ...on("1 2 3 4", "audit Pruned containers", "audit Pruned images"),
      ...on("1 2", "container shop-web-s1 gone", "container shop-web-s2 gone"),
      ...on("3", "container shop-job-s1 gone", "container shop-job-s2 gone"),
    ],
    differences: ["pruning is told once, where something was pruned"],
  },
  "v2-registry-setup": {
    hosts: shopHosts(),
    verb: { name: "registry login" },
    version: "v2",
    kamal: on("here 1 2 3 4", "login ghcr.io"),
    differences: [],
  },
  "v2-remove": {
    hosts: withAccessories(shopHosts()),
    verb: { name: "remove" },
    version: "oldver",
    kamal: [
      LOCK,
      ...APP_REMOVED,
      ...PROXY_REMOVED,
      ...on(
        "1 2",
        "audit Stopped admin accessory",
        "audit Remove admin accessory container",
        "audit Removed admin accessory image",
        "container shop-admin gone",
        "remove image adminer:4",
      ),
      ...on(
        "4",
        "audit Stopped db accessory",
        "audit Remove db accessory container",
        "audit Removed db accessory image",
        "container shop-db gone",
        "remove image mysql:8.0",
      ),
      ...on("1 2 3 4", "logout ghcr.io"),
    ],
    differences: ["a removal is told once"],
  },
  "v2-rollback-missing": {
    hosts: shopHosts(),
    verb: { name: "rollback", to: "v1" },
    version: "v1",
    refusal: "VERSION_UNKNOWN",
    kamal: [LOCK],
    differences: ["no lock where there is nothing to do"],
  },
  "v2-server-bootstrap": {
    hosts: FRESH,
    verb: { name: "server bootstrap" },
    version: "v2",
    kamal: [LOCK],
    differences: ["no lock where there is nothing to do"],
  },
  "v2-server-bootstrap-missing-docker": {
    hosts: {
      "10.0.0.1": { docker: "missing" },
      "10.0.0.2": { docker: "missing" },
      "10.0.0.3": { docker: "missing" },
      "10.0.0.4": {},
    },
    verb: { name: "server bootstrap" },
    version: "v2",
    kamal: [LOCK, ...on("1 2 3", "install docker")],
    differences: ["no lock before there is Docker"],
  },
  "v2-accessory-boot-all": {
    hosts: shopHosts(),
    verb: { name: "accessory boot", accessory: "all" },
    version: "oldver",
    kamal: [LOCK, ...on("1 2 4", "login ghcr.io"), ...runsAccessories()],
    differences: [
      "labels and an id file of ours",
      "files of ours",
      "what cannot be had is found before anything is touched",
    ],
  },
  "v2-accessory-stop": {
    hosts: withAccessories(shopHosts()),
    verb: { name: "accessory stop", accessory: "admin" },
    version: "oldver",
    kamal: [
      LOCK,
      ...on("1 2", "audit Stopped admin accessory", "container shop-admin down"),
    ],
    differences: [],
  },
  "proxy/v2-app-start": {
    hosts: Object.fromEntries(
      Object.entries(shopHosts()).map(([host, options]) => [host, {
        ...options,
        routes: [],
        containers: (options.containers ?? []).map((one) => ({ ...one, running: false })),
      }]),
    ),
    verb: { name: "app start" },
    version: "oldver",
    kamal: [
      LOCK,
      ...on("1 2 3", "audit Started app version oldver"),
      ...on(
        "1 2",
        "container shop-web-oldver up",
        routes("shop-web", "shop-web-oldver:3000", "--host=shop.example.com"),
      ),
      ...on("3", "container shop-job-oldver up"),
    ],
    differences: ["all of the health check is told", "a start is told without its version"],
  },
};
