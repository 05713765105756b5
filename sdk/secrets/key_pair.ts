/**
 * Whether a certificate and a private key belong together.
 *
 * @module
 */

import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from "node:crypto";

/**
 * Why a certificate and its key are of no use to kamal-proxy; `undefined` where nothing is certain, so that it says so
 * by itself. No value is in it.
 */
export function keyPairProblem(certificatePem: string, privateKeyPem: string): string | undefined {
  const first = firstCertificate(certificatePem);
  if (first === undefined) return "has no certificate in PEM";
  if (!PRIVATE_KEY_REGEXP.test(privateKeyPem)) return "has no private key in PEM beside it";
  if (ENCRYPTED_REGEXP.test(privateKeyPem)) return "has a key with a passphrase beside it";
  const [of, mine] = [
    publicPart(() => new X509Certificate(first).publicKey),
    publicPart(() => createPublicKey(createPrivateKey(privateKeyPem))),
  ];
  if (of === undefined || mine === undefined || of === mine) return undefined;
  return "has a key beside it that is another certificate's; the server's own must come first";
}

/** The server's own certificate, which stands before those of the authorities; `undefined` where there is none. */
export function firstCertificate(pem: string): string | undefined {
  return CERTIFICATE_REGEXP.exec(pem)?.[0];
}

const CERTIFICATE_REGEXP = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/;
const PRIVATE_KEY_REGEXP = /-----BEGIN ([A-Z]+ )*PRIVATE KEY-----/;
const ENCRYPTED_REGEXP = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m;

/** A key's public part; `undefined` for a kind that is not known here. */
function publicPart(key: () => KeyObject): string | undefined {
  try {
    return key().export({ type: "spki", format: "der" }).toString("base64");
  } catch {
    return undefined;
  }
}
