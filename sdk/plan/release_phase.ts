/**
 * Where and how the release phase runs.
 *
 * @module
 */

import { serviceWithDestination } from "../config/config.ts";
import type { Changes } from "./changes.ts";
import type { PlanInput } from "./input.ts";
import type { Stage } from "./plan.ts";
import { script, stage, step } from "./stages.ts";

/**
 * The stage of the release phase; none where there is no such command, or nothing boots. It runs on the first host that
 * boots the primary role, or any role where the primary one does not boot, and as that role's first container would.
 */
export function releaseStage(input: PlanInput, changes: Changes): readonly Stage[] {
  const { release } = input.config;
  if (release === undefined) return [];
  const places = [...changes].flatMap(([host, some]) =>
    some.flatMap(({ role, boots: [first] }) => first === undefined ? [] : [{ host, role, first }])
  );
  const place = places.find(({ role }) => role.isPrimary) ?? places[0];
  if (place === undefined) return [];
  const { host, role, first } = place;
  // Ports and health checks are of what serves.
  const options = Object.fromEntries(
    Object.entries(first.options).filter(([name]) => !/^(publish|health-.*|name)$/.test(name)),
  );
  const { KAMAL_CONTAINER_NAME: _, ...env } = first.env;
  const name = `${role.containerPrefix}-release-${input.version}-${input.run.suffix.slice(0, 6)}`;
  const operation = {
    kind: "run-release" as const,
    name,
    service: serviceWithDestination(input.config),
    like: {
      image: first.image,
      network: first.network,
      env: { ...env, KAMAL_CONTAINER_NAME: name },
      envFile: first.envFile,
      envScript: first.envScript,
      logDriver: first.logDriver,
      logOptions: first.logOptions,
      // A command finds the image's own assets.
      volumes: input.config.volumes,
      options,
    },
    cmd: release.cmd,
    timeout: release.timeout,
  };
  return [stage("release", [script(host, [step(`${host} release`, operation)])])];
}
