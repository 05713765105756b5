/**
 * Certificates that kamal-proxy gets by itself, at the first visit by HTTPS.
 *
 * @module
 */

import { quote, text } from "../command.ts";
import { type Definition, lastLines } from "./definition.ts";

/**
 * Pays the first visit to each host name, so that no visitor waits for the certificate, and it is known at once whether
 * there is one. A deploy is not undone for want of it: kamal-proxy tries again with each visitor.
 */
export interface ObtainCertificates {
  /** Which operation. */
  readonly kind: "obtain-certificates";
  /** Public host names. */
  readonly hosts: readonly string[];
  /** Directory of the authority; `undefined` for Let's Encrypt's. */
  readonly directory: string | undefined;
  /** Address and port of the host where kamal-proxy serves HTTPS, such as `127.0.0.1:443`. */
  readonly at: string;
}

/** Seconds that a certificate authority has. */
const PATIENCE = 20;

/** How certificates are obtained. */
export const obtainCertificates: Definition<ObtainCertificates> = {
  changes: true,
  describe: ({ hosts, directory }) => ({
    mark: "+",
    noun: "certificate",
    subject: hosts.join(", "),
    detail: directory === undefined ? "by a first visit" : `from ${directory}, by a first visit`,
  }),
  // Whose certificate it is does not matter here, only that the handshake comes to its end; nor what the app answers.
  render: ({ hosts, at }) =>
    text(`if command -v curl >/dev/null 2>&1; then sx_r=
for sx_h in ${hosts.map(quote).join(" ")}; do
case $(curl -sk -o /dev/null -m ${PATIENCE} -w '%{time_appconnect}' --connect-to ${
      quote(`::${at}`)
    } "https://$sx_h/") in *[1-9]*) ;; *) sx_r=1; echo "refused $sx_h";; esac
done
[ -z "$sx_r" ] || docker logs --since ${
      PATIENCE * 2
    }s kamal-proxy 2>&1 | grep -F 'TLS handshake error' | tail -n 1
fi; true`),
  warn: ({ directory }, { stdout }) => {
    const refused = [...stdout.matchAll(/^refused (\S+)$/gm)].map(([, host]) => host!);
    if (refused.length === 0) return undefined;
    const reason = /TLS handshake error from \S+: (.*)/.exec(lastMessage(stdout))?.[1];
    return {
      message: `kamal-proxy has no certificate for ${refused.join(", ")}${
        reason === undefined ? "" : `: ${reason}`
      }`,
      hint: directory === undefined ? HINT : `${HINT} ${TRUST_HINT}`,
    };
  },
};

const HINT =
  "HTTPS is refused until it has one; it tries again with each visitor. The certificate authority must reach this host by that name, at ports 80 and 443: check DNS and the firewall.";

const TRUST_HINT =
  'kamal-proxy must reach it too, and trust it: where its root is a private one, .proxy({ run: { options: { volume: "/etc/our-ca:/ca:ro", env: "SSL_CERT_DIR=/ca" } } }), and sextant proxy reboot.';

/** The message of the log's last line, which is JSON. */
function lastMessage(stdout: string): string {
  const [line = ""] = lastLines(stdout, 1);
  try {
    return String(JSON.parse(line).msg);
  } catch {
    return line;
  }
}
