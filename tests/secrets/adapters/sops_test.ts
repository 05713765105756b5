import "../../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { testNotInstalled, withStandIns } from "./stand_in.ts";

const SOPS = `
test -n "$SOPS_AGE_KEY_FILE" || { echo "Failed to get the data key" >&2; exit 128; }
test "$4" = secrets.yaml || { echo "cannot read $4" >&2; exit 2; }
printf '%s' '{"KEY":"k1","db":{"password":"swordfish","port":5432,"hosts":["a","b"]}}'`;

const ASKED = { adapter: "sops", from: "secrets.yaml", names: ["KEY", "db/password"] };
const KEY = { SOPS_AGE_KEY_FILE: "keys.txt" };

testNotInstalled("sops", "sops", ASKED);

Deno.test("sops gives keys of a file, nested ones with slashes", async () => {
  await withStandIns({ sops: SOPS }, async (sops) => {
    assertEquals(await sops.fetch(ASKED), { KEY: "k1", "db/password": "swordfish" });
    assertEquals(await sops.fetch({ ...ASKED, names: [] }), {
      KEY: "k1",
      "db/password": "swordfish",
      "db/port": "5432",
      "db/hosts/0": "a",
      "db/hosts/1": "b",
    });
    assertEquals((await sops.calls())[0], "sops|--decrypt|--output-type|json|secrets.yaml");
  }, KEY);
});

Deno.test("sops names all missing keys, the file, and a request without one", async () => {
  await withStandIns({ sops: SOPS }, async (sops) => {
    const error = await sops.fail({ ...ASKED, names: ["A", "KEY", "db"] });
    assertEquals(error.message, "could not find A, db in sops");
    assertEquals(error.details, ["looked in secrets.yaml"]);
    assertEquals((await sops.fail({ adapter: "sops", names: ["A"] })).code, "USAGE");
  }, KEY);
});

Deno.test("sops tells what its program says where there is no key, or no file", async () => {
  await withStandIns({ sops: SOPS }, async (sops) => {
    const error = await sops.fail(ASKED);
    assertEquals(
      error.message,
      "sops --decrypt --output-type json secrets.yaml exited with status 128",
    );
    assertEquals(error.details, ["Failed to get the data key"]);
  });
});
