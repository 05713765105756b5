/**
 * The closed union of operations, and the one table that knows them all.
 *
 * @module
 */

import { type Command, toShell } from "../command.ts";
import { type AssetOperation, bridgeAssets, pruneAssets } from "./assets.ts";
import { type AuditOperation, recordAudit, showAudit } from "./audit.ts";
import { type BootConfigOperation, showBootConfig, writeBootConfig } from "./boot_config.ts";
import { type ObtainCertificates, obtainCertificates } from "./certificate.ts";
import { type WriteCertificate, writeCertificate } from "./own_certificate.ts";
import {
  type ContainerOperation,
  removeContainer,
  renameContainer,
  runContainer,
  startContainer,
} from "./container.ts";
import { type CordOperation, cutCord, makeCord, tieCord } from "./cord.ts";
import {
  type Definition,
  type Description,
  type Explanation,
  lastLines,
  type Outcome,
  type RenderContext,
  type Warning,
} from "./definition.ts";
import { type UploadErrorPages, uploadErrorPages } from "./error_pages.ts";
import { type InstallDocker, installDocker } from "./docker.ts";
import {
  type FileOperation,
  makeDirectories,
  removeEnv,
  removePath,
  uploadFile,
  writeEnv,
  writeSalt,
} from "./file.ts";
import { type AwaitHealthy, awaitHealthy } from "./health.ts";
import { type RunHook, runHook } from "./hook.ts";
import { buildImage } from "./build.ts";
import { type ImageOperation, pullImage, pushImage, removeImage, tagImage } from "./image.ts";
import { type RunRegistry, runRegistry } from "./local_registry.ts";
import { measureImage } from "./image_size.ts";
import { acquireLock, type LockOperation, releaseLock, showLock } from "./lock.ts";
import { connectNetwork, createNetwork, type NetworkOperation } from "./network.ts";
import { type RunRelease, runRelease } from "./release_phase.ts";
import { type EndSplit, endSplit, type SplitTraffic, splitTraffic } from "./rollout.ts";
import { type PauseRoute, pauseRoute, type ResumeRoute, resumeRoute } from "./route_pause.ts";
import { sideBySide } from "./parts.ts";
import { pruneImages, type PruneOperation, pruneVersions } from "./prune.ts";
import {
  beginMaintenance,
  endMaintenance,
  removeCandidate,
  removeRoute,
  type RouteOperation,
  routeTraffic,
} from "./proxy.ts";
import {
  mendProxy,
  type ProxyOperation,
  removeProxy,
  replaceProxy,
  runProxy,
  startProxy,
  stopProxy,
} from "./proxy_container.ts";
import { type CheckProxyCall, checkProxyCall } from "./proxy_call.ts";
import { givePorts, type HandoverOperation, takePorts } from "./proxy_handover.ts";
import {
  execCommand,
  listContainers,
  listImages,
  type QuestionOperation,
  runCommand,
  runOnHost,
  showLogs,
} from "./question.ts";
import { loginRegistry, logoutRegistry, type RegistryOperation } from "./registry.ts";
import { type RecordRelease, recordRelease } from "./release.ts";
import { checkState, probe, type StateOperation } from "./state.ts";
import { stopContainer } from "./stop_container.ts";

/** One change on a host, or one question to it, as plain data. */
export type Operation =
  | AssetOperation
  | AuditOperation
  | AwaitHealthy
  | BootConfigOperation
  | CheckProxyCall
  | ContainerOperation
  | CordOperation
  | EndSplit
  | FileOperation
  | HandoverOperation
  | ImageOperation
  | InstallDocker
  | LockOperation
  | NetworkOperation
  | ObtainCertificates
  | PauseRoute
  | ProxyOperation
  | PruneOperation
  | QuestionOperation
  | RecordRelease
  | RegistryOperation
  | ResumeRoute
  | RouteOperation
  | RunHook
  | RunRegistry
  | RunRelease
  | SplitTraffic
  | StateOperation
  | UploadErrorPages
  | WriteCertificate;

/** Name of a kind of operation. */
export type OperationKind = Operation["kind"];

type Definitions = { readonly [K in OperationKind]: Definition<Extract<Operation, { kind: K }>> };

const DEFINITIONS: Definitions = Object.freeze({
  "acquire-lock": acquireLock,
  "await-healthy": awaitHealthy,
  "begin-maintenance": beginMaintenance,
  "bridge-assets": bridgeAssets,
  "build-image": buildImage,
  "check-proxy-call": checkProxyCall,
  "check-state": checkState,
  "connect-network": connectNetwork,
  "create-network": createNetwork,
  "cut-cord": cutCord,
  "end-maintenance": endMaintenance,
  "end-split": endSplit,
  "exec-command": execCommand,
  "give-ports": givePorts,
  "install-docker": installDocker,
  "list-containers": listContainers,
  "list-images": listImages,
  "login-registry": loginRegistry,
  "logout-registry": logoutRegistry,
  "make-cord": makeCord,
  "make-directories": makeDirectories,
  "measure-image": measureImage,
  "mend-proxy": mendProxy,
  "obtain-certificates": obtainCertificates,
  "pause-route": pauseRoute,
  "probe": probe,
  "prune-assets": pruneAssets,
  "prune-images": pruneImages,
  "prune-versions": pruneVersions,
  "pull-image": pullImage,
  "push-image": pushImage,
  "record-audit": recordAudit,
  "record-release": recordRelease,
  "release-lock": releaseLock,
  "remove-candidate": removeCandidate,
  "remove-container": removeContainer,
  "remove-env": removeEnv,
  "remove-image": removeImage,
  "remove-path": removePath,
  "remove-proxy": removeProxy,
  "remove-route": removeRoute,
  "rename-container": renameContainer,
  "replace-proxy": replaceProxy,
  "resume-route": resumeRoute,
  "route-traffic": routeTraffic,
  "run-command": runCommand,
  "run-container": runContainer,
  "run-hook": runHook,
  "run-on-host": runOnHost,
  "run-proxy": runProxy,
  "run-registry": runRegistry,
  "run-release": runRelease,
  "show-audit": showAudit,
  "show-boot-config": showBootConfig,
  "show-lock": showLock,
  "show-logs": showLogs,
  "split-traffic": splitTraffic,
  "start-container": startContainer,
  "start-proxy": startProxy,
  "stop-container": stopContainer,
  "stop-proxy": stopProxy,
  "tag-image": tagImage,
  "take-ports": takePorts,
  "tie-cord": tieCord,
  "upload-error-pages": uploadErrorPages,
  "upload-file": uploadFile,
  "write-boot-config": writeBootConfig,
  "write-certificate": writeCertificate,
  "write-env": writeEnv,
  "write-salt": writeSalt,
});

/** Whether an operation changes anything. */
export function changesAnything(operation: Operation): boolean {
  return definitionOf(operation).changes;
}

/** How an operation shows in a plan. */
export function describeOperation(operation: Operation): Description {
  return definitionOf(operation).describe(operation);
}

/** The command that an operation becomes. */
export function renderOperation(operation: Operation, context: RenderContext): Command {
  return definitionOf(operation).render(operation, context);
}

/** The operations that take an operation back, in order. */
export function invertOperation(operation: Operation): readonly Operation[] {
  return definitionOf(operation).inverse?.(operation) ?? [];
}

/** Why an operation failed. */
export function explainFailure(operation: Operation, outcome: Outcome): Explanation {
  const explained = definitionOf(operation).explain?.(operation, outcome);
  if (explained !== undefined) return explained;
  const { noun, subject } = describeOperation(operation);
  const said = lastLines(outcome.stderr, 1)[0] ?? `exit status ${outcome.exitCode}`;
  return {
    code: "COMMAND_FAILED",
    message: `${noun} ${subject} failed: ${said}`,
    details: lastLines(outcome.stderr, 10),
  };
}

/** What an operation that was done should be warned of; `undefined` for nothing. */
export function warnOf(operation: Operation, outcome: Outcome): Warning | undefined {
  return definitionOf(operation).warn?.(operation, outcome);
}

/**
 * The shell text of operations that run side by side; with several, the first failure in order is the exit status.
 * It holds secrets.
 */
export function shellOf(operations: readonly Operation[], context: RenderContext): string {
  const texts = operations.map((operation) =>
    withLooks(operation, toShell(renderOperation(operation, context), context.secret))
  );
  return texts.length === 1 ? texts[0]! : sideBySide(texts);
}

/** An operation's shell text with what looks into its failure, or into why it took long. */
function withLooks(operation: Operation, text: string): string {
  const { look, lookAtSlow } = definitionOf(operation);
  if (look !== undefined) {
    return `{ ${text}\n} || { sx_e=$?\n${look(operation)}\nexit $sx_e; }`;
  }
  if (lookAtSlow === undefined) return text;
  const { from, shell } = lookAtSlow(operation);
  return `sx_b=$(date +%s); { ${text}\n}; sx_e=$?; sx_s=$(($(date +%s) - sx_b))
[ $sx_s -lt ${from} ] || { ${shell}\n}
exit $sx_e`;
}

// The table is keyed by the union's own kinds, so the definition fits the operation; TypeScript cannot follow that.
function definitionOf<O extends Operation>(operation: O): Definition<O> {
  return DEFINITIONS[operation.kind] as unknown as Definition<O>;
}
