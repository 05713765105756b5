/**
 * The plans of `env push` and `env delete`: the secrets' files on the hosts, without any container.
 *
 * @module
 */

import { accessoriesOn } from "../config/config.ts";
import type { WriteEnv } from "../operations/file.ts";
import { writeAccessoryEnv } from "./accessory.ts";
import { writeRoleEnv } from "./app_container.ts";
import { selectedRoles, servingVersions } from "./current.ts";
import type { PlanInput } from "./input.ts";
import type { Plan, Step } from "./plan.ts";
import { audit } from "./proxy.ts";
import { plan, script, stage, step } from "./stages.ts";
import { traefikServes, writeTraefikEnv } from "./traefik.ts";

/** Plans `env push`: every env file is written anew. What runs keeps the values that it was started with. */
export function planEnvPush(input: PlanInput): Plan {
  return planFiles(input, "push", "Pushed env files", (host, files) => {
    const paths = files.flatMap(({ envFile, envScript }) => [envFile, envScript]).map(folderOf);
    return [
      step(`${host} folders`, {
        kind: "make-directories",
        paths: [...new Set(paths)],
        mode: undefined,
        owner: undefined,
      }),
      ...files.map((file) => step(`${host} env ${file.role}`, file)),
    ];
  });
}

/** Plans `env delete`: every env file goes; the next boot writes its own again. */
export function planEnvDelete(input: PlanInput): Plan {
  return planFiles(
    input,
    "delete",
    "Deleted env files",
    (host, files) =>
      files.map(({ role, envFile, envScript }) =>
        step(`${host} env ${role}`, { kind: "remove-env", role, envFile, envScript })
      ),
  );
}

function planFiles(
  input: PlanInput,
  action: "push" | "delete",
  done: string,
  steps: (host: string, files: readonly WriteEnv[]) => readonly Step[],
): Plan {
  const scripts = input.hosts.map((host) => {
    const files = envFilesOn(input, host);
    const record = step(`${host} audit`, audit(input, done));
    return script(host, files.length === 0 ? [] : [...steps(host, files), record]);
  });
  return plan(input, `env ${action}`, [stage("apply", scripts)], {
    lock: true,
    serving: servingVersions(input),
  });
}

/** The env files of a host's roles; of its accessories and of Traefik too, unless only some roles are meant. */
function envFilesOn(input: PlanInput, host: string): readonly WriteEnv[] {
  const { config, roles } = input;
  const own = selectedRoles(input, host).map((role) =>
    writeRoleEnv(config, role, host, keptUntil("app boot"))
  );
  if (roles.length < config.roles.length) return own;
  const accessories = accessoriesOn(config, host).map((accessory) =>
    writeAccessoryEnv(config, accessory, keptUntil(`accessory reboot ${accessory.name}`))
  );
  const traefik = config.traefik !== undefined && traefikServes(input, host)
    ? [writeTraefikEnv(config.traefik, keptUntil("traefik reboot"))]
    : [];
  return [...own, ...accessories, ...traefik];
}

function keptUntil(command: string): string {
  return `what runs keeps its own until sextant ${command}`;
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}
