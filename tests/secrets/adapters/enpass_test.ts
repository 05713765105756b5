import "../../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { testNotInstalled, withStandIns } from "./stand_in.ts";

const ENPASS = `
test "$MASTERPW" = open || { echo "could not prompt for master password" >&2; exit 1; }
printf '['
printf '{"title":"App","login":"me","password":"swordfish","label":""},'
printf '{"title":"App","login":"me","password":"k1","label":"KEY"},'
test -z "$TWICE" || printf '{"title":"App","password":"k2","label":"KEY"},'
printf '{"title":"App","login":"me","password":"","label":"EMPTY"},'
printf '{"title":"Application","password":"other","label":""}]'`;

const ASKED = { adapter: "enpass", from: "/vaults/shop", names: ["App/KEY"] };
const OPEN = { MASTERPW: "open" };

testNotInstalled("Enpass", "enpass-cli", ASKED);

Deno.test("enpass gives passwords by title and label, and nothing that only looks alike", async () => {
  await withStandIns({ "enpass-cli": ENPASS }, async (enpass) => {
    assertEquals(await enpass.fetch(ASKED), { "App/KEY": "k1" });
    assertEquals(await enpass.fetch({ ...ASKED, names: ["App"] }), {
      App: "swordfish",
      "App/KEY": "k1",
    });
    assertEquals((await enpass.calls())[0], "enpass-cli|-json|-vault|/vaults/shop|show|App");
  }, OPEN);
});

Deno.test("enpass names all missing passwords, empty ones among them", async () => {
  await withStandIns({ "enpass-cli": ENPASS }, async (enpass) => {
    const { message } = await enpass.fail({ ...ASKED, names: ["App/EMPTY", "App/KEY", "Other"] });
    assertEquals(message, "could not find App/EMPTY, Other in Enpass");
  }, OPEN);
});

Deno.test("enpass refuses what is there twice, and a request without a vault", async () => {
  await withStandIns({ "enpass-cli": ENPASS }, async (enpass) => {
    assertEquals((await enpass.fail(ASKED)).message, "App/KEY is in Enpass more than once");
    assertEquals((await enpass.fail({ adapter: "enpass", names: ["App"] })).code, "USAGE");
  }, { ...OPEN, TWICE: "yes" });
});

Deno.test("enpass tells what its program says where the vault stays shut", async () => {
  await withStandIns({ "enpass-cli": ENPASS }, async (enpass) => {
    assertEquals((await enpass.fail(ASKED)).details, ["could not prompt for master password"]);
  });
});
