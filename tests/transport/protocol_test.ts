import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { loopCommand, newToken, scriptText, shellCommand } from "../../sdk/transport/protocol.ts";
import { script, stubbornScript } from "./steps.ts";

const TOKEN = "0123456789abcdef0123456789abcdef";

Deno.test("loopCommand() holds nothing that login shells read differently", () => {
  const first = scriptText(TOKEN, script("echo 'it'\"'\"'s' \\ ! \n"));
  for (const home of [true, false]) {
    const attach = { token: TOKEN, stdout: 3, stderr: 4 };
    for (const options of [{}, { first }, { attach }]) {
      const command = loopCommand({ greeting: TOKEN, home, ...options });
      const [, text] = /^exec sh -c '(.*)'$/s.exec(command) ?? [];
      assert(text !== undefined);
      assertEquals(/['\\!\n]/.exec(text), null);
    }
  }
});

Deno.test("loopCommand() goes to the home directory only where it is told to", () => {
  assertStringIncludes(loopCommand({ greeting: TOKEN, home: true }), "'cd; ");
  assertEquals(loopCommand({ greeting: TOKEN, home: false }).includes("'cd; "), false);
});

Deno.test("shellCommand() holds nothing that login shells read differently", () => {
  const command = shellCommand("echo 'a\\b' !\n");
  assertEquals(/['\\!\n]/.exec(command.slice("exec sh -c '".length, -1)), null);
});

Deno.test("scriptText() is one command, so that a script cut off in upload does not run", () => {
  const { text } = scriptText(TOKEN, script("true"));
  assert(text.startsWith("{ "));
  assert(text.endsWith("exit 0; }\n"));
});

Deno.test("scriptText() stops at a failed step unless it is told to go on", () => {
  assertStringIncludes(scriptText(TOKEN, script("false")).text, "|| exit $sx_r");
  assertEquals(scriptText(TOKEN, stubbornScript("false")).text.includes("|| exit $sx_r"), false);
});

Deno.test("scriptText() refuses a NUL, which no shell can take", () => {
  assertThrows(() => scriptText(TOKEN, script("echo a\0b")), TypeError, "NUL");
});

Deno.test("newToken() gives 32 hex digits, others each time", () => {
  assert(/^[0-9a-f]{32}$/.test(newToken()));
  assert(newToken() !== newToken());
});
