/**
 * Files on hosts that kamal-proxy is told of by flags: certificates and error pages.
 *
 * @module
 */

import { type Role, serviceWithDestination } from "../config/config.ts";
import type { Proxy } from "../config/resolve_proxy.ts";
import { proxyContainer, type RouteState } from "../observe/host_state.ts";
import { ACME_DIRECTORY } from "../observe/route_flags.ts";
import { APPS_CONFIG, inProxy } from "../operations/own_certificate.ts";
import { isCalled } from "../operations/proxy_call.ts";
import { errorPagesFolder, errorPagesFolders, uploadErrorPages } from "./error_pages.ts";
import { selectedRoles } from "./current.ts";
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
 * @param gone Names of routes that are removed before.
 */
export function pruneProxyFiles(
  input: PlanInput,
  host: string,
  routed: readonly Role[],
  gone: readonly string[],
): readonly Step[] {
  const kept = routed.flatMap((role) => Object.values(proxyFiles(input, host, role)));
  const others = stateOf(input, host).routes.filter(({ service }) =>
    !gone.includes(service) && !routed.some((role) => role.containerPrefix === service)
  );
  // kamal-proxy routes nothing after its next start where it misses the files of any route.
  const old = allFolders(input, host)
    .filter((folder) => !kept.includes(folder) && !isUsed(folder, others));
  if (old.length === 0) return [];
  return [
    step(`${host} old proxy files`, ...old.map((path) => ({ kind: "remove-path", path }) as const)),
  ];
}

/**
 * The folders of the deployment on a host that must stay when it is taken off: kamal-proxy drops every route at its next
 * start where it misses the files of one. Those of roles that left the configuration go on, and one that is stopped
 * cannot be told that any route has gone.
 */
export function heldProxyFiles(input: PlanInput, host: string): readonly string[] {
  const state = stateOf(input, host);
  const proxy = proxyContainer(state);
  if (proxy === undefined) return [];
  const own = selectedRoles(input, host).map(({ containerPrefix }) => containerPrefix);
  const others = state.routes.filter(({ service }) => !own.includes(service));
  const left = proxy.running || others.length === 0 ? others : state.routes;
  return allFolders(input, host).filter((folder) => isUsed(folder, left));
}

/** All folders of certificates and error pages of the deployment on a host. */
function allFolders(input: PlanInput, host: string): readonly string[] {
  return [...certificateFolders(input, host), ...errorPagesFolders(input, host)];
}

/** Whether kamal-proxy needs a folder for any of some routes. */
function isUsed(folder: string, routes: readonly RouteState[]): boolean {
  return routes.some(({ flags }) =>
    flags.some((flag) => `${flag}/`.includes(`=${inProxy(folder)}/`))
  );
}

/** The folders of the deployment that go from a host as it is taken off. */
export function endingProxyFiles(input: PlanInput, host: string): readonly string[] {
  const held = heldProxyFiles(input, host);
  return held.length === 0
    ? [`${APPS_CONFIG}/${serviceWithDestination(input.config)}`]
    : allFolders(input, host).filter((folder) => !held.includes(folder));
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
