/**
 * What becomes of a canary when something else is switched to: its containers serve, or they go.
 *
 * @module
 */

import { routed } from "./app_container.ts";
import type { Config, Role } from "../config/config.ts";
import type { ContainerState, RolloutState } from "../observe/host_state.ts";
import type { Operation } from "../operations/operation.ts";
import type { EndSplit } from "../operations/rollout.ts";
import { type RoleOnHost, versionOf } from "./current.ts";
import type { PlanInput } from "./input.ts";
import { madeRoom } from "./names.ts";
import type { Step } from "./plan.ts";
import { recordRelease } from "./release.ts";
import { step } from "./stages.ts";

/** What becomes of a role's canary on a host. */
export interface CanaryChange {
  /** Containers that serve from now on, each under its final name. */
  readonly adopts: readonly Adopted[];
  /** Containers that go. */
  readonly ends: readonly ContainerState[];
  /** Who gets it until now; `undefined` for nobody. */
  readonly split: RolloutState | undefined;
}

/** A canary's container that serves from now on. */
export interface Adopted {
  /** The container. */
  readonly container: ContainerState;
  /** Its name from now on. */
  readonly name: string;
}

/** What becomes of a canary that stays as it is. */
export const UNTOUCHED: CanaryChange = Object.freeze({ adopts: [], ends: [], split: undefined });

/** Whether anything becomes of a canary. */
export function touchesCanary({ adopts, ends, split }: CanaryChange): boolean {
  return adopts.length + ends.length > 0 || split !== undefined;
}

/** The end of a canary, whatever is switched to. */
export function dismissal({ canary, route }: RoleOnHost): CanaryChange {
  return { adopts: [], ends: canary, split: route?.rollout };
}

/** The steps that give a canary's containers their final names. */
export function adoptSteps(
  { run }: PlanInput,
  host: string,
  role: Role,
  { containers }: RoleOnHost,
  { adopts }: CanaryChange,
): readonly Step[] {
  const renamed = adopts.filter(({ container, name }) => container.name !== name);
  const rename = (from: string, to: string): Operation => ({
    kind: "rename-container",
    from,
    to,
    takesBack: false,
  });
  const rooms = renamed.filter(({ name }) => containers.some((one) => one.name === name))
    .map(({ name }) => rename(name, madeRoom(name, run.suffix)));
  return [
    ...rooms.length === 0 ? [] : [step(`${host} make room ${role.name}`, ...rooms)],
    ...renamed.length === 0 ? [] : [step(
      `${host} adopt ${role.name}`,
      ...renamed.map(({ container, name }) => rename(container.name, name)),
    )],
  ];
}

/** The step that ends the split of the visitors; none where there is no split. */
export function endSplitSteps(
  config: Config,
  host: string,
  role: Role,
  current: RoleOnHost,
  { adopts, ends, split }: CanaryChange,
): readonly Step[] {
  const { proxy } = role;
  if (split === undefined || proxy === undefined) return [];
  const all = [...adopts, ...ends.map((container) => ({ container, name: container.name }))];
  const [first] = all;
  const operation: EndSplit = {
    kind: "end-split",
    service: role.containerPrefix,
    hosts: proxy.hosts,
    version: first === undefined ? "a canary that is gone" : versionOf(role, first.container),
    percent: split.percent,
    allow: split.allow,
    port: proxy.appPort,
    deployTimeout: config.deployTimeout,
    drainTimeout: config.drainTimeout,
    // Those that served until now still run: they stop only afterwards.
    home: current.serving[0] && { id: current.serving[0].id },
    targets: all.map(({ container: { id }, name }) => routed(role, name, { id })),
    drains: ends.length > 0,
  };
  return [step(`${host} end split ${role.name}`, operation)];
}

/** The step that notes the versions of canaries that did not come to serve; none where there was none. */
export function recordEnds(
  input: PlanInput,
  host: string,
  ended: readonly { readonly role: Role; readonly change: CanaryChange }[],
): readonly Step[] {
  const versions = ended.flatMap(({ role, change }) =>
    change.ends.map((container) => versionOf(role, container))
  );
  // Steps of their own: all write to the ledger, one after the other.
  return [...new Set(versions)].map((version) =>
    step(`${host} canary ${version}`, recordRelease(input, version, "undone"))
  );
}

/** The operations that stop the containers of a canary that goes. */
export function stopCanary(role: Role, { ends }: CanaryChange): readonly Operation[] {
  return ends.map((container) => ({
    kind: "stop-container",
    name: container.name,
    role: role.name,
    timeout: role.stopTimeout,
    because: `canary ${versionOf(role, container)} ends`,
  }));
}
