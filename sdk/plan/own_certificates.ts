/**
 * Certificates of the user's own on hosts: a folder for each value, so that a route is set anew where they change, and
 * what is taken back finds the former one.
 *
 * @module
 */

import { type Role, serviceWithDestination } from "../config/config.ts";
import type { Certificate } from "../config/resolve_proxy.ts";
import { APPS_CONFIG, CERTIFICATE_MARK, inProxy } from "../operations/own_certificate.ts";
import { lookUp } from "./current.ts";
import { digest } from "./digest.ts";
import { type PlanInput, stateOf } from "./input.ts";
import type { Step } from "./plan.ts";
import { step } from "./stages.ts";

/** The folder on a host with a role's certificate; `undefined` for a role without one of its own. */
export function certificateFolder(input: PlanInput, host: string, role: Role): string | undefined {
  const { certificate } = role.proxy ?? {};
  if (certificate === undefined) return undefined;
  const folder = roleFolder(input, role);
  const wanted = digestOf(input, certificate);
  return wanted === undefined
    ? newestFolder(input, host, role) ?? `${folder}/unknown`
    : `${folder}/${wanted}`;
}

/** The step that writes a role's certificate to a host; none where it is there. */
export function writeCertificate(input: PlanInput, host: string, role: Role): readonly Step[] {
  const { certificate } = role.proxy ?? {};
  const folder = certificateFolder(input, host, role);
  if (certificate === undefined || folder === undefined) return [];
  if (certificateFolders(input, host).includes(folder)) return [];
  const { certificatePem, privateKeyPem } = certificate;
  return [step(`${host} certificate ${role.name}`, {
    kind: "write-certificate",
    role: role.name,
    folder,
    certificatePem,
    privateKeyPem,
  })];
}

/** Kamal: configuration/proxy.rb, tls_path, with a folder for each value in it. */
function roleFolder(input: PlanInput, { name }: Role): string {
  return `${certificatesFolder(input)}/${name}`;
}

function certificatesFolder({ config }: PlanInput): string {
  return `${APPS_CONFIG}/${serviceWithDestination(config)}/tls`;
}

function digestOf(
  { secretDigests }: PlanInput,
  { certificatePem, privateKeyPem }: Certificate,
): string | undefined {
  const digests = [certificatePem, privateKeyPem].map((name) => secretDigests?.get(name));
  return digests.includes(undefined) ? undefined : digest(digests);
}

/** Where the values are not known: what the route has, or else what is there. */
function newestFolder(input: PlanInput, host: string, role: Role): string | undefined {
  const written = certificateFolders(input, host).filter((folder) =>
    folder.startsWith(`${roleFolder(input, role)}/`)
  );
  const { route } = lookUp(input, host, role);
  const isUsed = (folder: string): boolean =>
    route?.flags.some((flag) => flag.includes(`=${inProxy(folder)}/`)) === true;
  return written.find(isUsed) ?? written.at(-1);
}

/** All complete folders with certificates on a host. */
export function certificateFolders(input: PlanInput, host: string): readonly string[] {
  const { files } = stateOf(input, host);
  return Object.keys(files).filter((path) =>
    path.startsWith(`${certificatesFolder(input)}/`) && path.endsWith(`/${CERTIFICATE_MARK}`)
  ).map((path) => path.slice(0, path.lastIndexOf("/"))).toSorted();
}
