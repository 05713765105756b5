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
  if (!CERTIFICATE_REGEXP.test(certificatePem)) return "has no certificate in PEM";
  if (!PRIVATE_KEY_REGEXP.test(privateKeyPem)) return "has no private key in PEM beside it";
  if (ENCRYPTED_REGEXP.test(privateKeyPem)) return "has a key with a passphrase beside it";
  const [of, mine] = [
    publicPart(() => new X509Certificate(leafOf(certificatePem)).publicKey),
    publicPart(() => createPublicKey(createPrivateKey(privateKeyPem))),
  ];
  if (of === undefined || mine === undefined || of === mine) return undefined;
  return "has a key beside it that is another certificate's; the server's own must come first";
}

const CERTIFICATE_REGEXP = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/;
const PRIVATE_KEY_REGEXP = /-----BEGIN ([A-Z]+ )*PRIVATE KEY-----/;
const ENCRYPTED_REGEXP = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m;

/** Servers send theirs first, then those of the authorities. */
function leafOf(pem: string): string {
  return CERTIFICATE_REGEXP.exec(pem)![0];
}

/** A key's public part; `undefined` for a kind that is not known here. */
function publicPart(key: () => KeyObject): string | undefined {
  try {
    return key().export({ type: "spki", format: "der" }).toString("base64");
  } catch {
    return undefined;
  }
}
