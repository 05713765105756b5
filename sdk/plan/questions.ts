/**
 * The plans that only ask: details, logs, versions, the audit log; and commands that the user wants run.
 *
 * @module
 */

import { type Accessory, hostOf } from "../config/config.ts";
import { SextantError } from "../errors.ts";
import type { Operation } from "../operations/operation.ts";
import { accessoriesNamed } from "./accessory.ts";
import { runRole } from "./app_container.ts";
import { appHosts, containersAt, lookUp, selectedRoles, servingVersion } from "./current.ts";
import { type PlanInput, stateOf } from "./input.ts";
import { accessoryEnvFile, auditFile, envScript, imageName } from "./names.ts";
import type { Plan, Step } from "./plan.ts";
import { proxyHosts } from "./proxy.ts";
import { plan, script, stage, step } from "./stages.ts";
import { traefikHosts } from "./traefik.ts";

/** How logs are shown. */
export interface LogOptions {
  /** Lines from the end. @default {100} unless `since` or `grep` is given */
  readonly lines?: number | undefined;
  /** Only what is newer. */
  readonly since?: string | undefined;
  /** Only lines that match. */
  readonly grep?: string | undefined;
  /** Options of grep. */
  readonly grepOptions?: string | undefined;
  /** Whether to go on as lines come. @default {false} */
  readonly follow?: boolean | undefined;
  /** Whether to leave out the time before each line. @default {false} */
  readonly skipTimestamps?: boolean | undefined;
}

/** How a command is run in a container. */
export interface ExecOptions {
  /** The command line. */
  readonly cmd: string;
  /** Whether it gets this terminal. @default {false} */
  readonly interactive?: boolean | undefined;
  /** Whether it runs in the container that serves, not in a new one. @default {false} */
  readonly reuse?: boolean | undefined;
  /** Whether it goes on by itself in a new container, and nobody waits for it. @default {false} */
  readonly detach?: boolean | undefined;
  /** Further environment. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** Plans `details`: the proxy, the app and the accessories of every host. */
export function planDetails(input: PlanInput): Plan {
  return ask(input, "details", (host) => [
    ...proxyHosts(input).includes(host)
      ? [list(`${host} proxy`, "proxy", ["name=^kamal-proxy$"])]
      : [],
    ...appDetails(input, host),
    ...input.config.accessories.filter(({ hosts }) => hosts.includes(host)).map((accessory) =>
      accessoryDetails(host, accessory)
    ),
  ]);
}

/** Plans `app details`. */
export function planAppDetails(input: PlanInput): Plan {
  return ask(input, "app details", (host) => appDetails(input, host));
}

/** Plans `app containers`: those of all roles, on each host once. */
export function planAppContainers(input: PlanInput): Plan {
  const { service, destination } = input.config;
  return ask(input, "app containers", (host) => [
    list(`${host} containers`, service, [
      `label=service=${service}`,
      `label=destination=${destination ?? ""}`,
    ]),
  ]);
}

/** Plans `app images`. */
export function planAppImages(input: PlanInput): Plan {
  const { repository } = input.config;
  return ask(input, "app images", (host) => [
    step(`${host} images`, { kind: "list-images", repository }),
  ]);
}

/** Plans `server exec`; with a terminal, on the first host alone. */
export function planServerExec(
  input: PlanInput,
  { cmd, interactive = false }: Pick<ExecOptions, "cmd" | "interactive">,
): Plan {
  const [first] = input.hosts;
  return ask(
    input,
    "server exec",
    (host) =>
      interactive && host !== first
        ? []
        : [step(`${host} exec`, { kind: "run-on-host", cmd, interactive })],
  );
}

/** Plans `accessory details`. */
export function planAccessoryDetails(input: PlanInput, name: string): Plan {
  const accessories = accessoriesNamed(input.config, name);
  return ask(
    input,
    "accessory details",
    (host) =>
      accessories.filter(({ hosts }) => hosts.includes(host)).map((accessory) =>
        accessoryDetails(host, accessory)
      ),
  );
}

/** Plans `proxy details`. */
export function planProxyDetails(input: PlanInput): Plan {
  return ask(
    input,
    "proxy details",
    (host) =>
      proxyHosts(input).includes(host)
        ? [list(`${host} proxy`, "proxy", ["name=^kamal-proxy$"])]
        : [],
  );
}

/** Plans `traefik details`. */
export function planTraefikDetails(input: PlanInput): Plan {
  const hosts = traefikHosts(input);
  return ask(
    input,
    "traefik details",
    (host) => hosts.includes(host) ? [list(`${host} traefik`, "traefik", ["name=^traefik$"])] : [],
  );
}

/** Plans `audit`. */
export function planAudit(input: PlanInput): Plan {
  return ask(input, "audit", (host) => [
    step(`${host} audit`, { kind: "show-audit", path: auditFile(input.config), lines: 50 }),
  ]);
}

/** Plans `app logs`: of the containers that serve, or of a version's. */
export function planAppLogs(
  input: PlanInput,
  version: string | undefined,
  options: LogOptions,
): Plan {
  return found(ask(input, "app logs", (host) =>
    selectedRoles(input, host).flatMap((role) => {
      const { containers, serving } = lookUp(input, host, role);
      const shown = version !== undefined
        ? containersAt(input, host, role, version)
        : serving.length > 0
        ? serving
        : containers.slice(0, 1);
      return shown.map(({ name }) => step(`${host} logs ${name}`, logs(name, options)));
    })));
}

/** Plans `accessory logs`. */
export function planAccessoryLogs(input: PlanInput, name: string, options: LogOptions): Plan {
  const accessories = accessoriesNamed(input.config, name);
  return found(
    ask(
      input,
      "accessory logs",
      (host) =>
        accessories.filter(({ hosts, service }) =>
          hosts.includes(host) &&
          stateOf(input, host).containers.some((container) => container.name === service)
        ).map(({ service }) => step(`${host} logs ${service}`, logs(service, options))),
    ),
  );
}

/** Plans `proxy logs`. */
export function planProxyLogs(input: PlanInput, options: LogOptions): Plan {
  return found(
    ask(
      input,
      "proxy logs",
      (host) =>
        proxyHosts(input).includes(host)
          ? [step(`${host} logs proxy`, logs("kamal-proxy", options))]
          : [],
    ),
  );
}

/** Plans `traefik logs`. */
export function planTraefikLogs(input: PlanInput, options: LogOptions): Plan {
  const hosts = traefikHosts(input);
  return found(
    ask(
      input,
      "traefik logs",
      (host) =>
        hosts.includes(host) ? [step(`${host} logs traefik`, logs("traefik", options))] : [],
    ),
  );
}

/** Plans `app exec`. */
export function planAppExec(
  input: PlanInput,
  version: string | undefined,
  options: ExecOptions,
): Plan {
  const { env = {}, detach = false } = options;
  if (detach && (options.reuse === true || options.interactive === true)) {
    throw new SextantError("USAGE", "a detached command runs in a container of its own, unseen", {
      hint: "Leave out --detach, or --reuse and --interactive.",
    });
  }
  return found(ask(input, "app exec", (host) =>
    selectedRoles(input, host).flatMap((role) => {
      const current = lookUp(input, host, role);
      if (options.reuse === true) {
        // What is run once per host is run in its first replica.
        const [serving] = current.serving;
        if (serving === undefined) return [];
        return [exec(`${host} exec ${role.name}`, serving.name, options)];
      }
      const at = version ?? servingVersion(role, current) ?? input.version;
      const wanted = runRole({ ...input, version: at }, role, host);
      return [step(`${host} exec ${role.name}`, {
        kind: "run-command",
        name: `${role.containerPrefix}-exec-${at}-${input.run.suffix.slice(0, 6)}`,
        image: imageName(input.config, at),
        cmd: options.cmd,
        network: wanted.network,
        env: { ...wanted.env, ...env },
        envFile: wanted.envFile,
        envScript: wanted.envScript,
        logDriver: wanted.logDriver,
        logOptions: wanted.logOptions,
        // Kamal: commands/app/execution.rb. A command finds the image's own assets.
        volumes: input.config.volumes,
        options: wanted.options,
        interactive: options.interactive ?? false,
        ...detach ? { detach } : {},
      })];
    })));
}

/** Plans `accessory exec`. */
export function planAccessoryExec(input: PlanInput, name: string, options: ExecOptions): Plan {
  const [accessory] = accessoriesNamed(input.config, name);
  return found(ask(input, "accessory exec", (host) => {
    if (!accessory!.hosts.includes(host)) return [];
    const id = `${host} exec ${name}`;
    return [
      options.reuse === true
        ? exec(id, accessory!.service, options)
        : runBeside(input, id, host, accessory!, options),
    ];
  }));
}

/** Plans a question whose answer the probe has told already. */
export function planNothing(input: PlanInput, verb: string): Plan {
  return plan(input, verb, []);
}

function ask(input: PlanInput, verb: string, steps: (host: string) => readonly Step[]): Plan {
  return plan(input, verb, [stage("ask", input.hosts.map((host) => script(host, steps(host))))]);
}

function found(asked: Plan): Plan {
  if (asked.stages.length > 0) return asked;
  throw new SextantError(
    "COMMAND_FAILED",
    `${asked.verb}: no such container on ${asked.hosts.join(", ")}`,
    {
      hint: "See what there is: sextant details",
    },
  );
}

function list(id: string, title: string, filters: readonly string[]): Step {
  return step(id, { kind: "list-containers", title, filters });
}

function appDetails(input: PlanInput, host: string): readonly Step[] {
  const { service, destination } = input.config;
  if (!appHosts(input).includes(host)) return [];
  return selectedRoles(input, host).map((role) =>
    list(`${host} app ${role.name}`, `role ${role.name}`, [
      `label=service=${service}`,
      `label=destination=${destination ?? ""}`,
      `label=role=${role.name}`,
    ])
  );
}

function accessoryDetails(host: string, { name, service }: Accessory): Step {
  return list(`${host} accessory ${name}`, `accessory ${name}`, [`label=service=${service}`]);
}

function logs(container: string, options: LogOptions): Operation {
  const { since, grep, grepOptions, follow = false, skipTimestamps = false } = options;
  const isOpen = since !== undefined || grep !== undefined;
  return {
    kind: "show-logs",
    container,
    lines: options.lines ?? (follow ? 10 : isOpen ? undefined : 100),
    since,
    grep,
    grepOptions,
    follow,
    timestamps: !skipTimestamps,
  };
}

function exec(
  id: string,
  container: string,
  { cmd, env = {}, interactive = false }: ExecOptions,
): Step {
  return step(id, { kind: "exec-command", container, cmd, env, interactive });
}

function runBeside(
  input: PlanInput,
  id: string,
  host: string,
  accessory: Accessory,
  options: ExecOptions,
): Step {
  const { config, run } = input;
  return step(id, {
    kind: "run-command",
    name: `${accessory.service}-exec-${run.suffix.slice(0, 6)}`,
    image: accessory.image,
    cmd: options.cmd,
    network: accessory.network,
    env: { KAMAL_HOST: hostOf(config, host).address, ...accessory.env.clear, ...options.env },
    envFile: accessoryEnvFile(config, accessory.name),
    envScript: envScript(config, "accessories", accessory.name),
    // Kamal: commands/accessory.rb, execute_in_new_container, gives neither log nor further options.
    logDriver: undefined,
    logOptions: {},
    volumes: accessory.volumes,
    options: {},
    interactive: options.interactive ?? false,
  });
}
