/**
 * Who logs in to the registry, and how; the plans of `registry …`.
 *
 * @module
 */

import type { Registry } from "../config/config.ts";
import type { RegistryLogin } from "../operations/registry.ts";
import type { PlanInput } from "./input.ts";
import { HERE, type Plan } from "./plan.ts";
import { plan, script, stage, step } from "./stages.ts";

/** What is logged in or out. */
export interface RegistryAction {
  /** Which command. */
  readonly name: "registry login" | "registry logout";
  /** Whether this machine is left out. @default {false} */
  readonly skipLocal?: boolean | undefined;
  /** Whether the hosts are left out. @default {false} */
  readonly skipRemote?: boolean | undefined;
}

/** Plans `registry login` and `registry logout`; nothing where the registry needs no login. */
export function planRegistry(
  input: PlanInput,
  { name, skipLocal = false, skipRemote = false }: RegistryAction,
): Plan {
  const login = registryLogin(input);
  const places = [...skipLocal ? [] : [HERE], ...skipRemote ? [] : input.hosts];
  const scripts = login === undefined ? [] : places.map((host) =>
    script(host, [
      step(
        `${host} ${name}`,
        name === "registry login"
          ? { kind: "login-registry", ...login }
          : { kind: "logout-registry", server: login.server },
      ),
    ])
  );
  return plan(input, name, [stage("apply", scripts)]);
}

/** How hosts log in to the app's registry, or to another; `undefined` where no login is needed. */
export function registryLogin(
  { config }: Pick<PlanInput, "config">,
  registry: Registry = config.registry,
): RegistryLogin | undefined {
  const { server, username, password } = registry;
  return username === undefined || password === undefined
    ? undefined
    : { server, username, password };
}
