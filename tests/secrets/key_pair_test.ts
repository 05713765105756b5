import { assertEquals } from "@std/assert";
import { generateKeyPairSync } from "node:crypto";
import { keyPairProblem } from "../../sdk/secrets/key_pair.ts";

// Of elliptic curves, for shop.test and a hundred years; it serves nothing anywhere.
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBfjCCASWgAwIBAgIUfu9dtqB/kTaHG3l6W4pmyBb1bFIwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJc2hvcC50ZXN0MCAXDTI2MTEyMTA4NDUzN1oYDzIxMjYxMDI4
MDg0NTM3WjAUMRIwEAYDVQQDDAlzaG9wLnRlc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATC7YYS+2F1ExUYD6s9Gc2NSV7QyEl0gfyujoC9TFbpJHXvfHD2O7ci
phT1uaawmvr4Ux2vMaBt3O4SF36h3+dNo1MwUTAdBgNVHQ4EFgQUyntx5PyZQ7gY
+TGHR601UN+CLi0wHwYDVR0jBBgwFoAUyntx5PyZQ7gY+TGHR601UN+CLi0wDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiA65QAbcoaYsaCt4HToZGoW
jtLUpf4YS3u7zMNJJ9vriAIgaUPPMQg2az4/BdjyrmtMUZ6QXOCQljuxlCu+eh/M
3Q8=
-----END CERTIFICATE-----
`;
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgJ/7Stflc+RfRR1cN
1oXp4Pf6tQ1cKAYOvzOGebgLu3KhRANCAATC7YYS+2F1ExUYD6s9Gc2NSV7QyEl0
gfyujoC9TFbpJHXvfHD2O7ciphT1uaawmvr4Ux2vMaBt3O4SF36h3+dN
-----END PRIVATE KEY-----
`;

Deno.test("keyPairProblem() finds nothing wrong with a certificate and its key, others after it", () => {
  assertEquals(keyPairProblem(CERTIFICATE, KEY), undefined);
  assertEquals(keyPairProblem(`${CERTIFICATE}${CERTIFICATE}`, `\r\n${KEY}`), undefined);
});

Deno.test("keyPairProblem() names a key of another certificate", () => {
  for (const type of ["ec", "rsa"] as const) {
    assertEquals(
      keyPairProblem(CERTIFICATE, newKey(type)),
      "has a key beside it that is another certificate's; the server's own must come first",
    );
  }
});

Deno.test("keyPairProblem() names what is no PEM, or has a passphrase", () => {
  assertEquals(keyPairProblem("", KEY), "has no certificate in PEM");
  assertEquals(keyPairProblem(KEY, CERTIFICATE), "has no certificate in PEM");
  assertEquals(keyPairProblem(CERTIFICATE, ""), "has no private key in PEM beside it");
  const locked = KEY.replaceAll("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
  assertEquals(keyPairProblem(CERTIFICATE, locked), "has a key with a passphrase beside it");
});

Deno.test("keyPairProblem() leaves to kamal-proxy what it cannot read itself", () => {
  const strange = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  assertEquals(keyPairProblem(strange, KEY), undefined);
});

function newKey(type: "ec" | "rsa"): string {
  const format = { type: "pkcs8", format: "pem" } as const;
  return type === "ec"
    ? generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export(format) as string
    : generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export(format) as string;
}
