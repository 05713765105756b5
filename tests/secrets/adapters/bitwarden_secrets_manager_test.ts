import "../../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { testNotInstalled, withStandIns } from "./stand_in.ts";

const BWS = `
test "$BWS_ACCESS_TOKEN" = t0ken || { echo "Missing access token" >&2; exit 1; }
one='{"id":"u1","key":"KEY","value":"k1"}'
two='{"id":"u2","key":"HOST","value":"h1"}'
case "$*" in
"project list") echo '[]' ;;
"secret list") printf '[%s,%s]' "$one" "$two" ;;
"secret list p1") printf '[%s]' "$two" ;;
"secret get u1") printf '%s' "$one" ;;
"secret get u2") printf '%s' "$two" ;;
*) echo "404 Not Found" >&2; exit 1 ;;
esac`;

const ASKED = { adapter: "bitwarden-sm", names: ["u1", "u2"] };
const TOKEN = { BWS_ACCESS_TOKEN: "t0ken" };

testNotInstalled("Bitwarden Secrets Manager", "bws", ASKED);

Deno.test("bitwardenSecretsManager gives secrets by id, of a project, or all", async () => {
  await withStandIns({ bws: BWS }, async (bws) => {
    const adapter = "bitwarden_secrets_manager";
    assertEquals(await bws.fetch(ASKED), { KEY: "k1", HOST: "h1" });
    assertEquals(await bws.fetch({ adapter, names: ["all"] }), { KEY: "k1", HOST: "h1" });
    assertEquals(await bws.fetch({ adapter, names: ["p1/all"] }), { HOST: "h1" });
    assertEquals(await bws.fetch({ adapter, names: ["all"], from: "p1" }), { HOST: "h1" });
  }, TOKEN);
});

Deno.test("bitwardenSecretsManager names all missing ids", async () => {
  await withStandIns({ bws: BWS }, async (bws) => {
    const error = await bws.fail({ ...ASKED, names: ["u3", "u1", "u4"] });
    assertEquals(error.message, "could not find u3, u4 in Bitwarden Secrets Manager");
    assertEquals(error.details, ["404 Not Found", "404 Not Found"]);
    assertEquals((await bws.fail({ ...ASKED, names: [] })).code, "USAGE");
  }, TOKEN);
});

Deno.test("bitwardenSecretsManager asks for an access token", async () => {
  await withStandIns({ bws: BWS }, async (bws) => {
    const { message, hint } = await bws.fail(ASKED);
    assertEquals(message, "not logged in to Bitwarden Secrets Manager");
    assertEquals(hint, "Give it an access token in the variable BWS_ACCESS_TOKEN.");
  });
});
