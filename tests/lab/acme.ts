/**
 * A certificate authority on a host: Debian's pebble, and a kamal-proxy that takes it for Let's Encrypt's staging one.
 *
 * @module
 */

import { installFromDebian } from "./apt.ts";
import { exists } from "./shell.ts";
import type { LabHost } from "./host.ts";
import { KAMAL_PROXY_IMAGE } from "./kamal_proxy.ts";

/** Tag of the image of such a kamal-proxy. */
export const ACME_PROXY_VERSION = "v0.9.2-acme";

/** A certificate authority that runs. */
export interface CertificateAuthority {
  /** URL of its directory. */
  readonly directory: string;
  /** `docker run` options by which a kamal-proxy finds and trusts it. */
  readonly proxyOptions: Readonly<Record<string, string>>;
  /** Path of its root certificate on the host, for clients. */
  readonly root: string;
}

// Which authority that is stands in the program itself, so the name there is another one.
const STAGING = "https://acme-staging-v02.api.letsencrypt.org/directory";
const NAME = "acme.lab";
const DIRECTORY = `https://${NAME}:14000/dir`;

const SETTINGS = {
  pebble: {
    listenAddress: "0.0.0.0:14000",
    managementListenAddress: "127.0.0.1:15000",
    certificate: "/root/acme/server.pem",
    privateKey: "/root/acme/server.key",
    httpPort: 80,
    tlsPort: 443,
  },
};

/** Starts an authority on a host, for which every name leads to that host, and makes the proxy's image there. */
export async function startAcme(host: LabHost): Promise<CertificateAuthority> {
  if (!await exists("/usr/bin/pebble")) await installFromDebian(["pebble", "openssl"]);
  await Deno.mkdir(`${host.root}/acme`);
  await Deno.writeTextFile(`${host.root}/acme/pebble.json`, JSON.stringify(SETTINGS));
  await host.must(CERTIFICATES);
  await host.must(
    `cd /root/acme && pebble-challtestsrv -defaultIPv4 ${host.address} -dns01 127.0.0.1:8053 -http01 '' -https01 '' -tlsalpn01 '' -defaultIPv6 '' -management 127.0.0.1:8055 >dns.log 2>&1 </dev/null &
cd /root/acme && PEBBLE_VA_NOSLEEP=1 PEBBLE_WFE_NONCEREJECT=0 pebble -config pebble.json -dnsserver 127.0.0.1:8053 >pebble.log 2>&1 </dev/null &
for try in $(seq 100); do curl -sk https://127.0.0.1:15000/roots/0 -o /root/acme/root.pem && exit; sleep 0.1; done; cat /root/acme/*.log >&2; exit 1`,
  );
  await host.must(patchedProxy());
  return {
    directory: DIRECTORY,
    proxyOptions: {
      "add-host": `${NAME}:${host.address}`,
      "env": "SSL_CERT_DIR=/acme",
      "volume": "/root/acme:/acme:ro",
    },
    root: "/root/acme/root.pem",
  };
}

const CERTIFICATES = `cd /root/acme
openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 30 -subj /CN=lab-ca 2>/dev/null
openssl req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=${NAME} 2>/dev/null
printf 'subjectAltName=DNS:${NAME},IP:127.0.0.1' >server.ext
openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile server.ext -out server.pem 2>/dev/null
chmod 644 *.pem`;

/** The text must stay as long as it is; what is too much goes into a query, which the authority does not read. */
function patchedProxy(): string {
  const directory = `${DIRECTORY}?`.padEnd(STAGING.length, "x");
  const [repository] = KAMAL_PROXY_IMAGE.split(":");
  return `docker create --name acme-patch ${KAMAL_PROXY_IMAGE} >/dev/null &&
docker cp -q acme-patch:/usr/local/bin/kamal-proxy acme/kamal-proxy 2>/dev/null || docker cp acme-patch:/usr/local/bin/kamal-proxy acme/kamal-proxy
perl -0pi -e 's|\\Q${STAGING}\\E|${directory}|' acme/kamal-proxy &&
docker cp acme/kamal-proxy acme-patch:/usr/local/bin/kamal-proxy &&
docker commit acme-patch ${repository}:${ACME_PROXY_VERSION} >/dev/null && docker rm acme-patch >/dev/null`;
}
