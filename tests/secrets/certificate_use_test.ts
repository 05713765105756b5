import { assertEquals } from "@std/assert";
import { reasonsToRefuse } from "../../sdk/secrets/certificate_use.ts";
import { ENDED } from "../fixtures/ended_certificate.ts";

const { certificate: CERTIFICATE } = ENDED;
const WITHIN = new Date("2001-06-01T00:00:00Z");

Deno.test("reasonsToRefuse() finds none in a certificate's days and names, wildcards among these", () => {
  const hosts = ["shop.test", "Shop.test", "www.acme.test", "*.acme.test"];
  assertEquals(reasonsToRefuse(CERTIFICATE, hosts, WITHIN), []);
});

Deno.test("reasonsToRefuse() names the day on which it ended, or begins", () => {
  const on = (day: string): readonly string[] =>
    reasonsToRefuse(CERTIFICATE, ["shop.test"], new Date(`${day}T11:00:00Z`));
  assertEquals(on("2002-01-01"), []);
  assertEquals(on("2002-01-02"), ["ended on 2002-01-01"]);
  assertEquals(on("2000-12-31"), ["begins on 2001-01-01 only"]);
});

Deno.test("reasonsToRefuse() names hosts that it is not for; a wildcard is for one level", () => {
  const hosts = ["shop.test", "acme.test", "a.www.acme.test", "other.test"];
  assertEquals(reasonsToRefuse(CERTIFICATE, hosts, WITHIN), [
    "is not for acme.test, a.www.acme.test, other.test",
  ]);
});

Deno.test("reasonsToRefuse() looks at the server's own certificate alone", () => {
  const strange = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  assertEquals(reasonsToRefuse(`${CERTIFICATE}${strange}`, ["shop.test"], WITHIN), []);
  for (const pem of ["", strange, `${strange}${CERTIFICATE}`]) {
    assertEquals(reasonsToRefuse(pem, ["other.test"], WITHIN), []);
  }
});
