/**
 * What kamal-proxy does for a role, as it is resolved.
 *
 * @module
 */

import { type ProxyInput, type ReadersInput, splitList } from "./proxy.ts";
import { resolveTextMap } from "./text_map.ts";

/** What kamal-proxy does for a role. */
export interface Proxy {
  /** Public host names; empty answers to all. */
  readonly hosts: readonly string[];
  /** Port that the app listens on. */
  readonly appPort: number;
  /** Whether kamal-proxy serves HTTPS. */
  readonly ssl: boolean;
  /** Secrets with the certificate that it serves HTTPS with; `undefined` for those that it obtains by itself. */
  readonly certificate: Certificate | undefined;
  /** Whether HTTP is sent to HTTPS; `undefined` leaves kamal-proxy's default. */
  readonly sslRedirect: boolean | undefined;
  /** Whether X-Forwarded headers are passed on; `undefined` leaves kamal-proxy's default. */
  readonly forwardHeaders: boolean | undefined;
  /** Seconds until a request to the app fails; `undefined` leaves kamal-proxy's default. */
  readonly responseTimeout: number | undefined;
  /** Path prefixes that are routed here; empty for all. */
  readonly pathPrefixes: readonly string[];
  /** Whether the prefix is cut off; `undefined` leaves kamal-proxy's default. */
  readonly stripPathPrefix: boolean | undefined;
  /** Public host name that the others are sent to; `undefined` for none. */
  readonly canonicalHost: string | undefined;
  /** Whether certificates come from Let's Encrypt's staging. */
  readonly sslStaging: boolean;
  /** Directory of the authority that certificates come from; `undefined` for Let's Encrypt's. */
  readonly acmeDirectory: string | undefined;
  /** Replicas that get the requests that only read; `undefined` where each gets all. */
  readonly readers: Readers | undefined;
  /** How kamal-proxy finds out that the app is well. */
  readonly healthcheck: Healthcheck;
  /** What is buffered on its way. */
  readonly buffering: Buffering;
  /** Headers that kamal-proxy logs. */
  readonly logging: ProxyLogging;
}

/** Replicas that get the requests that only read. */
export interface Readers {
  /** Replicas on each host that get what is no read; all further ones are readers. */
  readonly writers: number;
  /** Seconds for which a visitor who wrote reads from writers too. */
  readonly writerAffinity: number;
  /** Whether readers get WebSockets as well. */
  readonly websockets: boolean;
  /** Environment of the readers alone. */
  readonly env: Readonly<Record<string, string>>;
}

/** A page that kamal-proxy shows for a status. */
export interface ErrorPage {
  /** Its name, such as `503.html`. */
  readonly name: string;
  /** Path in the project. */
  readonly local: string;
  /** SHA-256 of its content. */
  readonly sha256: string;
}

/** A certificate in secrets, by their names. */
export interface Certificate {
  /** Secret with the certificate, as PEM. */
  readonly certificatePem: string;
  /** Secret with its private key, as PEM. */
  readonly privateKeyPem: string;
}

/** A health check over HTTP. */
export interface Healthcheck {
  /** Path that must answer 200. */
  readonly path: string;
  /** Seconds between checks. */
  readonly interval: number;
  /** Host header of the checks; `undefined` for the container's address. */
  readonly host: string | undefined;
  /** Port that is asked; `undefined` for the app's. */
  readonly port: number | undefined;
  /** Seconds that one check may take. */
  readonly timeout: number;
}

/** Buffering in kamal-proxy. */
export interface Buffering {
  /** Whether requests are buffered. */
  readonly requests: boolean;
  /** Whether responses are buffered. */
  readonly responses: boolean;
  /** Bytes held in memory; `undefined` leaves kamal-proxy's default. */
  readonly memory: number | undefined;
  /** Largest request body in bytes. */
  readonly maxRequestBody: number | undefined;
  /** Largest response body in bytes. */
  readonly maxResponseBody: number | undefined;
}

/** Header names in kamal-proxy's log. */
export interface ProxyLogging {
  /** Headers of requests. */
  readonly requestHeaders: readonly string[];
  /** Headers of responses. */
  readonly responseHeaders: readonly string[];
}

/** Lays a role's proxy over the app's and fills the defaults. */
export function resolveProxy(root: ProxyInput, own: ProxyInput = {}): Proxy {
  const input = { ...root, ...own };
  const healthcheck = { ...root.healthcheck, ...own.healthcheck };
  const buffering = { ...root.buffering, ...own.buffering };
  const logging = { ...root.logging, ...own.logging };
  const hosts = hostsOf(own) ?? hostsOf(root) ?? [];
  return {
    hosts,
    appPort: input.appPort ?? 80,
    ssl: input.ssl !== undefined && input.ssl !== false,
    certificate: typeof input.ssl === "object" ? input.ssl : undefined,
    sslRedirect: input.sslRedirect,
    forwardHeaders: input.forwardHeaders,
    responseTimeout: input.responseTimeout,
    pathPrefixes: pathPrefixesOf(own) ?? pathPrefixesOf(root) ?? [],
    stripPathPrefix: input.stripPathPrefix,
    canonicalHost: input.canonicalHost,
    sslStaging: input.sslStaging ?? false,
    acmeDirectory: input.acmeDirectory,
    readers: resolveReaders(root.readers, own.readers),
    healthcheck: {
      path: healthcheck.path ?? "/up",
      interval: healthcheck.interval ?? 1,
      host: checkHostOf(healthcheck.host, input, hosts),
      port: healthcheck.port,
      timeout: healthcheck.timeout ?? 5,
    },
    buffering: {
      requests: buffering.requests ?? true,
      responses: buffering.responses ?? true,
      memory: buffering.memory,
      maxRequestBody: buffering.maxRequestBody,
      maxResponseBody: buffering.maxResponseBody,
    },
    logging: {
      requestHeaders: logging.requestHeaders ?? ["Cache-Control", "Last-Modified", "User-Agent"],
      responseHeaders: logging.responseHeaders ?? [],
    },
  };
}

function resolveReaders(root?: ReadersInput, own?: ReadersInput): Readers | undefined {
  if (root === undefined && own === undefined) return undefined;
  const { writers, writerAffinity, websockets } = { ...root, ...own };
  return {
    writers: writers ?? 1,
    writerAffinity: writerAffinity ?? 1,
    websockets: websockets ?? false,
    env: { ...resolveTextMap(root?.env), ...resolveTextMap(own?.env) },
  };
}

/** A wildcard is no name that an app could be asked by. */
function checkHostOf(
  host: string | boolean | undefined,
  { canonicalHost }: ProxyInput,
  hosts: readonly string[],
): string | undefined {
  if (typeof host === "string") return host;
  return host === false ? undefined : canonicalHost ?? hosts.find((name) => !name.includes("*"));
}

function hostsOf({ host, hosts }: ProxyInput): readonly string[] | undefined {
  return hosts ?? splitList(host);
}

function pathPrefixesOf({ pathPrefix, pathPrefixes }: ProxyInput): readonly string[] | undefined {
  return pathPrefixes ?? splitList(pathPrefix);
}
