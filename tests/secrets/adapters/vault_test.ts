import "../../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { testNotInstalled, withStandIns } from "./stand_in.ts";

// The fields of version 1 may be called data and metadata themselves.
const VAULT = `
test "$VAULT_TOKEN" = t0ken || { echo "permission denied" >&2; exit 2; }
case "$*" in
"token lookup"*) echo '{}' ;;
*" secret/shop") echo '{"data":{"data":{"KEY":"k1","PORT":5432},"metadata":{"version":3}}}' ;;
*" secret/gone") echo '{"data":{"data":null,"metadata":{"deletion_time":"x"}}}' ;;
*" kv1/shop") echo '{"data":{"KEY":"old","data":"d1"}}' ;;
*) echo "No value found at $4" >&2; exit 2 ;;
esac`;

const ASKED = { adapter: "vault", from: "secret/shop", names: ["KEY"] };
const TOKEN = { VAULT_TOKEN: "t0ken" };

testNotInstalled("Vault", "vault", ASKED);

Deno.test("vault gives fields of both versions' secrets", async () => {
  await withStandIns({ vault: VAULT }, async (vault) => {
    const names = ["secret/shop/KEY", "secret/shop/PORT", "kv1/shop/KEY", "kv1/shop/data"];
    assertEquals(await vault.fetch({ adapter: "vault", names }), {
      "secret/shop/KEY": "k1",
      "secret/shop/PORT": "5432",
      "kv1/shop/KEY": "old",
      "kv1/shop/data": "d1",
    });
    assertEquals(await vault.calls(), [
      "vault|kv|get|-format=json|secret/shop",
      "vault|kv|get|-format=json|kv1/shop",
    ]);
  }, TOKEN);
});

Deno.test("vault gives all fields where none is named, from a namespace", async () => {
  await withStandIns({ vault: VAULT }, async (vault) => {
    const secrets = await vault.fetch({ ...ASKED, names: [], account: "eu" });
    assertEquals(Object.keys(secrets), ["secret/shop/KEY", "secret/shop/PORT"]);
    assertEquals(await vault.calls(), ["vault|kv|get|-format=json|-namespace=eu|secret/shop"]);
  }, TOKEN);
});

Deno.test("vault names everything that is missing, and refuses a name without a path", async () => {
  await withStandIns({ vault: VAULT }, async (vault) => {
    const names = ["shop/NONE", "shop/KEY", "gone/A", "other/A", "other/B"];
    const error = await vault.fail({ adapter: "vault", from: "secret", names });
    assertEquals(
      error.message,
      "could not find secret/shop/NONE, secret/gone/A, secret/other/A, secret/other/B in Vault",
    );
    assertEquals(error.details, ["No value found at secret/other"]);
    assertEquals((await vault.fail({ adapter: "vault", names: ["KEY"] })).code, "USAGE");
  }, TOKEN);
});

Deno.test("vault says how to log in where it is not", async () => {
  await withStandIns({ vault: VAULT }, async (vault) => {
    const { message, hint } = await vault.fail(ASKED);
    assertEquals([message, hint], [
      "not logged in to Vault",
      "Set VAULT_ADDR, and run: vault login",
    ]);
  });
});
