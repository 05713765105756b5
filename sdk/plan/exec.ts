/**
 * The plans of commands that the user wants run: on hosts, in the app's image, in an accessory's.
 *
 * @module
 */

import { hostOf } from "../config/config.ts";
import type { Accessory } from "../config/resolve_accessories.ts";
import { SextantError } from "../errors.ts";
import { accessoriesNamed } from "./accessory.ts";
import { runRole } from "./app_container.ts";
import { ask, found } from "./ask.ts";
import { lookUp, selectedRoles, servingVersion } from "./current.ts";
import type { PlanInput } from "./input.ts";
import { accessoryEnvFile, envScript, imageName } from "./names.ts";
import type { Plan, Step } from "./plan.ts";
import { step } from "./stages.ts";

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
