/**
 * Fleets on which a version serves already, and what a test asks of them.
 *
 * @module
 */

import { assert } from "@std/assert";
import type { DeploySpec } from "../../sdk/config/spec.ts";
import { type FleetOptions, SimulatedFleet } from "../../sdk/simulate/fleet.ts";
import { shop } from "../plan/configs.ts";
import { Deployment, type DeploymentOptions } from "../plan/deployment.ts";

/** The three hosts of the shop. */
export const HOSTS = ["10.0.0.1", "10.0.0.2", "10.0.0.3"];

/** What a fleet may be told, and the deployment on it. */
export interface ServingOptions extends DeploymentOptions {
  /** How apps behave. */
  readonly apps?: FleetOptions["apps"];
  /** How apps behave on a host alone. */
  readonly appsOn?: Readonly<Record<string, FleetOptions["apps"]>>;
  /** What the shop's configuration has besides. */
  readonly spec?: Partial<DeploySpec>;
}

/** The shop on three hosts, v1 serving; what is deployed next has the hooks and secrets of the options. */
export async function serving(options: ServingOptions = {}): Promise<Deployment> {
  const { apps = {}, appsOn = {}, spec = {} } = options;
  const hosts = HOSTS.map((host) => [host, { apps: appsOn[host] ?? {} }] as const);
  const fleet = new SimulatedFleet({ hosts: Object.fromEntries(hosts), apps });
  const config = await shop(spec);
  const { report } = await new Deployment(fleet, config, options).deploy("v1");
  if (report.outcome !== "done") throw new Error("v1 could not be deployed");
  return new Deployment(fleet, config, options);
}

/** The version that answers on each of the web's hosts. */
export function answering({ fleet }: Deployment): readonly (string | undefined)[] {
  return HOSTS.slice(0, 2).map((host) => fleet.serve(host, "shop.acme.dev").version);
}

/** Names of the app's containers on a host, those that run with a star. */
export function containersOn({ fleet }: Deployment, host: string): readonly string[] {
  return [...fleet.host(host).containers.values()]
    .filter(({ labels }) => labels["service"] === "shop")
    .map(({ name, state }) => state === "started" ? `${name} *` : name);
}

/** What was done on a fleet since a moment, as `host kind`. */
export function done({ fleet }: Deployment, since = 0): readonly string[] {
  return fleet.journal.slice(since).map(({ host, operation }) => `${host} ${operation.kind}`);
}

/** Asserts that entries are there, the first of each before the first of the next. */
export function assertOrder(entries: readonly string[], ...expected: readonly string[]): void {
  const places = expected.map((entry) => entries.indexOf(entry));
  const isInOrder = places.every((place, index) => place >= 0 && place > (places[index - 1] ?? -1));
  assert(isInOrder, `not in this order: ${expected.join(", ")}\n${entries.join("\n")}`);
}
