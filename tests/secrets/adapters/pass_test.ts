import "../../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { testNotInstalled, withStandIns } from "./stand_in.ts";

const ENTRY = "swordfish\nuser: me\nurl:https://acme.dev:8443\n";

const PASS = `
case "$*" in
"show -- shop/db") printf '%s' '${ENTRY}' ;;
"show -- shop/empty") ;;
*) echo "Error: $3 is not in the password store." >&2; exit 1 ;;
esac`;

const ASKED = { adapter: "pass", from: "shop", names: ["db"] };

testNotInstalled("pass", "pass", ASKED);

Deno.test("pass gives the first line, a field, or the whole text, asking once for an entry", async () => {
  await withStandIns({ pass: PASS }, async (pass) => {
    assertEquals(await pass.fetch({ ...ASKED, names: ["db", "db#user", "db#url", "db#"] }), {
      "shop/db": "swordfish",
      "shop/db#user": "me",
      "shop/db#url": "https://acme.dev:8443",
      "shop/db#": ENTRY.trimEnd(),
    });
    assertEquals(await pass.calls(), ["pass|show|--|shop/db"]);
  });
});

Deno.test("pass names everything that is missing", async () => {
  await withStandIns({ pass: PASS }, async (pass) => {
    const error = await pass.fail({ ...ASKED, names: ["db#none", "db", "other", "other#user"] });
    assertEquals(
      error.message,
      "could not find shop/db#none, shop/other, shop/other#user in pass",
    );
    assertEquals(error.details, ["Error: shop/other is not in the password store."]);
  });
});
