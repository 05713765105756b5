/**
 * Certificates for labs, made with openssl, and what asks for them.
 *
 * @module
 */

import { run } from "./shell.ts";

/** A certificate that signs itself, and its key, as PEM. */
export interface LabCertificate {
  /** The certificate. */
  readonly certificate: string;
  /** Its private key. */
  readonly key: string;
}

/** Makes a certificate for a host name. */
export async function makeCertificate(host: string): Promise<LabCertificate> {
  const folder = await Deno.makeTempDir({ prefix: "sextant-lab-certificate-" });
  const [key, certificate] = [`${folder}/key.pem`, `${folder}/cert.pem`];
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const names = ["-subj", `/CN=${host}`, "-addext", `subjectAltName=DNS:${host}`];
  // Else it would be an authority's, which no server may show.
  names.push("-addext", "basicConstraints=critical,CA:FALSE");
  try {
    const files = ["-keyout", key, "-out", certificate];
    await run("openssl", ["req", "-x509", ...kind, ...names, "-days", "2", ...files]);
    return {
      certificate: await Deno.readTextFile(certificate),
      key: await Deno.readTextFile(key),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * Asks a server over HTTPS, over a connection of its own; gives the whole answer.
 *
 * @param trusted Certificates of which the server must have one.
 */
export async function askSecurely(
  { address, host, path }: {
    readonly address: string;
    readonly host: string;
    readonly path: string;
  },
  trusted: readonly string[],
): Promise<string> {
  const plain = await Deno.connect({ hostname: address, port: 443 });
  using secure = await Deno.startTls(plain, { hostname: host, caCerts: [...trusted] });
  const request = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
  await secure.write(new TextEncoder().encode(request));
  return await new Response(secure.readable).text();
}
