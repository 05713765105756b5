/**
 * Sextant deploys containers to plain servers over SSH: a deployment is a value in TypeScript,
 * it is compared with what runs on the hosts, and the difference is a plan that is shown and then done.
 *
 * @example
 * ```ts
 * import { deploy, secret } from "@sextant/deploy";
 *
 * export default deploy("shop")
 *   .image("acme/shop")
 *   .registry({ server: "ghcr.io", username: "ci", password: secret("REGISTRY_PASSWORD") })
 *   .servers({ web: ["10.0.0.1", "10.0.0.2"] })
 *   .proxy({ host: "shop.acme.dev" });
 * ```
 *
 * @module
 */

export type { SecretReference } from "./sdk/command.ts";
export type { CommandOptions, Deployment, Result } from "./sdk/commander.ts";
export { Run, RunFailedError } from "./sdk/commander/run.ts";
export type { Filters } from "./sdk/commander/selection.ts";
export type {
  AccessoryExecVerb,
  AccessoryLogsVerb,
  AccessoryVerb,
  BootConfigSetVerb,
  BuildVerb,
  CanaryStartVerb,
  DeployVerb,
  ExecVerb,
  HostExecVerb,
  LockAcquireVerb,
  LogsVerb,
  MaintenanceVerb,
  PlainVerb,
  ProxyRebootVerb,
  ProxyRemoveVerb,
  PruneVerb,
  RegistryVerb,
  RemoveContainerVerb,
  RollbackVerb,
  ScaleVerb,
  StaleVerb,
  UpgradeVerb,
  Verb,
} from "./sdk/commander/verb.ts";
export type { MaintenanceOptions } from "./sdk/plan/maintenance.ts";
export type { BootConfigOptions } from "./sdk/plan/proxy_boot_config.ts";
export type { AccessoryInput, AccessoryOptions, AccessoryPlace } from "./sdk/config/accessory.ts";
export type { AliasesInput } from "./sdk/config/alias.ts";
export type { AssetPathInput } from "./sdk/config/asset_path.ts";
export type {
  AssetFolder,
  AssetOperation,
  BridgeAssets,
  PruneAssets,
} from "./sdk/operations/assets.ts";
export type { BootInput } from "./sdk/config/boot.ts";
export type { CanaryInput } from "./sdk/config/canary.ts";
export type { ReleaseInput } from "./sdk/config/release.ts";
export type { RunRelease } from "./sdk/operations/release_phase.ts";
export type { CanaryShare, CanarySplit, EndSplit, SplitTraffic } from "./sdk/operations/rollout.ts";
export type { PauseRoute, ResumeRoute } from "./sdk/operations/route_pause.ts";
export type { BuildImage } from "./sdk/operations/build.ts";
export type { RunRegistry } from "./sdk/operations/local_registry.ts";
export type { Buildx } from "./sdk/operations/buildx.ts";
export type { BuildCacheInput } from "./sdk/config/build_cache.ts";
export type { BuilderInput, PackInput } from "./sdk/config/builder.ts";
export type { RunOptions } from "./sdk/config/config.ts";
export type { DeployContext } from "./sdk/config/deploy_context.ts";
export type { DeployEffects, HookEffect } from "./sdk/config/effects.ts";
export type { EnvFields, EnvInput, RootEnvFields, RootEnvInput } from "./sdk/config/env.ts";
export type {
  HookContext,
  HookFunction,
  HookIds,
  HookName,
  PlanSummary,
} from "./sdk/config/hook.ts";
export type { HostFields, HostInput } from "./sdk/config/host.ts";
export type {
  HostsContext,
  HostsFunction,
  HostsInput,
  HostsReference,
  HostsSpec,
} from "./sdk/config/hosts_function.ts";
export type { LoggingInput } from "./sdk/config/logging.ts";
export type { MountFields, MountInput } from "./sdk/config/mount.ts";
export type {
  BufferingInput,
  CertificateInput,
  HealthcheckInput,
  ProxyInput,
  ProxyLoggingInput,
  ReadersInput,
} from "./sdk/config/proxy.ts";
export type { ProxyRunInput } from "./sdk/config/proxy_run.ts";
export type { TraefikInput } from "./sdk/config/traefik.ts";
export type { RegistryInput } from "./sdk/config/registry.ts";
export type { RoleInput, RoleOptions } from "./sdk/config/role.ts";
export { secret } from "./sdk/config/secret.ts";
export type {
  SecretsContext,
  SecretsFunction,
  SecretsInput,
  SecretsReference,
} from "./sdk/config/secrets_function.ts";
export type { HookOutput, SettingsInput } from "./sdk/config/settings.ts";
export type {
  DeployShape,
  EmptyShape,
  With,
  WithAccessory,
  WithDestination,
  WithRole,
  WithSecret,
} from "./sdk/config/shape.ts";
export type { DeployOverlay, DeploySpec, SpecFields } from "./sdk/config/spec.ts";
export type { SshInput, SshLogLevel } from "./sdk/config/ssh.ts";
export type { SshkitInput } from "./sdk/config/sshkit.ts";
export type { TextMap } from "./sdk/config/text_map.ts";
export { type AnyDeploy, Deploy, deploy, type DeployExport } from "./sdk/deploy.ts";
export {
  ConfigError,
  type ConfigProblem,
  type ErrorCode,
  HostError,
  HostsError,
  SextantError,
} from "./sdk/errors.ts";
export type { Clock } from "./sdk/exec/clock.ts";
export type {
  ConnectedEvent,
  ConnectingEvent,
  EndEvent,
  Event,
  Failure,
  HostWarning,
  NoticeEvent,
  PlannedEvent,
  RunOutcome,
  StageEvent,
  StepBeginEvent,
  StepEndEvent,
  StepEvent,
  StepOutputEvent,
  StepStatus,
  UndoEvent,
  WaitEvent,
} from "./sdk/exec/event.ts";
export type { Report, StageReport, StepReport } from "./sdk/exec/report.ts";
export type { AuditOperation, RecordAudit, ShowAudit } from "./sdk/operations/audit.ts";
export type {
  Cause,
  CauseOfAnswer,
  CauseOfEnd,
  CauseOfHealthcheck,
  CauseOfSilence,
  CauseOfStart,
} from "./sdk/operations/cause.ts";
export type { ObtainCertificates } from "./sdk/operations/certificate.ts";
export type { WriteCertificate } from "./sdk/operations/own_certificate.ts";
export type {
  ContainerOperation,
  RemoveContainer,
  RenameContainer,
  RunContainer,
  StartContainer,
} from "./sdk/operations/container.ts";
export type { CordOperation, CutCord, MakeCord, TieCord } from "./sdk/operations/cord.ts";
export type { ErrorPageFile, UploadErrorPages } from "./sdk/operations/error_pages.ts";
export type { InstallDocker } from "./sdk/operations/docker.ts";
export type {
  FileOperation,
  MakeDirectories,
  RemoveEnv,
  RemovePath,
  UploadFile,
  WriteEnv,
  WriteSalt,
} from "./sdk/operations/file.ts";
export type { Warning } from "./sdk/operations/definition.ts";
export type { AwaitHealthy, Readiness } from "./sdk/operations/health.ts";
export type { RunHook } from "./sdk/operations/hook.ts";
export type {
  ImageOperation,
  PullImage,
  PushImage,
  RemoveImage,
  TagImage,
} from "./sdk/operations/image.ts";
export type { MeasureImage } from "./sdk/operations/image_size.ts";
export type {
  AcquireLock,
  LockOperation,
  LockWait,
  ReleaseLock,
  ShowLock,
} from "./sdk/operations/lock.ts";
export type { ConnectNetwork, CreateNetwork, NetworkOperation } from "./sdk/operations/network.ts";
export type { Operation } from "./sdk/operations/operation.ts";
export type {
  BeginMaintenance,
  EndMaintenance,
  PreviousRoute,
  ProxyTarget,
  RemoveCandidate,
  RemoveRoute,
  RoutedContainer,
  RouteOperation,
  RouteTraffic,
  TakenRoute,
} from "./sdk/operations/proxy.ts";
export type { CheckProxyCall } from "./sdk/operations/proxy_call.ts";
export type {
  MendProxy,
  ProxyOperation,
  RemoveProxy,
  ReplaceProxy,
  RunProxy,
  StartProxy,
  StopProxy,
} from "./sdk/operations/proxy_container.ts";
export type {
  GivePorts,
  Handover,
  HandoverOperation,
  TakePorts,
} from "./sdk/operations/proxy_handover.ts";
export type {
  BootConfigFile,
  BootConfigOperation,
  ShowBootConfig,
  WriteBootConfig,
} from "./sdk/operations/boot_config.ts";
export type {
  OldContainer,
  PruneImages,
  PruneOperation,
  PruneVersions,
} from "./sdk/operations/prune.ts";
export type {
  ExecCommand,
  ListContainers,
  ListImages,
  QuestionOperation,
  RunCommand,
  RunOnHost,
  ShowLogs,
} from "./sdk/operations/question.ts";
export type {
  LoginRegistry,
  LogoutRegistry,
  RegistryLogin,
  RegistryOperation,
} from "./sdk/operations/registry.ts";
export type {
  RecordRelease,
  ReleasedContainer,
  ReleasedRole,
  ReleasedRoute,
  ReleasedRun,
  ReleaseStatus,
} from "./sdk/operations/release.ts";
export type { CheckState, ProbeHost, StateOperation } from "./sdk/operations/state.ts";
export type { StopContainer } from "./sdk/operations/stop_container.ts";
export type {
  Answer,
  CanaryAnswer,
  DriftAnswer,
  ReleasesAnswer,
  StaleAnswer,
} from "./sdk/plan/answer.ts";
export type { StandingCanary } from "./sdk/plan/canary_status.ts";
export {
  type EndNote,
  HERE,
  type HostScript,
  isEmpty,
  type Orphan,
  type Plan,
  type Stage,
  type StageName,
  type Step,
  type Wait,
} from "./sdk/plan/plan.ts";
export type { Difference } from "./sdk/plan/drift.ts";
export type { FieldDifference } from "./sdk/plan/live_drift.ts";
export type { StaleContainer } from "./sdk/plan/app_remove.ts";
export type { ReleaseSummary } from "./sdk/plan/release.ts";
export type { ExecOptions } from "./sdk/plan/exec.ts";
export type { LogOptions } from "./sdk/plan/logs.ts";
export type {
  Connection,
  ConnectOptions,
  Jump,
  RunOptions as ScriptOptions,
  Script,
  ScriptStep,
  Session,
  StepResult,
  StreamName,
  Target,
  Transport,
} from "./sdk/transport/transport.ts";
