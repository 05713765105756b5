/**
 * Certificates of the user's own, where kamal-proxy and nobody else can read them.
 *
 * @module
 */

import { all, each, pipe, quote, run, text, write } from "../command.ts";
import { type Definition, lastLines } from "./definition.ts";

/** Writes a certificate and its key into a folder of their own, readable by kamal-proxy's user alone. */
export interface WriteCertificate {
  /** Which operation. */
  readonly kind: "write-certificate";
  /** Role that it is for. */
  readonly role: string;
  /** Folder, below {@linkcode APPS_CONFIG}; its name changes with the values. */
  readonly folder: string;
  /** Secret with the certificate. */
  readonly certificatePem: string;
  /** Secret with its private key. */
  readonly privateKeyPem: string;
}

/** Folder on the host that kamal-proxy's container sees. */
export const APPS_CONFIG = ".kamal/proxy/apps-config";

/** A path below {@linkcode APPS_CONFIG} as kamal-proxy's container has it. */
export function inProxy(path: string): string {
  return `/home/kamal-proxy/.apps-config${path.slice(APPS_CONFIG.length)}`;
}

/** File that is there once a certificate's folder is complete; the login can read it, unlike the others. */
export const CERTIFICATE_MARK = "written";

/** How a certificate is written. */
export const writeCertificate: Definition<WriteCertificate> = {
  changes: true,
  describe: ({ role, certificatePem }) => ({
    mark: "~",
    noun: "certificate",
    subject: `of ${role}`,
    detail: `from ${certificatePem}`,
  }),
  render: ({ folder, certificatePem, privateKeyPem }) =>
    all(
      // The login owns the folder, so that it can remove it, and kamal-proxy may look into it.
      each(run("umask", "022"), run("mkdir", "-p", folder)),
      pipe(
        run("printf", "%s\\n.\\n%s\\n", { secret: certificatePem }, { secret: privateKeyPem }),
        text(
          `docker exec -i --user 0 kamal-proxy sh -c ${quote(WRITE)} ${quote(inProxy(folder))}`,
        ),
      ),
      write(run("true"), `${folder}/${CERTIFICATE_MARK}`),
    ),
  explain: ({ role }, { stderr }) => ({
    code: "COMMAND_FAILED",
    message: `the certificate of ${role} could not be given to kamal-proxy: ${
      lastLines(stderr, 1)[0] ?? "docker said nothing"
    }`,
    details: lastLines(stderr, 5),
    hint:
      "It is written as root in kamal-proxy's container, which must see .kamal/proxy/apps-config.",
  }),
};

// The file is the proxy's own before anybody else could open it: whose process 1 is, is its user.
const WRITE =
  `umask 077; cd "$0" && while IFS= read -r l && [ "$l" != . ]; do printf "%s\\n" "$l"; done >cert.pem &&
cat >key.pem && chown "$(stat -c %u:%g /proc/1)" cert.pem key.pem`;
