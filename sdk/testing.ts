/**
 * What tests of your own deployments need: a fleet in memory that understands what Sextant does.
 *
 * @example A version that never gets healthy does not get the traffic
 * ```ts
 * import { deploy } from "@sextant/deploy";
 * import { SimulatedFleet } from "@sextant/deploy/testing";
 *
 * const fleet = new SimulatedFleet({ hosts: { "10.0.0.1": {} }, apps: { v2: "unhealthy" } });
 * const app = deploy("shop")
 *   .image("acme/shop")
 *   .servers({ web: ["10.0.0.1"] })
 *   .proxy({ host: "shop.acme.dev" });
 *
 * const options = { transport: fleet, local: fleet, clock: fleet.clock, skipHooks: true };
 * await app.deploy({ ...options, version: "v1" });
 * await app.deploy({ ...options, version: "v2" }).then(undefined, () => "it failed");
 * console.assert(fleet.serve("10.0.0.1", "shop.acme.dev").version === "v1");
 * console.assert(fleet.gaps.length === 0);
 * ```
 *
 * @module
 */

export type { App, AppBehaviour, AppFacts, Apps } from "./simulate/app.ts";
export type {
  SimulatedContainer,
  SimulatedFile,
  SimulatedImage,
  SimulatedRollout,
  SimulatedRoute,
} from "./simulate/facts.ts";
export type { Outcome } from "./operations/definition.ts";
export type { Operation, OperationKind } from "./operations/operation.ts";
export type { SimulatedClock } from "./simulate/clock.ts";
export type { Disturbance, Fault, FaultMatch } from "./simulate/fault.ts";
export { type FleetOptions, type JournalEntry, SimulatedFleet } from "./simulate/fleet.ts";
export type { Gap, Served } from "./simulate/gaps.ts";
export type { ContainerFacts, HostContext, SimulatedHost } from "./simulate/host.ts";
export type { HostOptions, InitialContainer, InitialRoute } from "./simulate/host_options.ts";
export type { ImageStore, RegistryImage } from "./simulate/image_store.ts";
export { type RecordingRule, RecordingTransport } from "./transport/recording.ts";
export type {
  Connection,
  ConnectOptions,
  Jump,
  RunOptions,
  Script,
  ScriptStep,
  Session,
  StepResult,
  StreamName,
  Target,
  Transport,
} from "./transport/transport.ts";
