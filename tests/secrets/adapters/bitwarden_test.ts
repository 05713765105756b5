import "../../sanitizers.ts";
import { assert, assertEquals } from "@std/assert";
import { testNotInstalled, withStandIns } from "./stand_in.ts";

const FIELDS = JSON.stringify([{ name: "KEY", value: "k1" }, { name: "HOST", value: "h1" }]);

const BW = `
case "$*" in
status)
  if test ! -e "$STATE/in"; then echo '{"status":"unauthenticated"}'
  elif test "$BW_SESSION" = s3ss10n; then echo '{"status":"unlocked"}'
  else echo '{"status":"locked"}'; fi ;;
login*) test "$REFUSES" != login && : >"$STATE/in" ;;
"unlock --raw") test "$REFUSES" != unlock && printf s3ss10n ;;
sync) test "$BW_SESSION" = s3ss10n ;;
"get item App") printf '%s' '{"login":{"password":"swordfish"},"fields":${FIELDS}}' ;;
"get item Note") printf '%s' '{"login":null,"fields":${FIELDS}}' ;;
"get item Empty") printf '%s' '{"login":{"password":null}}' ;;
*) echo "Not found. ($BW_SESSION)" >&2; exit 1 ;;
esac`;

const ASKED = { adapter: "bitwarden", account: "me@acme.dev" };

testNotInstalled("Bitwarden", "bw", { ...ASKED, names: ["App"] });

Deno.test("bitwarden logs in, unlocks, and gives passwords and fields", async () => {
  await withStandIns({ bw: BW }, async (bw) => {
    const secrets = await bw.fetch({ ...ASKED, names: ["App", "App/KEY", "Note"] });
    assertEquals(secrets, {
      App: "swordfish",
      "App/KEY": "k1",
      "Note/KEY": "k1",
      "Note/HOST": "h1",
    });
    assertEquals(await bw.calls(), [
      "bw|status",
      "bw|login|me@acme.dev",
      "bw|status",
      "bw|unlock|--raw",
      "bw|status",
      "bw|sync",
      "bw|get|item|App",
      "bw|get|item|Note",
    ]);
  });
});

Deno.test("bitwarden names everything that is missing, and hides its session", async () => {
  await withStandIns({ bw: BW }, async (bw) => {
    const names = ["App/KEY", "App/NONE", "Empty", "Other/A", "Other/B"];
    const error = await bw.fail({ ...ASKED, names });
    assertEquals(
      error.message,
      "could not find App/NONE, Empty, Other/A, Other/B in Bitwarden",
    );
    assertEquals(error.details, ["Not found. ([BW_SESSION])"]);
    assert(!(await bw.calls()).some((call) => call.includes("s3ss10n")));
  });
});

Deno.test("bitwarden says how to log in, or to unlock, where it cannot", async () => {
  const hints: (string | undefined)[] = [];
  for (const step of ["login", "unlock"]) {
    await withStandIns({ bw: BW }, async (bw) => {
      const error = await bw.fail({ ...ASKED, names: ["App"] });
      assertEquals(error.message, "not logged in to Bitwarden as me@acme.dev");
      hints.push(error.hint);
    }, { REFUSES: step });
  }
  assertEquals(hints, [
    "Run: bw login me@acme.dev, then: export BW_SESSION=$(bw unlock --raw)",
    "The vault is locked; run: export BW_SESSION=$(bw unlock --raw)",
  ]);
});
