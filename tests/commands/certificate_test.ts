import "../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { warnOf } from "../../sdk/operations/operation.ts";
import { SAMPLES } from "./samples.ts";
import { testInShells } from "./shells.ts";

const CERTIFICATES = {
  ...SAMPLES["obtain-certificates"],
  hosts: ["shop.acme.dev", "www.acme.dev"],
};

testInShells(
  "obtainCertificates says nothing where every handshake ends well",
  async (home, shell) => {
    await home.program("curl", `echo "$*" >>"$HOME/visits"; printf 0.031415`);
    const { code, stdout } = await home.do(shell, CERTIFICATES);
    assertEquals([code, stdout], [0, ""]);
    assertEquals(
      await home.read("visits"),
      CERTIFICATES.hosts.map((host) =>
        `-sk -o /dev/null -m 20 -w %{time_appconnect} --connect-to ::127.0.0.1:443 https://${host}/\n`
      ).join(""),
    );
    assertEquals(warnOf(CERTIFICATES, { exitCode: code, stdout, stderr: "" }), undefined);
  },
);

testInShells(
  "obtainCertificates warns with kamal-proxy's reason, and does not fail",
  async (home, shell) => {
    await home.program("curl", `case $* in *www*) printf 0.000000; exit 35;; *) printf 0.1;; esac`);
    const line = {
      msg: 'http: TLS handshake error from 172.18.0.1:48304: acme/autocert: unable to satisfy "x"',
    };
    await home.write(
      "log",
      `{"msg":"Server started"}\n${JSON.stringify(line)}\n{"msg":"Request"}\n`,
    );
    await home.program("docker", `cat "$HOME/log"`);
    const { code, stdout } = await home.do(shell, CERTIFICATES);
    assertEquals(code, 0);
    assertEquals(
      warnOf(CERTIFICATES, { exitCode: code, stdout, stderr: "" })?.message,
      'kamal-proxy has no certificate for www.acme.dev: acme/autocert: unable to satisfy "x"',
    );
    const hintFor = (directory: string | undefined): string =>
      warnOf({ ...CERTIFICATES, directory }, { exitCode: code, stdout, stderr: "" })!.hint!;
    const trust = "kamal-proxy must reach it too, and trust it";
    assertEquals(
      [undefined, "https://ca.acme.dev/"].map((one) => hintFor(one).includes(trust)),
      [false, true],
    );
  },
);
