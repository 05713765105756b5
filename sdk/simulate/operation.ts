/**
 * The one table that knows what every kind of operation does on a simulated host.
 *
 * @module
 */

import { bridgeAssets, pruneAssets } from "./assets.ts";
import type { Operation, OperationKind } from "../operations/operation.ts";
import { recordAudit, showAudit } from "./audit.ts";
import { showBootConfig, writeBootConfig } from "./boot_config.ts";
import { obtainCertificates } from "./certificate.ts";
import { writeCertificate } from "./own_certificate.ts";
import {
  removeContainer,
  renameContainer,
  runContainer,
  startContainer,
  stopContainer,
} from "./container.ts";
import { cutCord, makeCord, tieCord } from "./cord.ts";
import { uploadErrorPages } from "./error_pages.ts";
import { installDocker } from "./docker.ts";
import { makeDirectories, removeEnv, removePath, uploadFile, writeEnv, writeSalt } from "./file.ts";
import { awaitHealthy } from "./health.ts";
import { runHook } from "./hook.ts";
import { buildImage, measureImage, pullImage, pushImage, removeImage, tagImage } from "./image.ts";
import { acquireLock, releaseLock, showLock } from "./lock.ts";
import type { Model } from "./model.ts";
import { connectNetwork, createNetwork } from "./network.ts";
import {
  beginMaintenance,
  checkProxyCall,
  endMaintenance,
  pauseRoute,
  removeCandidate,
  removeRoute,
  resumeRoute,
  routeTraffic,
} from "./proxy.ts";
import {
  givePorts,
  mendProxy,
  removeProxy,
  replaceProxy,
  runProxy,
  startProxy,
  stopProxy,
  takePorts,
} from "./proxy_container.ts";
import { pruneImages, pruneVersions } from "./prune.ts";
import {
  execCommand,
  listContainers,
  listImages,
  runCommand,
  runOnHost,
  runRelease,
  showLogs,
} from "./question.ts";
import { loginRegistry, logoutRegistry, runRegistry } from "./registry.ts";
import { recordRelease } from "./release.ts";
import { endSplit, splitTraffic } from "./rollout.ts";
import { checkState, probe } from "./state.ts";

type Models = { readonly [K in OperationKind]: Model<Extract<Operation, { kind: K }>> };

const MODELS = Object.freeze({
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
}) satisfies Models;

/** Whether something that a script's step names is an operation that this table knows. */
export function isOperation(operation: { readonly kind: string }): operation is Operation {
  return Object.hasOwn(MODELS, operation.kind);
}

/** What an operation does on a simulated host. */
export function modelOf<O extends Operation>(operation: O): Model<O> {
  // The table is keyed by the union's own kinds, so the model fits the operation; TypeScript cannot follow that.
  return MODELS[operation.kind] as unknown as Model<O>;
}
