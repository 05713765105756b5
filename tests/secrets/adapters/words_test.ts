import { assertEquals } from "@std/assert";
import { splitWords } from "../../../sdk/secrets/words.ts";

/** The words of a command, with variables and commands in brackets. */
function words(command: string): readonly string[] | undefined {
  return splitWords(command)?.map((word) =>
    word.map((piece) => {
      if (piece.kind === "text") return piece.text;
      return piece.kind === "variable" ? `[${piece.name}]` : `[(${piece.command})]`;
    }).join("")
  );
}

Deno.test("splitWords() reads quotes and backslashes as a shell does", () => {
  assertEquals(words(`a 'b  $c' "d e"f\\ g '' "\\$h\\x\\"" i\\\n j`), [
    "a",
    "b  $c",
    "d ef g",
    "",
    `$h\\x"`,
    "i",
    "j",
  ]);
});

Deno.test("splitWords() finds variables and commands, but in single quotes", () => {
  assertEquals(words(`a $B x\${C}y "$D e" '$F' $(g "$(h ')')" i) "$(j)"`), [
    "a",
    "[B]",
    "x[C]y",
    "[D] e",
    "$F",
    `[(g "$(h ')')" i)]`,
    "[(j)]",
  ]);
});

Deno.test("splitWords() leaves what needs a shell to the shell", () => {
  const commands = [
    ...["a | b", "a; b", "a && b", "a &", "a > b", "a < b", "(a)", "a `b`", 'a "`b`"'],
    ...["a *", "a ?", "a [b]", "a {b,c}", "a ~", "a # b", "a\nb", "a $1", "a $?", "a ${B:-c}"],
    ...["a $((1))", "a 'b", 'a "b', "a $(b", "a \\"],
  ];
  for (const command of commands) assertEquals(words(command), undefined, command);
  assertEquals(words("a b#c d~e 'f|g' \"h;i\""), ["a", "b#c", "d~e", "f|g", "h;i"]);
});
