/**
 * Traffic from kamal-proxy to the app.
 *
 * @module
 */

import * as z from "zod";
import { directoryUrl } from "./obtained_certificate.ts";
import type { ConfigPath, ReportProblem } from "./problems.ts";
import { checkProxyRun, type ProxyRunInput, proxyRunSchema } from "./proxy_run.ts";
import { type Fields, port, strict, text, textMap, whole } from "./schema.ts";
import type { TextMap } from "./text_map.ts";
import { SECRET_NAME_REGEXP } from "./secret.ts";

/** What kamal-proxy does for a role. */
export interface ProxyInput {
  /** Public host name, or several with commas between them. Instead of `hosts`. */
  readonly host?: string;
  /**
   * Public host names. Instead of `host`.
   * @default {[]} All that reach the server.
   */
  readonly hosts?: readonly string[];
  /**
   * Port that the app listens on in its container.
   * @default {80}
   */
  readonly appPort?: number;
  /**
   * Whether kamal-proxy serves HTTPS, with certificates that it obtains from Let's Encrypt, or with one of your own.
   * Needs a public host name; without one of your own, a role with one server.
   * @default {false}
   */
  readonly ssl?: boolean | CertificateInput;
  /**
   * Whether HTTP is sent to HTTPS.
   * @default {true} kamal-proxy's, with `ssl`.
   */
  readonly sslRedirect?: boolean;
  /**
   * Whether X-Forwarded headers of the request are passed on.
   * @default {undefined} kamal-proxy's: not with `ssl`, else yes.
   */
  readonly forwardHeaders?: boolean;
  /**
   * Seconds until a request to the app fails.
   * @default {30} kamal-proxy's.
   */
  readonly responseTimeout?: number;
  /** Path prefix that is routed here, or several with commas. Instead of `pathPrefixes`. */
  readonly pathPrefix?: string;
  /**
   * Path prefixes that are routed here. Instead of `pathPrefix`.
   * @default {[]} All paths.
   */
  readonly pathPrefixes?: readonly string[];
  /**
   * Whether the prefix is cut off before the app sees the path.
   * @default {true} kamal-proxy's.
   */
  readonly stripPathPrefix?: boolean;
  /**
   * Public host name to which requests for the others are sent, such as that with or without `www.`.
   * @default {undefined} None: each answers.
   */
  readonly canonicalHost?: string;
  /**
   * Whether certificates come from Let's Encrypt's staging, to try `ssl` out: browsers do not trust them.
   * @default {false}
   */
  readonly sslStaging?: boolean;
  /**
   * Directory of the certificate authority that certificates come from by ACME, such as your company's own, in the place
   * of Let's Encrypt; one that asks for an account made beforehand gives kamal-proxy nothing. kamal-proxy must trust it:
   * where its root is not a public one, give the proxy's container the folder with that, by
   * `run: { options: { volume: "/etc/our-ca:/ca:ro", env: "SSL_CERT_DIR=/ca" } }`. Its image needs perl, as the official
   * one has it: kamal-proxy has no flag for this, and is called by its own protocol instead.
   * @default {undefined} Let's Encrypt's.
   */
  readonly acmeDirectory?: string;
  /** Lets some of a role's replicas get the requests that only read, such as those with a copy of the database. */
  readonly readers?: ReadersInput;
  /** How kamal-proxy finds out that the app is well. */
  readonly healthcheck?: HealthcheckInput;
  /** What is buffered on its way. */
  readonly buffering?: BufferingInput;
  /** Headers that kamal-proxy logs. */
  readonly logging?: ProxyLoggingInput;
  /** How kamal-proxy itself runs; a role's is laid over the app's, for its hosts. */
  readonly run?: ProxyRunInput;
}

/** Replicas that get requests that only read: GET and HEAD. The others get all the rest. */
export interface ReadersInput {
  /**
   * Replicas on each host that get what is no read, the first ones; all further ones are readers.
   * @default {1}
   */
  readonly writers?: number;
  /**
   * Seconds for which a visitor who wrote goes on to reach writers with reads too, so as to see what was written.
   * @default {1}
   */
  readonly writerAffinity?: number;
  /**
   * Whether readers get WebSockets as well.
   * @default {false}
   */
  readonly websockets?: boolean;
  /** Environment of the readers alone, laid over the role's clear one: by it the app knows what it is. */
  readonly env?: TextMap;
}

/** A certificate of your own, by the names of the secrets that hold it. */
export interface CertificateInput {
  /** Name of the secret with the certificate and those between it and its authority, as PEM. */
  readonly certificatePem: string;
  /** Name of the secret with its private key, as PEM without a passphrase. */
  readonly privateKeyPem: string;
}

/** A health check over HTTP. */
export interface HealthcheckInput {
  /**
   * Path that must answer 200.
   * @default {"/up"}
   */
  readonly path?: string;
  /**
   * Seconds between checks.
   * @default {1}
   */
  readonly interval?: number;
  /**
   * Host header of the checks: a name, `true` for the public host, `false` for the container's address.
   * @default {true} In a `deploy.yml`: `false`, as Kamal asks.
   */
  readonly host?: string | boolean;
  /**
   * Port in the container that the checks ask.
   * @default {undefined} The app's.
   */
  readonly port?: number;
  /**
   * Seconds that one check may take.
   * @default {5}
   */
  readonly timeout?: number;
}

/** Buffering in kamal-proxy. */
export interface BufferingInput {
  /**
   * Whether requests are buffered.
   * @default {true}
   */
  readonly requests?: boolean;
  /**
   * Whether responses are buffered.
   * @default {true}
   */
  readonly responses?: boolean;
  /** Bytes held in memory, more goes to disk. */
  readonly memory?: number;
  /** Largest request body in bytes. */
  readonly maxRequestBody?: number;
  /** Largest response body in bytes. */
  readonly maxResponseBody?: number;
}

/** Header names in kamal-proxy's log. */
export interface ProxyLoggingInput {
  /**
   * Headers of requests.
   * @default {["Cache-Control", "Last-Modified", "User-Agent"]}
   */
  readonly requestHeaders?: readonly string[];
  /**
   * Headers of responses.
   * @default {[]}
   */
  readonly responseHeaders?: readonly string[];
}

const path = z.string().check(z.startsWith("/", { error: 'should begin with "/"' }));

const secretName = z.string().check(
  z.regex(SECRET_NAME_REGEXP, { error: "should be the name of a secret" }),
);

const certificateSchema = strict<CertificateInput>({
  certificatePem: secretName.meta({
    description: "Name of the secret with the certificate and those between it and its authority",
    example: "CERTIFICATE_PEM",
  }),
  privateKeyPem: secretName.meta({
    description: "Name of the secret with its private key, which has no passphrase",
    example: "PRIVATE_KEY_PEM",
  }),
});

const readersSchema = strict<ReadersInput>({
  writers: whole(1).optional().meta({
    description: "How many replicas on each host get what is no read; all further ones are readers",
    example: 2,
  }),
  writerAffinity: whole().optional().meta({
    description:
      "Seconds for which a visitor who wrote reads from writers too; kamal-proxy's own is 1",
    example: 5,
  }),
  websockets: z.boolean().optional().meta({
    description: "Whether readers get WebSockets as well",
    example: true,
  }),
  env: textMap().optional().meta({
    description: "Environment of the readers alone, over the role's clear one",
    example: { "DATABASE_ROLE": "reading" },
  }),
});

const healthcheckSchema = strict<HealthcheckInput>({
  path: path.optional().meta({ description: "Path that must answer 200", example: "/healthz" }),
  interval: whole(1).optional().meta({
    description: "Seconds from one check to the next",
    example: 3,
  }),
  timeout: whole(1).optional().meta({ description: "Seconds that one check may take", example: 3 }),
  host: z.union([z.boolean(), text()]).optional().meta({
    description:
      "Host header of the checks: a name, true for the public host, false for the container's address (the default in YAML, as Kamal asks)",
    example: "shop.acme.dev",
  }),
  port: port().optional().meta({
    description: "Port in the container that is asked; else the app's",
    example: 9000,
  }),
});

const bufferingSchema = strict<BufferingInput>({
  requests: z.boolean().optional().meta({
    description: "Read the whole request before the app gets it",
    example: false,
  }),
  responses: z.boolean().optional().meta({
    description: "Read the whole response before the client gets it",
    example: false,
  }),
  memory: whole().optional().meta({
    description: "Bytes that are held in memory; more goes to disk",
    example: 2_000_000,
  }),
  maxRequestBody: whole().optional().meta({
    description: "Largest request body in bytes; else without a limit",
    example: 40_000_000,
  }),
  maxResponseBody: whole().optional().meta({
    description: "Largest response body in bytes; else without a limit",
    example: 40_000_000,
  }),
});

const loggingSchema = strict<ProxyLoggingInput>({
  requestHeaders: z.array(text()).optional().meta({
    description: "Headers of requests that stand in the log",
    example: ["X-Request-Id"],
  }),
  responseHeaders: z.array(text()).optional().meta({
    description: "Headers of responses that stand in the log",
    example: ["X-Request-Id"],
  }),
});

const fields: Fields<ProxyInput> = {
  host: text().optional().meta({
    description: "Public host name, or several with commas; else all that reach the server",
    example: "shop.acme.dev",
  }),
  hosts: z.array(text()).optional().meta({
    description: "Public host names, in place of host",
    example: ["shop.acme.dev", "www.acme.dev"],
  }),
  appPort: port().optional().meta({
    description: "Port that the app listens on in its container",
    example: 3000,
  }),
  ssl: z.union([z.boolean(), certificateSchema]).optional().meta({
    description:
      "Serve HTTPS: with certificates from Let's Encrypt, which needs one server, or with your own",
    example: true,
  }),
  sslRedirect: z.boolean().optional().meta({
    description: "Send requests over HTTP to HTTPS; done with ssl unless it says no",
    example: false,
  }),
  forwardHeaders: z.boolean().optional().meta({
    description: "Pass X-Forwarded headers of the request on; done without ssl unless it says no",
    example: true,
  }),
  responseTimeout: whole().optional().meta({
    description: "Seconds until a request to the app fails; kamal-proxy's own are 30",
    example: 60,
  }),
  pathPrefix: text().optional().meta({
    description: "Path prefix that is routed here, or several with commas; else all paths",
    example: "/api",
  }),
  pathPrefixes: z.array(text()).optional().meta({
    description: "Path prefixes that are routed here, in place of pathPrefix",
    example: ["/api", "/oauth"],
  }),
  stripPathPrefix: z.boolean().optional().meta({
    description: "Cut the prefix off before the app sees the path; done unless it says no",
    example: false,
  }),
  canonicalHost: text().optional().meta({
    description: "Public host name that requests for the others are sent to; else each answers",
    example: "www.acme.dev",
  }),
  sslStaging: z.boolean().optional().meta({
    description: "Take certificates of Let's Encrypt's staging, which browsers do not trust",
    example: true,
  }),
  acmeDirectory: directoryUrl().optional().meta({
    description: "URL of the ACME directory of another authority than Let's Encrypt",
    example: "https://ca.acme.dev/acme/acme/directory",
  }),
  readers: readersSchema.optional().meta({
    description: "Let the replicas after the first get the requests that only read",
    example: { writers: 1, env: { DATABASE_ROLE: "reading" } },
  }),
  healthcheck: healthcheckSchema.optional().meta({
    description: "How kamal-proxy finds out that the app is well",
    example: { path: "/healthz", interval: 3 },
  }),
  buffering: bufferingSchema.optional().meta({
    description: "What is held back until it is whole, and how large it may be",
    example: { requests: true, maxRequestBody: 40_000_000 },
  }),
  logging: loggingSchema.optional().meta({
    description: "Headers that stand in kamal-proxy's log",
    example: { requestHeaders: ["X-Request-Id"] },
  }),
  run: proxyRunSchema.optional().meta({
    description: "How kamal-proxy itself runs; a change takes effect when the proxy is booted anew",
    example: { httpPort: 8080, options: { memory: "512m" } },
  }),
};

/** Checks the proxy of the app, or of a role. */
export const proxySchema: z.ZodType<ProxyInput> = strict<ProxyInput>(fields);

/** Complains about a proxy that says the same thing in two ways. */
export function checkProxy(input: ProxyInput, path: ConfigPath, report: ReportProblem): void {
  if (input.host !== undefined && input.hosts !== undefined) {
    report(path, "has host and hosts, should have one of them");
  }
  if (input.pathPrefix !== undefined && input.pathPrefixes !== undefined) {
    report(path, "has pathPrefix and pathPrefixes, should have one of them");
  }
  for (const [key, hosts] of Object.entries({ host: splitList(input.host), hosts: input.hosts })) {
    for (const [index, host] of (hosts ?? []).entries()) {
      if (!/[\s/]/.test(host)) continue;
      const place = key === "host" ? [...path, key] : [...path, key, index];
      report(place, 'should be a host name alone, such as "shop.acme.dev"');
    }
  }
  checkProxyRun(input.run ?? {}, [...path, "run"], report);
}

/** Items of a list with commas between them. */
export function splitList(list: string | undefined): readonly string[] | undefined {
  return list?.split(",").map((item) => item.trim()).filter((item) => item !== "");
}
