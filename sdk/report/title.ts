/**
 * What a step is doing, in words for whoever watches.
 *
 * @module
 */

import { describeOperation, type Operation, type OperationKind } from "../operations/operation.ts";
import type { Step } from "../plan/plan.ts";

/** Verbs of the kinds whose plan line does not already say what is being done. */
const VERBS: Readonly<Partial<Record<OperationKind, string>>> = Object.freeze({
  "begin-maintenance": "holding off the traffic of",
  "build-image": "building",
  "end-maintenance": "giving traffic back to",
  "give-ports": "giving the ports back to",
  "install-docker": "installing",
  "make-directories": "making",
  "measure-image": "measuring",
  "mend-proxy": "mending",
  "prune-images": "removing images",
  "prune-versions": "removing old versions:",
  "pull-image": "pulling",
  "push-image": "pushing",
  "remove-container": "removing",
  "remove-env": "removing env of",
  "remove-image": "removing",
  "remove-path": "removing",
  "remove-proxy": "removing",
  "remove-route": "removing the route",
  "replace-proxy": "replacing",
  "route-traffic": "switching",
  "run-container": "starting",
  "run-hook": "running",
  "run-proxy": "starting",
  "start-container": "starting",
  "start-proxy": "starting",
  "stop-container": "stopping",
  "stop-proxy": "stopping",
  "tag-image": "tagging",
  "take-ports": "taking Traefik's ports for",
  "upload-file": "uploading",
  "write-boot-config": "writing",
  "write-env": "writing",
});

/** What a step does, such as `starting shop-web-8c1f2ab`; what it does side by side is joined. */
export function stepTitle(step: Step): string {
  const operations = step.operations.filter((operation) =>
    describeOperation(operation).minor !== true
  );
  const told = operations.length > 0 ? operations : step.operations;
  return [...new Set(told.map(operationTitle))].join(", ");
}

/** What an operation does. */
export function operationTitle(operation: Operation): string {
  if (operation.kind === "await-healthy" && operation.readiness.by === "proxy") {
    return `waiting for ${operation.readiness.path} of ${operation.role}`;
  }
  if (operation.kind === "await-healthy") return `waiting for ${operation.name}`;
  const { noun, subject, detail } = describeOperation(operation);
  if (operation.kind === "route-traffic") return `switching ${subject} to ${operation.version}`;
  const verb = VERBS[operation.kind];
  if (verb !== undefined) return `${verb} ${subject}`;
  return [noun, subject, detail].filter((part) => part).join(" ");
}
