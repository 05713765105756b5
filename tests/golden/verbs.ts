/**
 * Every command, with hosts on which it has something to do.
 *
 * @module
 */

import type { Verb } from "../../sdk/commander/verb.ts";
import type { DeploySpec } from "../../sdk/config/spec.ts";
import type { FleetOptions } from "../../sdk/simulate/fleet.ts";

/** A command, and what stands on the hosts before it. */
export interface VerbCase<Name extends Verb["name"]> {
  /** The command. */
  readonly verb: Verb & { readonly name: Name };
  /** Commands that ran before. @default {BEFORE} */
  readonly before?: readonly (readonly [verb: Verb, version: string])[];
  /** What the configuration says besides. */
  readonly config?: Partial<DeploySpec>;
  /** What the configuration said when the commands before ran; as `config` by default. */
  readonly configBefore?: Partial<DeploySpec>;
  /** How the hosts are at first. */
  readonly host?: NonNullable<FleetOptions["hosts"]>[string];
}

const SETUP: readonly [Verb, string] = [{ name: "setup" }, "v1"];
const DEPLOY: readonly [Verb, string] = [{ name: "deploy" }, "v2"];

const CANARY = { name: "canary start", percent: 10, allow: ["qa"] } as const;

/** What ran before most commands. */
export const BEFORE: readonly (readonly [verb: Verb, version: string])[] = [SETUP, DEPLOY];

const TRAEFIK: Partial<DeploySpec> = { traefik: {} };
const NEWER_PROXY: Partial<DeploySpec> = {
  proxy: { host: "shop.acme.dev", appPort: 3000, run: { version: "v0.9.3" } },
};

/** Two versions run, and nobody knows of the first. */
const STALE: VerbCase<"deploy">["host"] = {
  containers: ["v0", "v1"].map((version) => ({
    name: `shop-web-${version}`,
    image: `registry.acme.dev/acme/shop:${version}`,
    labels: { service: "shop", role: "web", destination: "" },
  })),
};

/** A line per command; without it a new command does not type-check. */
export const VERB_CASES: { readonly [Name in Verb["name"]]: VerbCase<Name> } = {
  "setup": { verb: { name: "setup" }, before: [] },
  "deploy": { verb: { name: "deploy" }, before: [SETUP] },
  "redeploy": { verb: { name: "redeploy" }, before: [SETUP] },
  "rollback": { verb: { name: "rollback" } },
  "upgrade": { verb: { name: "upgrade" }, before: [SETUP], config: {}, configBefore: TRAEFIK },
  "canary start": { verb: CANARY, before: [SETUP] },
  "canary promote": { verb: { name: "canary promote" }, before: [SETUP, [CANARY, "v2"]] },
  "canary abort": { verb: { name: "canary abort" }, before: [SETUP, [CANARY, "v2"]] },
  "canary status": { verb: { name: "canary status" }, before: [SETUP, [CANARY, "v2"]] },
  "releases": { verb: { name: "releases" } },
  "drift": { verb: { name: "drift" } },
  "details": { verb: { name: "details" } },
  "app boot": { verb: { name: "app boot" } },
  "app scale": { verb: { name: "app scale", counts: { web: 2 } } },
  "app start": { verb: { name: "app start" }, before: [SETUP, [{ name: "app stop" }, "v1"]] },
  "app stop": { verb: { name: "app stop" } },
  "app maintenance": { verb: { name: "app maintenance", message: "back at noon" } },
  "app live": {
    verb: { name: "app live" },
    before: [SETUP, [{ name: "app maintenance" }, "v1"]],
  },
  "app containers": { verb: { name: "app containers" } },
  "app images": { verb: { name: "app images" } },
  "app details": { verb: { name: "app details" } },
  "app version": { verb: { name: "app version" } },
  "app stale-containers": { verb: { name: "app stale-containers" } },
  "app stop-stale-containers": {
    verb: { name: "app stop-stale-containers" },
    before: [],
    host: STALE,
  },
  "app remove": { verb: { name: "app remove" } },
  "app remove-container": { verb: { name: "app remove-container", of: "v1" } },
  "app remove-containers": { verb: { name: "app remove-containers" } },
  "app remove-images": { verb: { name: "app remove-images" } },
  "app logs": { verb: { name: "app logs", since: "5m", grep: "error" } },
  "app exec": { verb: { name: "app exec", cmd: "bin/rails about", env: { QUIET: "1" } } },
  "accessory boot": { verb: { name: "accessory boot", accessory: "db" }, before: [] },
  "accessory reboot": { verb: { name: "accessory reboot", accessory: "db" } },
  "accessory start": {
    verb: { name: "accessory start", accessory: "db" },
    before: [SETUP, [{ name: "accessory stop", accessory: "db" }, "v1"]],
  },
  "accessory stop": { verb: { name: "accessory stop", accessory: "db" } },
  "accessory restart": { verb: { name: "accessory restart", accessory: "db" } },
  "accessory details": { verb: { name: "accessory details", accessory: "db" } },
  "accessory remove": { verb: { name: "accessory remove", accessory: "db" } },
  "accessory logs": { verb: { name: "accessory logs", accessory: "db", lines: 20 } },
  "accessory exec": { verb: { name: "accessory exec", accessory: "db", cmd: "psql -l" } },
  "proxy boot": { verb: { name: "proxy boot" }, before: [] },
  "proxy reboot": { verb: { name: "proxy reboot" } },
  "proxy upgrade": {
    verb: { name: "proxy upgrade", rolling: true },
    config: NEWER_PROXY,
    configBefore: {},
  },
  "proxy start": { verb: { name: "proxy start" }, before: [SETUP, [{ name: "proxy stop" }, "v1"]] },
  "proxy stop": { verb: { name: "proxy stop" } },
  "proxy restart": { verb: { name: "proxy restart" } },
  "proxy details": { verb: { name: "proxy details" } },
  "proxy logs": { verb: { name: "proxy logs", follow: true } },
  "proxy remove": { verb: { name: "proxy remove", force: true } },
  "proxy boot-config get": { verb: { name: "proxy boot-config get" } },
  "proxy boot-config set": { verb: { name: "proxy boot-config set", httpPort: 8080 } },
  "proxy boot-config reset": { verb: { name: "proxy boot-config reset" } },
  "traefik boot": { verb: { name: "traefik boot" }, before: [], config: TRAEFIK },
  "traefik reboot": { verb: { name: "traefik reboot" }, config: TRAEFIK },
  "traefik start": {
    verb: { name: "traefik start" },
    before: [SETUP, [{ name: "traefik stop" }, "v1"]],
    config: TRAEFIK,
  },
  "traefik stop": { verb: { name: "traefik stop" }, config: TRAEFIK },
  "traefik restart": { verb: { name: "traefik restart" }, config: TRAEFIK },
  "traefik details": { verb: { name: "traefik details" }, config: TRAEFIK },
  "traefik logs": { verb: { name: "traefik logs", lines: 20 }, config: TRAEFIK },
  "traefik remove": { verb: { name: "traefik remove" }, config: TRAEFIK },
  "env push": { verb: { name: "env push" } },
  "env delete": { verb: { name: "env delete" } },
  "lock acquire": { verb: { name: "lock acquire", message: "the database moves" } },
  "lock release": { verb: { name: "lock release" } },
  "lock status": { verb: { name: "lock status" } },
  "server bootstrap": {
    verb: { name: "server bootstrap" },
    before: [],
    host: { docker: "missing" },
  },
  "server exec": { verb: { name: "server exec", cmd: "uptime" } },
  "audit": { verb: { name: "audit" } },
  "build push": { verb: { name: "build push", noCache: true } },
  "build pull": { verb: { name: "build pull" } },
  "build deliver": { verb: { name: "build deliver" } },
  "registry login": { verb: { name: "registry login" } },
  "registry logout": { verb: { name: "registry logout" } },
  "prune": {
    verb: { name: "prune", retain: 1 },
    before: [SETUP, DEPLOY, [{ name: "redeploy" }, "v3"]],
  },
  "remove": { verb: { name: "remove" } },
};
