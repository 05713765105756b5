import "../../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { testNotInstalled, withStandIns } from "./stand_in.ts";

const PASSBOLT = `
case "$*" in
verify) test -z "$REFUSES" ;;
"list folders --filter Name == \\"shop\\" --json") echo '[{"id":"f1","name":"shop"}]' ;;
"list folders --filter Name == \\"prd\\" && FolderParentID == \\"f1\\" --json") echo '[{"id":"f2"}]' ;;
"list folders"*) echo '[]' ;;
*'"f2"'*'--folder f2'*) printf '[{"name":"KEY","password":"of prd"},{"name":"HOST","password":"h1"}]' ;;
*--folder*) echo null ;;
*) printf '[{"name":"KEY","password":"of nowhere"}]' ;;
esac`;

const ASKED = { adapter: "passbolt", from: "shop/prd", names: ["KEY", "HOST"] };

testNotInstalled("Passbolt", "passbolt", ASKED);

Deno.test("passbolt finds folders level by level, and keeps names apart by folder", async () => {
  await withStandIns({ passbolt: PASSBOLT }, async (passbolt) => {
    assertEquals(await passbolt.fetch(ASKED), { "shop/prd/KEY": "of prd", "shop/prd/HOST": "h1" });
    assertEquals(
      (await passbolt.calls()).at(-1),
      [
        'passbolt|list|resources|--filter|(Name == "KEY" && FolderParentID == "f2")',
        '(Name == "HOST" && FolderParentID == "f2")|--folder|f2|--column|name|--column|password|--json',
      ].join(" || "),
    );
    assertEquals(await passbolt.fetch({ adapter: "passbolt", names: ["KEY", "shop/prd/KEY"] }), {
      KEY: "of nowhere",
      "shop/prd/KEY": "of prd",
    });
  });
});

Deno.test("passbolt names everything that is missing, in folders and without", async () => {
  await withStandIns({ passbolt: PASSBOLT }, async (passbolt) => {
    const names = ["shop/prd/NONE", "KEY", "no/folder/KEY", "shop/KEY"];
    const { message } = await passbolt.fail({ adapter: "passbolt", names });
    assertEquals(message, "could not find shop/prd/NONE, no/folder/KEY, shop/KEY in Passbolt");
  });
});

Deno.test("passbolt says how to log in where it cannot", async () => {
  await withStandIns({ passbolt: PASSBOLT }, async (passbolt) => {
    const { message, hint } = await passbolt.fail(ASKED);
    assertEquals(message, "not logged in to Passbolt");
    assertEquals(hint, "Run: passbolt configure, then passbolt verify");
  }, { REFUSES: "yes" });
});
