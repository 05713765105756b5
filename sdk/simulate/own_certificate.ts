/**
 * Certificates of the user's own on a simulated host.
 *
 * @module
 */

import { CERTIFICATE_MARK, type WriteCertificate } from "../operations/own_certificate.ts";
import { byEngine, done, type Model } from "./model.ts";
import { proxyIsOff } from "./proxy.ts";

/** How a certificate is written: it stands as the name of its secret. */
export const writeCertificate: Model<WriteCertificate> = byEngine(
  0.1,
  ({ folder, certificatePem, privateKeyPem }, host) => {
    host.makeDirectory(folder);
    const off = proxyIsOff(host);
    if (off !== undefined) return off;
    host.write(`${folder}/cert.pem`, `[${certificatePem}]\n`, "600");
    host.write(`${folder}/key.pem`, `[${privateKeyPem}]\n`, "600");
    host.write(`${folder}/${CERTIFICATE_MARK}`, "");
    return done();
  },
);
