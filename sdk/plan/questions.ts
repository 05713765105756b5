/**
 * The plans that only ask what is there: containers, images, the audit log.
 *
 * @module
 */

import type { Accessory } from "../config/resolve_accessories.ts";
import { accessoriesNamed } from "./accessory.ts";
import { ask } from "./ask.ts";
import { appHosts, selectedRoles } from "./current.ts";
import type { PlanInput } from "./input.ts";
import { auditFile } from "./names.ts";
import type { Plan, Step } from "./plan.ts";
import { proxyHosts } from "./proxy.ts";
import { plan, step } from "./stages.ts";
import { traefikHosts } from "./traefik.ts";

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

/** Plans a question whose answer the probe has told already. */
export function planNothing(input: PlanInput, verb: string): Plan {
  return plan(input, verb, []);
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
