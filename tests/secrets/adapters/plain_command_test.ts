import "../../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { withStandIns } from "./stand_in.ts";

const COMMAND = `
test "$1" != --fail || { echo "no luck" >&2; exit 7; }
test "$1" != --list || { echo '["KEY"]'; exit; }
test "$1" != --text || { echo 'KEY=k1'; exit; }
printf '%s' '{"KEY":"k1","PORT":5432}'`;

const ASKED = { adapter: "command", from: "secrets --of 'my shop'", names: ["KEY"] };

Deno.test("plainCommand hands the names over, and takes a JSON object", async () => {
  await withStandIns({ secrets: COMMAND }, async (command) => {
    assertEquals(await command.fetch(ASKED), { KEY: "k1" });
    assertEquals(await command.fetch({ ...ASKED, names: [] }), { KEY: "k1", PORT: "5432" });
    assertEquals((await command.calls())[0], "secrets|--of|my shop|KEY");
  });
});

Deno.test("plainCommand names all missing secrets, and shows no output", async () => {
  await withStandIns({ secrets: COMMAND }, async (command) => {
    const messages: string[] = [];
    for (const from of ["secrets", "secrets --fail", "secrets --list", "secrets --text", "none"]) {
      messages.push((await command.fail({ ...ASKED, from, names: ["A", "KEY", "B"] })).message);
    }
    assertEquals(messages, [
      "could not find A, B in the command's answer",
      "secrets --fail A KEY B exited with status 7",
      "secrets did not write a JSON object",
      "secrets --text A KEY B did not write JSON",
      "there is no program none",
    ]);
  });
});

Deno.test("plainCommand refuses what needs a shell, and nothing at all", async () => {
  await withStandIns({ secrets: COMMAND }, async (command) => {
    for (const from of ["secrets | cat", "secrets $HOME", "'secrets", undefined]) {
      assertEquals((await command.fail({ ...ASKED, from })).code, "USAGE", from);
    }
    assertEquals(await command.calls(), []);
  });
});
