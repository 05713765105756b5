/**
 * Starting the containers of an earlier release: those that are there, or others like them.
 *
 * @module
 */

import type { Role } from "../config/config.ts";
import type { ContainerState } from "../observe/host_state.ts";
import type { RunContainer } from "../operations/container.ts";
import type { AwaitHealthy } from "../operations/health.ts";
import type { Operation } from "../operations/operation.ts";
import type { ProxyTarget } from "../operations/proxy.ts";
import type { ReleasedRole } from "../operations/release.ts";
import { awaitRole, envLabel, runRole } from "./app_container.ts";
import { ENV_LABEL } from "./digest.ts";
import type { PlanInput } from "./input.ts";
import { idFile, replicaOf } from "./names.ts";
import type { Step } from "./plan.ts";
import { step } from "./stages.ts";
import { joinTraefik, runBehindTraefik, withCord } from "./traefik.ts";

/** How one role goes back on one host. */
export interface Return {
  /** The role. */
  readonly role: Role;
  /** Its containers of that version that are still there; empty where others are run anew. */
  readonly containers: readonly ContainerState[];
  /** How it is run, by the ledger or, where that does not say, by today's configuration. */
  readonly released: ReleasedRole;
  /** Whether the ledger says so. */
  readonly isRecorded: boolean;
}

/** The steps that bring a role's containers back, up to their readiness. */
export function startSteps(input: PlanInput, host: string, one: Return): readonly Step[] {
  const { role, containers } = one;
  if (containers.length === 0) return anewSteps(input, host, one);
  const starts = containers.filter(({ running }) => !running).map(({ name }): Operation => ({
    kind: "start-container",
    name,
    role: role.name,
  }));
  const gates = containers.map(({ name, id }) => gateOf(input, one, name, { id }));
  return [
    ...starts.length === 0 ? [] : [step(`${host} start ${containers[0]!.name}`, ...starts)],
    ...joinTraefik(input.config, host, role, containers),
    step(`${host} healthy ${role.name}`, ...gates),
  ];
}

/** Containers of that release, with its own settings and today's values of its secrets. */
export function runsAnew(
  input: PlanInput,
  host: string,
  { role, released, isRecorded }: Return,
): readonly RunContainer[] {
  const origin = isRecorded
    ? "run as it was released, with today's secrets"
    : "run with today's settings, its own were not recorded";
  return released.containers.map(({ run }) => ({
    ...run,
    labels: withTodaysEnv(run.labels, envLabel(input, released.secrets)),
    kind: "run-container",
    hostname: runRole(input, role, host, replicaOf(run.name)).hostname,
    idFile: idFile(input.config, run.name),
    origin,
  }));
}

/** Labels with the digest of today's secrets in the place of that release's. */
function withTodaysEnv(
  { [ENV_LABEL]: _, ...labels }: Readonly<Record<string, string>>,
  today: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return { ...labels, ...today };
}

function anewSteps(input: PlanInput, host: string, one: Return): readonly Step[] {
  const { role } = one;
  const runs = runsAnew(input, host, one);
  const corded = runs.map((run) => withCord(input, role, run));
  const cords = corded.flatMap(({ cord }) => cord ?? []);
  const gates = runs.map(({ name, idFile }) => gateOf(input, one, name, { idFile }));
  const { name } = runs[0]!;
  return [
    ...cords.length === 0 ? [] : [step(`${host} cord ${name}`, ...cords)],
    runBehindTraefik(
      input.config,
      step(`${host} run ${name}`, ...corded.map(({ container }) => container)),
      corded.map(({ container }) => ({ role, container })),
    ),
    step(`${host} healthy ${role.name}`, ...gates),
  ];
}

/** A container is awaited as the release was. */
function gateOf(
  { config }: PlanInput,
  { role, released }: Return,
  name: string,
  target: ProxyTarget,
): AwaitHealthy {
  const known = released.containers.find(({ run }) => run.name === name);
  return { ...awaitRole(config, role, name, target), ...known?.gate };
}
