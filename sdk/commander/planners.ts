/**
 * Which plan belongs to which command.
 *
 * @module
 */

import { planAccessory } from "../plan/accessory_actions.ts";
import { planAppStart, planAppStop } from "../plan/app.ts";
import {
  planAppRemove,
  planRemoveContainers,
  planRemoveImages,
  planStopStale,
} from "../plan/app_remove.ts";
import { planBuild } from "../plan/build.ts";
import { planCanaryAbort, planCanaryPromote, planCanaryStart } from "../plan/canary.ts";
import { planDeploy } from "../plan/deploy.ts";
import { planEnvDelete, planEnvPush } from "../plan/env.ts";
import { planAccessoryExec, planAppExec, planServerExec } from "../plan/exec.ts";
import type { PlanInput } from "../plan/input.ts";
import { meantVersion } from "../plan/known_version.ts";
import { planLockAcquire, planLockRelease, planLockStatus } from "../plan/lock.ts";
import { planAccessoryLogs, planAppLogs, planProxyLogs, planTraefikLogs } from "../plan/logs.ts";
import { planLive, planMaintenance } from "../plan/maintenance.ts";
import type { Plan } from "../plan/plan.ts";
import {
  planProxyBoot,
  planProxyRemove,
  planProxyRestart,
  planProxyStart,
  planProxyStop,
} from "../plan/proxy.ts";
import {
  planBootConfigGet,
  planBootConfigReset,
  planBootConfigSet,
} from "../plan/proxy_boot_config.ts";
import { planProxyReboot, planProxyUpgrade } from "../plan/proxy_reboot.ts";
import { planPrune } from "../plan/prune.ts";
import {
  planAccessoryDetails,
  planAppContainers,
  planAppDetails,
  planAppImages,
  planAudit,
  planDetails,
  planNothing,
  planProxyDetails,
  planTraefikDetails,
} from "../plan/questions.ts";
import { planRegistry } from "../plan/registry.ts";
import { planRollback } from "../plan/rollback.ts";
import { planScale } from "../plan/scale.ts";
import { planBootstrap, planRemove } from "../plan/server.ts";
import { planTraefik } from "../plan/traefik.ts";
import { planUpgrade } from "../plan/upgrade.ts";
import { needsOf } from "./needs.ts";
import type { Verb } from "./verb.ts";

/** Plans a command; `named` is the version that the user named with `--version`, if any. */
export function planFor(verb: Verb, input: PlanInput, named: string | undefined): Plan {
  const { version: names } = needsOf(verb);
  const version = named === undefined || names ? named : meantVersion(input, named);
  switch (verb.name) {
    case "setup":
    case "deploy":
    case "redeploy":
      return planDeploy(input, {
        verb: verb.name,
        build: verb.skipPush !== true,
        noCache: verb.noCache === true,
        pull: true,
        accessories: verb.name === "setup",
        prune: verb.name !== "redeploy",
        replaced: "changed",
      });
    case "app boot":
      return planDeploy({ ...input, version: version ?? input.version }, {
        verb: verb.name,
        build: false,
        noCache: false,
        pull: false,
        accessories: false,
        prune: false,
        replaced: "all",
      });
    case "rollback":
      return planRollback(input, verb.to === undefined ? version : meantVersion(input, verb.to));
    case "upgrade":
      return planUpgrade(input, {
        version,
        rolling: verb.rolling === true,
        force: verb.force === true,
      });
    case "canary start":
      return planCanaryStart(input, {
        percent: verb.percent,
        allow: verb.allow,
        build: verb.skipPush !== true,
        noCache: verb.noCache === true,
      });
    case "canary promote":
      return planCanaryPromote(input, version);
    case "canary abort":
      return planCanaryAbort(input);
    case "app scale":
      return planScale(input, verb.counts);
    case "app start":
      return planAppStart(input, version);
    case "app stop":
      return planAppStop(input);
    case "app maintenance":
      return planMaintenance(input, verb);
    case "app live":
      return planLive(input);
    case "app details":
      return planAppDetails(input);
    case "app version":
    case "releases":
      return planNothing(input, verb.name);
    case "app logs":
      return planAppLogs(input, version, verb);
    case "app exec":
      return planAppExec(input, version, verb);
    case "accessory boot":
    case "accessory reboot":
    case "accessory remove":
    case "accessory restart":
    case "accessory start":
    case "accessory stop":
      return planAccessory(input, ACTIONS[verb.name], verb.accessory);
    case "accessory details":
      return planAccessoryDetails(input, verb.accessory);
    case "accessory logs":
      return planAccessoryLogs(input, verb.accessory, verb);
    case "accessory exec":
      return planAccessoryExec(input, verb.accessory, verb);
    case "proxy boot":
      return planProxyBoot(input);
    case "proxy start":
      return planProxyStart(input);
    case "proxy stop":
      return planProxyStop(input);
    case "proxy restart":
      return planProxyRestart(input);
    case "proxy remove":
      return planProxyRemove(input, { force: verb.force === true });
    case "proxy reboot":
      return planProxyReboot(input, { rolling: verb.rolling === true });
    case "proxy upgrade":
      return planProxyUpgrade(input, { rolling: verb.rolling === true });
    case "proxy boot-config set":
      return planBootConfigSet(input, verb);
    case "proxy boot-config get":
      return planBootConfigGet(input);
    case "proxy boot-config reset":
      return planBootConfigReset(input);
    case "proxy details":
      return planProxyDetails(input);
    case "proxy logs":
      return planProxyLogs(input, verb);
    case "traefik boot":
    case "traefik reboot":
    case "traefik remove":
    case "traefik restart":
    case "traefik start":
    case "traefik stop":
      return planTraefik(input, TRAEFIK_ACTIONS[verb.name]);
    case "traefik details":
      return planTraefikDetails(input);
    case "traefik logs":
      return planTraefikLogs(input, verb);
    case "lock status":
      return planLockStatus(input);
    case "lock acquire":
      return planLockAcquire(input, verb.message);
    case "lock release":
      return planLockRelease(input);
    case "server bootstrap":
      return planBootstrap(input);
    case "env push":
      return planEnvPush(input);
    case "env delete":
      return planEnvDelete(input);
    case "audit":
      return planAudit(input);
    case "details":
      return planDetails(input);
    case "prune":
      return planPrune(input, verb);
    case "app containers":
      return planAppContainers(input);
    case "app images":
      return planAppImages(input);
    case "app remove":
      return planAppRemove(input);
    case "app remove-container":
      return planRemoveContainers(input, verb.name, verb.of);
    case "app remove-containers":
      return planRemoveContainers(input, verb.name, undefined);
    case "app remove-images":
      return planRemoveImages(input);
    case "app stale-containers":
    case "canary status":
    case "drift":
      return planNothing(input, verb.name);
    case "app stop-stale-containers":
      return planStopStale(input);
    case "registry login":
    case "registry logout":
      return planRegistry(input, verb);
    case "build push":
    case "build pull":
    case "build deliver":
      return planBuild(input, verb.name, verb.noCache ?? false);
    case "server exec":
      return planServerExec(input, verb);
    case "remove":
      return planRemove(input);
    default:
      return verb satisfies never;
  }
}

const ACTIONS = {
  "accessory boot": "boot",
  "accessory reboot": "reboot",
  "accessory remove": "remove",
  "accessory restart": "restart",
  "accessory start": "start",
  "accessory stop": "stop",
} as const;

const TRAEFIK_ACTIONS = {
  "traefik boot": "boot",
  "traefik reboot": "reboot",
  "traefik remove": "remove",
  "traefik restart": "restart",
  "traefik start": "start",
  "traefik stop": "stop",
} as const;
