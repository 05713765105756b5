/**
 * What `canary status` tells: which canaries stand where, and who gets them.
 *
 * @module
 */

import type { CanaryShare } from "../operations/rollout.ts";
import { appHosts, lookUp, selectedRoles, servingVersion, versionOf } from "./current.ts";
import type { PlanInput } from "./input.ts";

/** A canary on a host. */
export interface StandingCanary {
  /** Name of the host. */
  readonly host: string;
  /** Name of its role. */
  readonly role: string;
  /** Its version; `undefined` where its containers are gone. */
  readonly version: string | undefined;
  /** Version that serves beside it; `undefined` for none. */
  readonly serving: string | undefined;
  /** Who gets it; `undefined` for nobody, as after the loss of the proxy's state. */
  readonly share: CanaryShare | undefined;
  /** Names of its containers that run. */
  readonly containers: readonly string[];
}

/** All canaries, host by host. */
export function standingCanaries(input: PlanInput): readonly StandingCanary[] {
  return appHosts(input).flatMap((host) =>
    selectedRoles(input, host).flatMap((role) => {
      const current = lookUp(input, host, role);
      const { canary, route } = current;
      const { rollout } = route ?? {};
      if (canary.length === 0 && rollout === undefined) return [];
      return [{
        host,
        role: role.name,
        version: canary[0] && versionOf(role, canary[0]),
        serving: servingVersion(role, current),
        share: rollout && { percent: rollout.percent, allow: rollout.allow },
        containers: canary.map(({ name }) => name),
      }];
    })
  );
}
