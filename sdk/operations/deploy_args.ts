/**
 * What kamal-proxy is told by a call to deploy a service, in the bytes of Go's net/rpc.
 *
 * @module
 */

import { routeOfFlags } from "../observe/route_flags.ts";
import { type GobField, gobStream, type GobStruct, type GobType } from "./gob.ts";

/** A target. */
export interface DeployTarget {
  /** Host and port. */
  readonly text: string;
  /** Whether it gets what only reads. */
  readonly isReader: boolean;
}

/** A call of kamal-proxy's `Deploy` as its own command line would make it of flags. */
export function deployStream(
  service: string,
  targets: readonly DeployTarget[],
  flags: readonly string[],
): Uint8Array {
  const { options, target_options } = routeOfFlags(flags) as Record<string, object>;
  const textsOf = (isReader: boolean): readonly string[] =>
    targets.filter((target) => target.isReader === isReader).map(({ text }) => text);
  return gobStream([
    { type: REQUEST, value: { method: "kamal-proxy.Deploy" } },
    {
      type: DEPLOY_ARGS,
      value: {
        service,
        targets: textsOf(false),
        readers: textsOf(true),
        deployment: {
          deploy_timeout: nanoseconds(flags, "--deploy-timeout"),
          drain_timeout: nanoseconds(flags, "--drain-timeout"),
        },
        options: { ...options, acme_cache_path: CERTIFICATES },
        target_options,
      },
    },
  ]);
}

/** Where kamal-proxy's command line would have it keep certificates: in its volume. */
const CERTIFICATES = "/home/kamal-proxy/.config/kamal-proxy/certs";

/** What belongs to one deploy alone; kamal-proxy's own is 30 s. */
function nanoseconds(flags: readonly string[], flag: string): number {
  const told = flags.findLast((one) => one.startsWith(`${flag}=`)) ?? `${flag}=30s`;
  return Number.parseFloat(told.slice(flag.length + 1)) * 1e9;
}

function field(name: string, type: GobType, key: string): GobField {
  return { name, type, key };
}

// Go's net/rpc, server.go: the first call's number is 0.
const REQUEST: GobStruct = {
  name: "Request",
  fields: [field("ServiceMethod", "string", "method"), field("Seq", "uint", "number")],
};

// kamal-proxy v0.9.2: commands.go, service.go and target.go, with the state file's keys. Durations are nanoseconds.
const DEPLOYMENT_OPTIONS: GobStruct = {
  name: "DeploymentOptions",
  fields: [
    field("DeployTimeout", "int", "deploy_timeout"),
    field("DrainTimeout", "int", "drain_timeout"),
    field("Force", "bool", "force"),
  ],
};

const SERVICE_OPTIONS: GobStruct = {
  name: "ServiceOptions",
  fields: [
    field("Hosts", "strings", "hosts"),
    field("PathPrefixes", "strings", "path_prefixes"),
    field("TLSEnabled", "bool", "tls_enabled"),
    field("TLSCertificatePath", "string", "tls_certificate_path"),
    field("TLSPrivateKeyPath", "string", "tls_private_key_path"),
    field("TLSRedirect", "bool", "tls_redirect"),
    field("CanonicalHost", "string", "canonical_host"),
    field("ACMEDirectory", "string", "acme_directory"),
    field("ACMECachePath", "string", "acme_cache_path"),
    field("ErrorPagePath", "string", "error_page_path"),
    field("StripPrefix", "bool", "strip_prefix"),
    field("WriterAffinityTimeout", "int", "writer_affinity_timeout"),
    field("ReadTargetsAcceptWebsockets", "bool", "read_targets_accept_websockets"),
  ],
};

const HEALTH_CHECK_CONFIG: GobStruct = {
  name: "HealthCheckConfig",
  fields: [
    field("Path", "string", "path"),
    field("Port", "int", "port"),
    field("Interval", "int", "interval"),
    field("Timeout", "int", "timeout"),
    field("Host", "string", "host"),
  ],
};

const TARGET_OPTIONS: GobStruct = {
  name: "TargetOptions",
  fields: [
    field("HealthCheckConfig", HEALTH_CHECK_CONFIG, "health_check_config"),
    field("ResponseTimeout", "int", "response_timeout"),
    field("BufferRequests", "bool", "buffer_requests"),
    field("BufferResponses", "bool", "buffer_responses"),
    field("MaxMemoryBufferSize", "int", "max_memory_buffer_size"),
    field("MaxRequestBodySize", "int", "max_request_body_size"),
    field("MaxResponseBodySize", "int", "max_response_body_size"),
    field("LogRequestHeaders", "strings", "log_request_headers"),
    field("LogResponseHeaders", "strings", "log_response_headers"),
    field("ForwardHeaders", "bool", "forward_headers"),
    field("ScopeCookiePaths", "bool", "scope_cookie_paths"),
  ],
};

const DEPLOY_ARGS: GobStruct = {
  name: "DeployArgs",
  fields: [
    field("Service", "string", "service"),
    field("TargetURLs", "strings", "targets"),
    field("ReaderURLs", "strings", "readers"),
    field("DeploymentOptions", DEPLOYMENT_OPTIONS, "deployment"),
    field("ServiceOptions", SERVICE_OPTIONS, "options"),
    field("TargetOptions", TARGET_OPTIONS, "target_options"),
  ],
};
