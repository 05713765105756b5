/**
 * Every command that can be given, as plain data.
 *
 * @module
 */

import type { MaintenanceOptions } from "../plan/maintenance.ts";
import type { BootConfigOptions } from "../plan/proxy_boot_config.ts";
import type { ExecOptions } from "../plan/exec.ts";
import type { LogOptions } from "../plan/logs.ts";

/** A command and what it was told. */
export type Verb =
  | DeployVerb
  | RollbackVerb
  | ScaleVerb
  | UpgradeVerb
  | CanaryStartVerb
  | PlainVerb
  | PruneVerb
  | RemoveContainerVerb
  | StaleVerb
  | RegistryVerb
  | BuildVerb
  | HostExecVerb
  | LogsVerb
  | ExecVerb
  | AccessoryVerb
  | AccessoryLogsVerb
  | AccessoryExecVerb
  | LockAcquireVerb
  | MaintenanceVerb
  | ProxyRebootVerb
  | ProxyRemoveVerb
  | BootConfigSetVerb;

/** Brings a version to its hosts. */
export interface DeployVerb {
  /** Which command. */
  readonly name: "setup" | "deploy" | "redeploy";
  /** Whether building and pushing is left out, because the image is in the registry. @default {false} */
  readonly skipPush?: boolean | undefined;
  /** Whether the image is built without cached layers. @default {false} */
  readonly noCache?: boolean | undefined;
}

/** Goes back to an earlier version. */
export interface RollbackVerb {
  /** Which command. */
  readonly name: "rollback";
  /** The version. @default {the last that served before} */
  readonly to?: string | undefined;
}

/** Starts or stops containers of the version that serves. */
export interface ScaleVerb {
  /** Which command. */
  readonly name: "app scale";
  /** Containers on each host, by role; at least one. */
  readonly counts: Readonly<Record<string, number>>;
}

/** Goes over from Traefik to kamal-proxy. */
export interface UpgradeVerb {
  /** Which command. */
  readonly name: "upgrade";
  /** Whether one host after the other. @default {false} */
  readonly rolling?: boolean | undefined;
  /** Whether also where Traefik serves other apps, which nobody serves then. @default {false} */
  readonly force?: boolean | undefined;
}

/** Brings a version beside the one that serves, for a part of the visitors; or changes whom. */
export interface CanaryStartVerb {
  /** Which command. */
  readonly name: "canary start";
  /** How many of the values of the cookie `kamal-rollout`, in percent. @default {as the configuration says} */
  readonly percent?: number | undefined;
  /** Values of that cookie that get it in any case. @default {as the configuration says} */
  readonly allow?: readonly string[] | undefined;
  /** Whether building and pushing is left out, because the image is in the registry. @default {false} */
  readonly skipPush?: boolean | undefined;
  /** Whether the image is built without cached layers. @default {false} */
  readonly noCache?: boolean | undefined;
}

/** A command that is told nothing more. */
export interface PlainVerb {
  /** Which command. */
  readonly name:
    | "app boot"
    | "app containers"
    | "app images"
    | "app remove"
    | "app remove-containers"
    | "app remove-images"
    | "app start"
    | "app stop"
    | "app details"
    | "app live"
    | "app version"
    | "audit"
    | "canary abort"
    | "canary promote"
    | "canary status"
    | "details"
    | "drift"
    | "env delete"
    | "env push"
    | "lock release"
    | "lock status"
    | "proxy boot"
    | "proxy boot-config get"
    | "proxy boot-config reset"
    | "proxy details"
    | "proxy restart"
    | "proxy start"
    | "proxy stop"
    | "releases"
    | "remove"
    | "server bootstrap"
    | "traefik boot"
    | "traefik details"
    | "traefik reboot"
    | "traefik remove"
    | "traefik restart"
    | "traefik start"
    | "traefik stop";
}

/** Removes what is too old to go back to. */
export interface PruneVerb {
  /** Which command. */
  readonly name: "prune";
  /** What goes. @default {both} */
  readonly only?: "containers" | "images" | undefined;
  /** How many versions stay. @default {as the configuration says} */
  readonly retain?: number | undefined;
}

/** Removes the stopped containers of a version. */
export interface RemoveContainerVerb {
  /** Which command. */
  readonly name: "app remove-container";
  /** The version. */
  readonly of: string;
}

/** Shows running containers that do not serve, or stops them. */
export interface StaleVerb {
  /** Which command. */
  readonly name: "app stale-containers" | "app stop-stale-containers";
}

/** Logs in to the registry or out of it. */
export interface RegistryVerb {
  /** Which command. */
  readonly name: "registry login" | "registry logout";
  /** Whether this machine is left out. @default {false} */
  readonly skipLocal?: boolean | undefined;
  /** Whether the hosts are left out. @default {false} */
  readonly skipRemote?: boolean | undefined;
}

/** Builds the image, pushes it, or has hosts pull it. */
export interface BuildVerb {
  /** Which command. */
  readonly name: "build push" | "build pull" | "build deliver";
  /** Whether the image is built without cached layers. @default {false} */
  readonly noCache?: boolean | undefined;
}

/** Runs a command on hosts themselves. */
export interface HostExecVerb {
  /** Which command. */
  readonly name: "server exec";
  /** The command line. */
  readonly cmd: string;
  /** Whether it gets this terminal. @default {false} */
  readonly interactive?: boolean | undefined;
}

/** Shows logs of the app or what serves it. */
export interface LogsVerb extends LogOptions {
  /** Which command. */
  readonly name: "app logs" | "proxy logs" | "traefik logs";
}

/** Runs a command in the app. */
export interface ExecVerb extends ExecOptions {
  /** Which command. */
  readonly name: "app exec";
}

/** Does something to an accessory. */
export interface AccessoryVerb {
  /** Which command. */
  readonly name:
    | "accessory boot"
    | "accessory details"
    | "accessory reboot"
    | "accessory remove"
    | "accessory restart"
    | "accessory start"
    | "accessory stop";
  /** Its name, or `all`. */
  readonly accessory: string;
}

/** Shows logs of an accessory. */
export interface AccessoryLogsVerb extends LogOptions {
  /** Which command. */
  readonly name: "accessory logs";
  /** Its name. */
  readonly accessory: string;
}

/** Runs a command in an accessory. */
export interface AccessoryExecVerb extends ExecOptions {
  /** Which command. */
  readonly name: "accessory exec";
  /** Its name. */
  readonly accessory: string;
}

/** Takes the lock by hand. */
export interface LockAcquireVerb {
  /** Which command. */
  readonly name: "lock acquire";
  /** Why, for whoever finds it. */
  readonly message: string;
}

/** Answers visitors with 503. */
export interface MaintenanceVerb extends MaintenanceOptions {
  /** Which command. */
  readonly name: "app maintenance";
}

/** Replaces the proxy's container. */
export interface ProxyRebootVerb {
  /** Which command; `proxy upgrade` only where the proxy has another image than it should. */
  readonly name: "proxy reboot" | "proxy upgrade";
  /** Whether one host after the other. @default {false} */
  readonly rolling?: boolean | undefined;
}

/** Removes the proxy. */
export interface ProxyRemoveVerb {
  /** Which command. */
  readonly name: "proxy remove";
  /** Whether also where it still has routes. @default {false} */
  readonly force?: boolean | undefined;
}

/** Says how the proxy runs where the configuration does not. */
export interface BootConfigSetVerb extends BootConfigOptions {
  /** Which command. */
  readonly name: "proxy boot-config set";
}
