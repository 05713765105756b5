/**
 * From a command as it was given to what the commander is told.
 *
 * @module
 */

import type {
  AccessoryVerb,
  BuildVerb,
  DeployVerb,
  LogsVerb,
  PlainVerb,
  ProxyRebootVerb,
  PruneVerb,
  RegistryVerb,
  Verb,
} from "../commander/verb.ts";
import { SextantError } from "../errors.ts";
import type { FlagValues, Invocation } from "./command.ts";

/** Makes what the commander is told. */
export type ToVerb = (invocation: Invocation) => Verb;

/** A command that is told nothing more. */
export function plain(name: PlainVerb["name"]): ToVerb {
  return () => ({ name });
}

/** A command that brings a version to its hosts. */
export function deployVerb(name: DeployVerb["name"]): ToVerb {
  return ({ flags }) => ({
    name,
    skipPush: flags.on.has("skip-push"),
    noCache: flags.on.has("no-cache"),
  });
}

/** The way back to an earlier version. */
export function rollbackVerb({ operands }: Invocation): Verb {
  return { name: "rollback", to: operands[0] };
}

/**
 * More or fewer containers of roles.
 *
 * @throws {SextantError} `USAGE` for what is not a role and a count.
 */
export function scaleVerb({ operands }: Invocation): Verb {
  const counts = operands.map((operand) => {
    const match = /^(?<role>[^=]+)=(?<count>[1-9]\d*)$/.exec(operand);
    if (match?.groups === undefined) {
      throw new SextantError("USAGE", `app scale should get ROLE=COUNT, got "${operand}"`, {
        hint: "Such as: sextant app scale web=3. To run none: sextant app stop --roles ROLE",
      });
    }
    const { role = "", count } = match.groups;
    return [role, Number(count)] as const;
  });
  return { name: "app scale", counts: Object.fromEntries(counts) };
}

/** A version beside the one that serves. */
export function canaryStartVerb({ flags: { on, text, lists } }: Invocation): Verb {
  return {
    name: "canary start",
    percent: numberOf(text["percent"]),
    allow: lists["allow"],
    skipPush: on.has("skip-push"),
    noCache: on.has("no-cache"),
  };
}

/** The removal of what is old. */
export function pruneVerb(only: PruneVerb["only"]): ToVerb {
  return ({ flags: { text } }) => ({
    name: "prune",
    only,
    retain: text["retain"] === undefined ? undefined : Number(text["retain"]),
  });
}

/** The removal of a version's containers. */
export function removeContainerVerb({ operands }: Invocation): Verb {
  return { name: "app remove-container", of: operands[0] ?? "" };
}

/** A login or a logout. */
export function registryVerb(name: RegistryVerb["name"]): ToVerb {
  return ({ flags: { on } }) => ({
    name,
    skipLocal: on.has("skip-local"),
    skipRemote: on.has("skip-remote"),
  });
}

/** The making of the image, and its way to the hosts. */
export function buildVerb(name: BuildVerb["name"]): ToVerb {
  return ({ flags: { on } }) => ({ name, noCache: on.has("no-cache") });
}

/** A command of the user's on hosts themselves. */
export function serverExecVerb({ operands, flags: { on } }: Invocation): Verb {
  return { name: "server exec", cmd: operands.join(" "), interactive: on.has("interactive") };
}

/** Logs of the app or the proxy. */
export function logsVerb(name: LogsVerb["name"]): ToVerb {
  return (invocation) => ({ name, ...logOptions(invocation) });
}

/** A command of the user's in the app. */
export function appExecVerb({ operands, flags }: Invocation): Verb {
  const env = Object.fromEntries((flags.lists["env"] ?? []).map((pair) => {
    const colon = pair.indexOf(":");
    return [pair.slice(0, colon), pair.slice(colon + 1)];
  }));
  const detach = flags.on.has("detach") ? { detach: true } : {};
  return { name: "app exec", cmd: operands.join(" "), env, ...detach, ...execOptions(flags) };
}

/** Something done to an accessory. */
export function accessoryVerb(name: AccessoryVerb["name"]): ToVerb {
  return ({ operands }) => ({ name, accessory: operands[0] ?? "" });
}

/** Logs of an accessory. */
export function accessoryLogsVerb(invocation: Invocation): Verb {
  return {
    name: "accessory logs",
    accessory: invocation.operands[0] ?? "",
    ...logOptions(invocation),
  };
}

/** A command of the user's in an accessory. */
export function accessoryExecVerb({ operands: [accessory = "", ...cmd], flags }: Invocation): Verb {
  return { name: "accessory exec", accessory, cmd: cmd.join(" "), ...execOptions(flags) };
}

/** The beginning of maintenance. */
export function maintenanceVerb({ flags: { text } }: Invocation): Verb {
  const drainTimeout = numberOf(text["drain-timeout"]);
  return { name: "app maintenance", message: text["message"], drainTimeout };
}

/** A new container for the proxy. */
export function proxyRebootVerb(name: ProxyRebootVerb["name"]): ToVerb {
  return ({ flags }) => ({ name, rolling: flags.on.has("rolling") });
}

/** The way from Traefik to kamal-proxy. */
export function upgradeVerb({ flags: { on } }: Invocation): Verb {
  return { name: "upgrade", rolling: on.has("rolling"), force: on.has("force") };
}

/** The end of the proxy. */
export function proxyRemoveVerb({ flags }: Invocation): Verb {
  return { name: "proxy remove", force: flags.on.has("force") };
}

/** How the proxy runs, said on the hosts. */
export function bootConfigVerb({ flags: { on, text, lists } }: Invocation): Verb {
  return {
    name: "proxy boot-config set",
    publish: !on.has("no-publish"),
    publishHostIps: lists["publish-host-ip"],
    httpPort: numberOf(text["http-port"]),
    httpsPort: numberOf(text["https-port"]),
    logMaxSize: text["log-max-size"],
    registry: text["registry"],
    repository: text["repository"],
    imageVersion: text["image-version"],
    metricsPort: numberOf(text["metrics-port"]),
    debug: on.has("debug"),
    dockerOptions: lists["docker-options"],
  };
}

/** Taking the lock by hand. */
export function lockAcquireVerb({ flags }: Invocation): Verb {
  return { name: "lock acquire", message: flags.text["message"] ?? "" };
}

function execOptions(
  { on }: FlagValues,
): { readonly interactive: boolean; readonly reuse: boolean } {
  return { interactive: on.has("interactive"), reuse: on.has("reuse") };
}

function logOptions(
  { flags: { on, text } }: Invocation,
): Omit<LogsVerb, "name"> {
  return {
    lines: numberOf(text["lines"]),
    since: text["since"],
    grep: text["grep"],
    grepOptions: text["grep-options"],
    follow: on.has("follow"),
    skipTimestamps: on.has("skip-timestamps"),
  };
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
