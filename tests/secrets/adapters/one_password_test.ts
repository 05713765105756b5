import "../../sanitizers.ts";
import { assert, assertEquals } from "@std/assert";
import { testNotInstalled, withStandIns } from "./stand_in.ts";

const ITEM = JSON.stringify({
  title: "App",
  fields: [
    {
      id: "password",
      label: "password",
      value: "swordfish",
      reference: "op://Shop/App/password",
    },
    { id: "x1", label: "KEY", value: "k1", reference: "op://Shop/App/KEY" },
    {
      id: "x2",
      label: "KEY",
      value: "k2",
      section: { id: "s1", label: "eu" },
      reference: "op://Shop/App/eu/KEY",
    },
    { id: "x3", label: "empty", reference: "op://Shop/App/empty" },
  ],
});

const OP = `
case "$*" in
"account get"*) test -n "$OP_SESSION_abc" || test -z "$LOCKED" ;;
signin*) test "$LOCKED" = yes && printf 'export OP_SESSION_abc="s3ss10n"\\n# for eval\\n' ;;
"item get App --vault Shop"*) printf '%s' '${ITEM}' ;;
*) echo "[ERROR] \\"$3\\" isn't an item ($OP_SESSION_abc)" >&2; exit 1 ;;
esac`;

const ASKED = { adapter: "1password", account: "me", from: "Shop/App" };

testNotInstalled("1Password", "op", ASKED);

Deno.test("onePassword gives fields by their references, asking once for an item", async () => {
  await withStandIns({ op: OP }, async (op) => {
    const names = ["password", "KEY", "eu/KEY", "key"];
    assertEquals(await op.fetch({ ...ASKED, names }), {
      "Shop/App": "swordfish",
      "Shop/App/KEY": "k1",
      "Shop/App/eu/KEY": "k2",
    });
    assertEquals(await op.calls(), [
      "op|account|get|--account|me",
      "op|item|get|App|--vault|Shop|--format|json|--account|me",
    ]);
  });
});

Deno.test("onePassword takes whole references, and the password where no field is named", async () => {
  await withStandIns({ op: OP }, async (op) => {
    const wanted = {
      adapter: "one_password",
      account: "me",
      names: ["op://Shop/App", "Shop/App/KEY"],
    };
    assertEquals(await op.fetch(wanted), { "Shop/App": "swordfish", "Shop/App/KEY": "k1" });
  });
});

Deno.test("onePassword gives all fields of an item where none is named", async () => {
  await withStandIns({ op: OP }, async (op) => {
    assertEquals(Object.keys(await op.fetch(ASKED)), [
      "Shop/App",
      "Shop/App/KEY",
      "Shop/App/eu/KEY",
    ]);
    const { code, hint } = await op.fail({ adapter: "1password", account: "me" });
    assertEquals([code, hint], [
      "USAGE",
      "Name the item to get all of its fields: --from VAULT/ITEM",
    ]);
  });
});

Deno.test("onePassword names everything that is missing, in all items", async () => {
  await withStandIns({ op: OP }, async (op) => {
    const names = ["App/KEY", "App/NONE", "App/empty", "Other/A", "Other/B"];
    const error = await op.fail({ ...ASKED, from: "Shop", names });
    assertEquals(error.code, "SECRET_MISSING");
    assertEquals(
      error.message,
      "could not find Shop/App/NONE, Shop/App/empty, Shop/Other/A, Shop/Other/B in 1Password",
    );
    assertEquals(error.details, [`[ERROR] "Other" isn't an item ()`]);
  });
});

Deno.test("onePassword hands its session over by the environment, and never shows it", async () => {
  await withStandIns({ op: OP }, async (op) => {
    assertEquals((await op.fetch({ ...ASKED, names: ["KEY"] }))["Shop/App/KEY"], "k1");
    const error = await op.fail({ ...ASKED, from: "Shop/Other", names: ["KEY"] });
    assertEquals(error.details, [`[ERROR] "Other" isn't an item ([OP_SESSION_abc])`]);
    assert((await op.calls()).includes("op|signin|--account|me|--force"));
    assert(!(await op.calls()).some((call) => call.includes("s3ss10n")));
  }, { LOCKED: "yes" });
});

Deno.test("onePassword says how to log in where it cannot", async () => {
  await withStandIns({ op: OP }, async (op) => {
    const { code, message, hint } = await op.fail({ ...ASKED, names: ["KEY"] });
    assertEquals([code, message], ["SECRET_MISSING", "not logged in to 1Password as me"]);
    assertEquals(hint, "Run: eval $(op signin --account me)");
  }, { LOCKED: "for good" });
});
