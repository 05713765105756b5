/**
 * Files on hosts that kamal-proxy is told of by flags: certificates and error pages.
 *
 * @module
 */

import { type Role, serviceWithDestination } from "../config/config.ts";
import type { Proxy } from "../config/resolve_proxy.ts";
import { proxyContainer } from "../observe/host_state.ts";
import { ACME_DIRECTORY } from "../observe/route_flags.ts";
import { APPS_CONFIG, inProxy } from "../operations/own_certificate.ts";
import { isCalled } from "../operations/proxy_call.ts";
import { errorPagesFolder, errorPagesFolders, uploadErrorPages } from "./error_pages.ts";
import { type PlanInput, stateOf } from "./input.ts";
import { certificateFolder, certificateFolders, writeCertificate } from "./own_certificates.ts";
import type { Step } from "./plan.ts";
import { step } from "./stages.ts";

/** Where the files of a role are on a host. */
export interface ProxyFiles {
  /** Folder with a role's own certificate and its key; `undefined` for those of Let's Encrypt. */
  readonly certificate?: string | undefined;
  /** Folder with error pages; `undefined` for kamal-proxy's own. */
  readonly errorPages?: string | undefined;
}

/** Where the files of a role are on a host, or will be. */
export function proxyFiles(input: PlanInput, host: string, role: Role): ProxyFiles {
  if (role.proxy === undefined) return {};
  return {
    certificate: certificateFolder(input, host, role),
    errorPages: errorPagesFolder(input),
  };
}

/** The steps that put what kamal-proxy needs of roles on a host; none where all is there. */
export function writeProxyFiles(
  input: PlanInput,
  host: string,
  roles: readonly Role[],
): readonly Step[] {
  const proxied = roles.filter(({ proxy }) => proxy !== undefined);
  if (proxied.length === 0) return [];
  return [
    ...checkCall(input, host, proxied),
    ...uploadErrorPages(input, host),
    ...proxied.flatMap((role) => writeCertificate(input, host, role)),
  ];
}

/** The step that finds out whether kamal-proxy can be called where a route needs that; none where one has it. */
function checkCall(input: PlanInput, host: string, proxied: readonly Role[]): readonly Step[] {
  if (proxied.every(({ proxy }) => proxy?.acmeDirectory === undefined)) return [];
  const state = stateOf(input, host);
  const isKnown = proxyContainer(state) !== undefined &&
    state.routes.some(({ flags }) => isCalled(flags));
  return isKnown ? [] : [step(`${host} proxy call`, { kind: "check-proxy-call" })];
}

/**
 * The step that removes files from a host that no route needs any more.
 *
 * @param routed Roles whose routes are set anew before.
 */
export function pruneProxyFiles(
  input: PlanInput,
  host: string,
  routed: readonly Role[],
): readonly Step[] {
  const kept = routed.flatMap((role) => Object.values(proxyFiles(input, host, role)));
  const others = stateOf(input, host).routes.filter(({ service }) =>
    !routed.some(({ containerPrefix }) => containerPrefix === service)
  ).flatMap(({ flags }) => flags);
  // kamal-proxy routes nothing after its next start where it misses the files of any route.
  const isUsed = (folder: string): boolean =>
    others.some((flag) => `${flag}/`.includes(`=${inProxy(folder)}/`));
  const old = [...certificateFolders(input, host), ...errorPagesFolders(input, host)]
    .filter((folder) => !kept.includes(folder) && !isUsed(folder));
  if (old.length === 0) return [];
  return [
    step(`${host} old proxy files`, ...old.map((path) => ({ kind: "remove-path", path }) as const)),
  ];
}

/** The folder on every host with all certificates and error pages of the deployment. */
export function proxyFilesFolder({ config }: PlanInput): string {
  return `${APPS_CONFIG}/${serviceWithDestination(config)}`;
}

/**
 * Whether the deployment's certificates and error pages must stay on a host: a stopped proxy cannot be told that their
 * routes have gone, and at its next start would drop those of other apps with them.
 */
export function areProxyFilesHeld(input: PlanInput, host: string): boolean {
  const state = stateOf(input, host);
  const proxy = proxyContainer(state);
  if (proxy === undefined || proxy.running) return false;
  const folder = `=${inProxy(proxyFilesFolder(input))}/`;
  const users = state.routes.filter(({ flags }) => flags.some((flag) => flag.includes(folder)));
  return users.length > 0 && users.length < state.routes.length;
}

/**
 * A release's flags with today's files: it keeps neither its certificate, which may have ended long ago, nor, as with
 * Kamal, its error pages.
 */
export function withTodaysFiles(
  input: PlanInput,
  host: string,
  role: Role,
  flags: readonly string[],
): readonly string[] {
  const files = proxyFiles(input, host, role);
  const isOwn = (flag: string): boolean => flag.startsWith("--tls-certificate-path=");
  const isSecured = files.certificate !== undefined || flags.some(isOwn);
  const others = flags.filter((flag) =>
    !flag.startsWith("--error-pages=") &&
    !(isSecured &&
      /^--tls(-staging|-acme-directory|-certificate-path|-private-key-path)?(=|$)/.test(flag))
  );
  const today = role.proxy ?? { ssl: false, sslStaging: false, acmeDirectory: undefined };
  return [...others, ...isSecured ? tlsFlags(today, files) : [], ...errorPagesFlag(files)];
}

/** How HTTPS is served. */
export function tlsFlags(
  { ssl, sslStaging, acmeDirectory }: Pick<Proxy, "ssl" | "sslStaging" | "acmeDirectory">,
  { certificate }: ProxyFiles,
): readonly string[] {
  const own = certificate === undefined ? [] : [
    `--tls-certificate-path=${inProxy(certificate)}/cert.pem`,
    `--tls-private-key-path=${inProxy(certificate)}/key.pem`,
  ];
  return [
    ...ssl ? ["--tls"] : [],
    ...sslStaging ? ["--tls-staging"] : [],
    ...acmeDirectory === undefined ? [] : [`--${ACME_DIRECTORY}=${acmeDirectory}`],
    ...own,
  ];
}

/** What is shown in the place of kamal-proxy's own error pages. */
export function errorPagesFlag({ errorPages }: ProxyFiles): readonly string[] {
  return errorPages === undefined ? [] : [`--error-pages=${inProxy(errorPages)}`];
}
