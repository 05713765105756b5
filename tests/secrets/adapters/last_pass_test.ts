import "../../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { testNotInstalled, withStandIns } from "./stand_in.ts";

const LPASS = `
entry() { printf '{"id":"1","name":"%s","fullname":"Shop/%s","password":"%s"}' "$1" "$1" "$2"; }
case "$*" in
"status --color never") test -e "$STATE/in" && echo "Logged in as me@acme.dev." || { echo "Not logged in."; exit 1; } ;;
"login me@acme.dev") test -z "$REFUSES" && : >"$STATE/in" ;;
"show Shop/A --json") printf '[%s]' "$(entry A swordfish)" ;;
"show Shop/A Shop/B --json") printf '[%s,%s]' "$(entry A swordfish)" "$(entry B '')" ;;
*) echo "Error: Could not find specified account(s)." >&2; exit 1 ;;
esac`;

const ASKED = { adapter: "lastpass", account: "me@acme.dev", from: "Shop", names: ["A", "B"] };

testNotInstalled("LastPass", "lpass", ASKED);

Deno.test("lastPass logs in where it has to, and asks once for all passwords", async () => {
  await withStandIns({ lpass: LPASS }, async (lpass) => {
    const passwords = { "Shop/A": "swordfish", "Shop/B": "" };
    assertEquals(await lpass.fetch(ASKED), passwords);
    assertEquals(await lpass.fetch({ ...ASKED, adapter: "last_pass" }), passwords);
    assertEquals(await lpass.calls(), [
      "lpass|status|--color|never",
      "lpass|login|me@acme.dev",
      "lpass|show|Shop/A|Shop/B|--json",
      "lpass|status|--color|never",
      "lpass|show|Shop/A|Shop/B|--json",
    ]);
  });
});

Deno.test("lastPass names all missing entries", async () => {
  await withStandIns({ lpass: LPASS }, async (lpass) => {
    const { code, message } = await lpass.fail({ ...ASKED, names: ["X", "A", "Y"] });
    assertEquals([code, message], ["SECRET_MISSING", "could not find Shop/X, Shop/Y in LastPass"]);
  });
});

Deno.test("lastPass says how to log in where it cannot", async () => {
  await withStandIns({ lpass: LPASS }, async (lpass) => {
    const { message, hint } = await lpass.fail(ASKED);
    assertEquals(message, "not logged in to LastPass as me@acme.dev");
    assertEquals(hint, "Run: lpass login me@acme.dev");
  }, { REFUSES: "yes" });
});
