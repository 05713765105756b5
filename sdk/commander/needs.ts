/**
 * What each command needs before it can be planned.
 *
 * @module
 */

import type { Verb } from "./verb.ts";

/** What a command needs. */
export interface Needs {
  /** Which hosts it is about. */
  readonly hosts: "all" | "app" | "proxy" | "accessory" | "lock";
  /** Whether it names the version to deploy, by git if need be. */
  readonly version: boolean;
  /** Whether it writes secrets to hosts; or hooks may want them, and the plan where it turns out to need any. */
  readonly secrets: boolean | "later";
  /** Whether it takes the lock. */
  readonly lock: boolean;
  /** Whether it wants to know all that hosts know of releases. @default {false} */
  readonly details?: boolean;
  /** Whether hosts may pull images. @default {false} */
  readonly pulls?: boolean;
  /** Whether it brings images or containers to hosts, for which there must be room. @default {false} */
  readonly room?: boolean;
  /** Whether it compares the settings of running containers one by one. @default {false} */
  readonly inspect?: boolean;
  /** Whether it looks for what left the configuration, also on hosts that did. @default {false} */
  readonly orphans?: boolean;
  /**
   * Whether it works with Docker, and with the proxy, maybe in Traefik's place, and so checks them first; what replaces
   * a proxy does not mind its age.
   */
  readonly docker: "from Traefik" | "proxy" | "proxy of any age" | "yes" | "no";
}

const ASK = { version: false, secrets: false, lock: false, docker: "yes" } as const;
const CHANGE = { version: false, secrets: false, lock: true, docker: "yes" } as const;
const BOOT = {
  version: true,
  secrets: true,
  lock: true,
  docker: "proxy",
  pulls: true,
  room: true,
} as const;
const LOCK = { hosts: "lock", version: false, secrets: false, lock: false, docker: "no" } as const;

const NEEDS: Readonly<Record<Verb["name"], Needs>> = Object.freeze({
  "accessory boot": { ...CHANGE, hosts: "accessory", secrets: true, pulls: true, room: true },
  "accessory details": { ...ASK, hosts: "accessory" },
  "accessory exec": { ...ASK, hosts: "accessory" },
  "accessory logs": { ...ASK, hosts: "accessory" },
  "accessory reboot": { ...CHANGE, hosts: "accessory", secrets: true, pulls: true, room: true },
  "accessory remove": { ...CHANGE, hosts: "accessory" },
  "accessory restart": { ...CHANGE, hosts: "accessory" },
  "accessory start": { ...CHANGE, hosts: "accessory" },
  "accessory stop": { ...CHANGE, hosts: "accessory" },
  "app containers": { ...ASK, hosts: "app" },
  "app images": { ...ASK, hosts: "app" },
  "app remove": { ...CHANGE, hosts: "app" },
  "app remove-container": { ...CHANGE, hosts: "app" },
  "app remove-containers": { ...CHANGE, hosts: "app" },
  "app remove-images": { ...CHANGE, hosts: "app" },
  "app stale-containers": { ...ASK, hosts: "app" },
  "app stop-stale-containers": { ...CHANGE, hosts: "app" },
  "app boot": { ...BOOT, hosts: "app", version: false },
  "app details": { ...ASK, hosts: "app" },
  "app exec": { ...ASK, hosts: "app" },
  "app live": { ...CHANGE, hosts: "proxy" },
  "app logs": { ...ASK, hosts: "app" },
  "app scale": { ...BOOT, hosts: "app", version: false },
  "app maintenance": { ...CHANGE, hosts: "proxy" },
  "app start": { ...CHANGE, hosts: "app" },
  "app stop": { ...CHANGE, hosts: "app" },
  "app version": { ...ASK, hosts: "app" },
  "audit": { ...ASK, hosts: "all", docker: "no" },
  "build deliver": {
    ...ASK,
    hosts: "app",
    version: true,
    secrets: "later",
    pulls: true,
    room: true,
  },
  "build pull": { ...ASK, hosts: "app", version: true, secrets: "later", pulls: true, room: true },
  "build push": { ...ASK, hosts: "app", version: true, secrets: "later" },
  "canary abort": { ...CHANGE, hosts: "app" },
  "canary promote": {
    ...BOOT,
    hosts: "app",
    version: false,
    secrets: "later",
    details: true,
    room: false,
  },
  "canary start": { ...BOOT, hosts: "app" },
  "canary status": { ...ASK, hosts: "app" },
  "deploy": { ...BOOT, hosts: "app", orphans: true },
  "drift": { ...ASK, hosts: "all", secrets: true, details: true, inspect: true },
  "details": { ...ASK, hosts: "all" },
  "env delete": { ...CHANGE, hosts: "all", docker: "no" },
  "env push": { ...CHANGE, hosts: "all", secrets: true, docker: "no" },
  "lock acquire": { ...LOCK, version: true },
  "lock release": LOCK,
  "lock status": LOCK,
  "proxy boot": { ...CHANGE, hosts: "proxy", docker: "proxy", room: true },
  "proxy boot-config get": { ...ASK, hosts: "proxy", docker: "no" },
  "proxy boot-config reset": { ...ASK, hosts: "proxy", docker: "no" },
  "proxy boot-config set": { ...ASK, hosts: "proxy", docker: "no" },
  "proxy details": { ...ASK, hosts: "proxy" },
  "proxy logs": { ...ASK, hosts: "proxy" },
  "proxy reboot": { ...CHANGE, hosts: "proxy", docker: "proxy of any age", room: true },
  "proxy remove": { ...CHANGE, hosts: "proxy" },
  "proxy restart": { ...CHANGE, hosts: "proxy" },
  "proxy start": { ...CHANGE, hosts: "proxy", docker: "proxy" },
  "proxy stop": { ...CHANGE, hosts: "proxy" },
  "proxy upgrade": { ...CHANGE, hosts: "proxy", docker: "proxy of any age", room: true },
  "prune": { ...CHANGE, hosts: "app" },
  "redeploy": { ...BOOT, hosts: "app", orphans: true },
  "registry login": { ...ASK, hosts: "all", secrets: "later" },
  "registry logout": { ...ASK, hosts: "all" },
  "remove": { ...CHANGE, hosts: "all" },
  "releases": { ...ASK, hosts: "app" },
  // Going back to containers that are still there must not depend on a password manager, and is what a full disk asks for.
  "rollback": {
    ...BOOT,
    hosts: "app",
    version: false,
    secrets: "later",
    details: true,
    room: false,
  },
  "server exec": { ...ASK, hosts: "all", docker: "no" },
  "server bootstrap": { ...ASK, hosts: "all", docker: "no" },
  "setup": { ...BOOT, hosts: "all", orphans: true },
  "traefik boot": { ...CHANGE, hosts: "app", secrets: true, room: true },
  "traefik details": { ...ASK, hosts: "app" },
  "traefik logs": { ...ASK, hosts: "app" },
  "traefik reboot": { ...CHANGE, hosts: "app", secrets: true, room: true },
  "traefik remove": { ...CHANGE, hosts: "app" },
  "traefik restart": { ...CHANGE, hosts: "app" },
  "traefik start": { ...CHANGE, hosts: "app" },
  "traefik stop": { ...CHANGE, hosts: "app" },
  "upgrade": { ...BOOT, hosts: "all", version: false, docker: "from Traefik" },
});

/** What a command needs. */
export function needsOf(verb: Verb): Needs {
  return NEEDS[verb.name];
}
