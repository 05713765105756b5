/**
 * The plans of `accessory …`.
 *
 * @module
 */

import type { Accessory } from "../config/resolve_accessories.ts";
import type { Operation } from "../operations/operation.ts";
import {
  accessoriesNamed,
  accessoryContainer,
  bootAccessories,
  perHost,
  prepareSteps,
  runSteps,
  wantedImage,
} from "./accessory.ts";
import type { PlanInput } from "./input.ts";
import type { Plan, Step } from "./plan.ts";
import { audit } from "./proxy.ts";
import { pullImage } from "./pull.ts";
import { plan, stage, step } from "./stages.ts";

/** What may be done to accessories that are there. */
export type AccessoryAction = "boot" | "reboot" | "start" | "stop" | "restart" | "remove";

/** Plans an action on one accessory, or on all. */
export function planAccessory(input: PlanInput, action: AccessoryAction, name: string): Plan {
  const accessories = accessoriesNamed(input.config, name);
  if (action === "boot") {
    return plan(input, "accessory boot", bootAccessories(input, accessories), { lock: true });
  }
  const scripts = perHost(
    input,
    accessories,
    (accessory, host) => actionSteps(input, action, accessory, host),
  );
  // All that can fail comes first, so that the accessory is away for as short a time as can be.
  const preparations = action !== "reboot" ? [] : perHost(input, accessories, (accessory, host) => [
    step(`${host} ${accessory.name} pull`, pullImage(input, host, wantedImage(input, accessory))),
    ...prepareSteps(input, accessory, host),
  ]);
  return plan(input, `accessory ${action}`, [
    stage("prepare", preparations),
    // What was taken away comes back, even if the user has had enough.
    stage("apply", scripts, { interruptible: action !== "reboot" && action !== "restart" }),
  ], { lock: true });
}

function actionSteps(
  input: PlanInput,
  action: Exclude<AccessoryAction, "boot">,
  accessory: Accessory,
  host: string,
): readonly Step[] {
  const { name, service } = accessory;
  const exists = accessoryContainer(input, accessory, host) !== undefined;
  const one = (what: string, operation: Operation): Step =>
    step(`${host} ${name} ${what}`, operation);
  const start = one("start", { kind: "start-container", name: service, role: name });
  const stop = one("stop", {
    kind: "stop-container",
    name: service,
    role: name,
    timeout: undefined,
    because: undefined,
  });
  const removal = one("remove", { kind: "remove-container", name: service, role: name });
  switch (action) {
    case "start":
      return exists ? [start, one("audit", audit(input, `Started ${name} accessory`))] : [];
    case "stop":
      return exists ? [stop, one("audit", audit(input, `Stopped ${name} accessory`))] : [];
    case "restart":
      return exists ? [stop, start, one("audit", audit(input, `Restarted ${name} accessory`))] : [];
    case "reboot":
      return [...exists ? [stop, removal] : [], ...runSteps(input, accessory, host)];
    case "remove":
      return [
        ...exists ? [stop, removal] : [],
        one("image", { kind: "remove-image", image: accessory.image }),
        one("folder", { kind: "remove-path", path: service }),
        one("audit", audit(input, `Removed ${name} accessory`)),
      ];
    default:
      return action satisfies never;
  }
}
