import "../../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { testNotInstalled, withStandIns } from "./stand_in.ts";

const DOPPLER = `
secret() { printf '"%s":{"computed":"%s","computedVisibility":"masked","note":""}' "$1" "$2"; }
case "$*" in
"me --json") test -n "$DOPPLER_TOKEN" ;;
"login -y") exit 1 ;;
"secrets get KEY HOST --json"*) printf '{%s,%s}' "$(secret KEY k1)" "$(secret HOST h1)" ;;
"secrets --json"*) printf '{%s,%s}' "$(secret KEY k1)" "$(secret HOST h1)" ;;
*) echo "Doppler Error: Could not find requested secret" >&2; exit 1 ;;
esac`;

const ASKED = { adapter: "doppler", from: "shop/prd", names: ["KEY", "HOST"] };
const TOKEN = { DOPPLER_TOKEN: "t0ken" };

testNotInstalled("Doppler", "doppler", ASKED);

Deno.test("doppler gives secrets of a project's config by their short names", async () => {
  await withStandIns({ doppler: DOPPLER }, async (doppler) => {
    const secrets = { KEY: "k1", HOST: "h1" };
    assertEquals(await doppler.fetch(ASKED), secrets);
    assertEquals(
      await doppler.fetch({ adapter: "doppler", names: ["shop/prd/KEY", "shop/prd/HOST"] }),
      secrets,
    );
    assertEquals(await doppler.fetch({ adapter: "doppler", names: ["KEY", "HOST"] }), secrets);
    assertEquals((await doppler.calls()).filter((call) => !call.includes("|me|")), [
      "doppler|secrets|get|KEY|HOST|--json|-p|shop|-c|prd",
      "doppler|secrets|get|KEY|HOST|--json|-p|shop|-c|prd",
      "doppler|secrets|get|KEY|HOST|--json",
    ]);
  }, TOKEN);
});

Deno.test("doppler gives the whole config where no secret is named", async () => {
  await withStandIns({ doppler: DOPPLER }, async (doppler) => {
    assertEquals(await doppler.fetch({ ...ASKED, names: [] }), { KEY: "k1", HOST: "h1" });
  }, TOKEN);
});

Deno.test("doppler names all missing secrets", async () => {
  await withStandIns({ doppler: DOPPLER }, async (doppler) => {
    const { message } = await doppler.fail({ ...ASKED, names: ["A", "KEY", "B"] });
    assertEquals(message, "could not find A, B in Doppler");
  }, TOKEN);
});

Deno.test("doppler refuses half a place, and two places at once", async () => {
  await withStandIns({ doppler: DOPPLER }, async (doppler) => {
    const half = await doppler.fail({ ...ASKED, from: "shop" });
    assertEquals([half.code, half.message], [
      "USAGE",
      '"shop" is no project and config of Doppler',
    ]);
    const two = await doppler.fail({ adapter: "doppler", names: ["a/b/KEY", "a/c/KEY"] });
    assertEquals([two.code, two.message], ["USAGE", "the secrets are in 2 configs"]);
  }, TOKEN);
});

Deno.test("doppler says how to log in where it cannot", async () => {
  await withStandIns({ doppler: DOPPLER }, async (doppler) => {
    const { message, hint } = await doppler.fail(ASKED);
    assertEquals(message, "not logged in to Doppler");
    assertEquals(hint, "Run: doppler login, or set DOPPLER_TOKEN to a service token.");
  });
});
