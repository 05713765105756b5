import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../sdk/errors.ts";
import { parseSecrets, type SecretPart } from "../../sdk/secrets/parse.ts";

const FILE = ".kamal/secrets";

/** Shows parts as text: `<NAME>`, `<NAME:fallback>`, `<$ command>`. */
function show(parts: readonly SecretPart[]): string {
  return parts.map((part) => {
    switch (part.kind) {
      case "text":
        return part.text;
      case "variable":
        return `<${[part.name, show(part.fallback)].filter((text) => text).join(":")}>`;
      case "command":
        return `<$ ${part.command}>`;
    }
  }).join("");
}

function valueOf(text: string): string {
  const entries = parseSecrets(`A=${text}`, FILE);
  assertEquals(entries.length, 1);
  return show(entries[0]!.parts);
}

function problemsOf(text: string): readonly string[] {
  return assertThrows(() => parseSecrets(text, FILE), ConfigError).details;
}

Deno.test("parseSecrets() reads each way to write an assignment", () => {
  const entries = parseSecrets(
    "\uFEFFA=1\r\n  export B = 2\nC: 3 # a note\n\n# a comment\nd.e_9=\nF=",
    FILE,
  );
  assertEquals(entries.map(({ name, line, parts }) => [name, line, show(parts)]), [
    ["A", 1, "1"],
    ["B", 2, "2"],
    ["C", 3, "3"],
    ["d.e_9", 6, ""],
    ["F", 7, ""],
  ]);
});

Deno.test("parseSecrets() keeps a name that comes twice, in order", () => {
  const entries = parseSecrets("A=1\nA=2\n", FILE);
  assertEquals(entries.map(({ parts }) => show(parts)), ["1", "2"]);
});

Deno.test("parseSecrets() ends an unquoted value at a comment", () => {
  assertEquals(valueOf("  one two  # three"), "one two");
  assertEquals(valueOf("one#two"), "one");
  assertEquals(valueOf("# nothing"), "");
});

Deno.test("parseSecrets() takes single-quoted text as it is", () => {
  assertEquals(valueOf(`'$X $(y) \\n # "z"' # a note`), `$X $(y) \\n # "z"`);
  assertEquals(valueOf(`'it\\'s'`), `it\\'s`);
  assertEquals(valueOf(`'ends in \\'`), "ends in \\");
});

Deno.test("parseSecrets() reads quoted text over several lines and counts them", () => {
  const entries = parseSecrets(`KEY="first\n# second\nthird"\nB='a\nb'\nC=1`, FILE);
  assertEquals(entries.map(({ line, parts }) => [line, show(parts)]), [
    [1, "first\n# second\nthird"],
    [4, "a\nb"],
    [6, "1"],
  ]);
});

Deno.test("parseSecrets() unescapes all but a dollar, and \\n in double quotes stays two characters", () => {
  assertEquals(valueOf(`"a\\"b\\\\c\\n\\r\\d"`), `a"b\\c\\n\\rd`);
  assertEquals(valueOf(`a\\ b\\n`), `a bn`);
  assertEquals(valueOf(`"\\$X \\\${X} \\$(x)"`), "$X ${X} $(x)");
  assertEquals(valueOf("\\$X"), "$X");
});

Deno.test("parseSecrets() takes the quotes around a line off even where others stand inside", () => {
  assertEquals(valueOf(`"$(op read "op://a/b # c")" # a note`), `<$ op read "op://a/b # c">`);
  assertEquals(valueOf("'it's'"), "it's");
});

Deno.test("parseSecrets() finds variables, with and without a fallback", () => {
  assertEquals(valueOf("$X-${Y}-${Z:-none}"), "<X>-<Y>-<Z:none>");
  assertEquals(valueOf("${A:-${B:-$C}}!"), "<A:<B:<C>>>!");
  assertEquals(valueOf("${A:-$(cat x)}"), "<A:<$ cat x>>");
  assertEquals(valueOf("100$ and $ and ${"), "100$ and $ and ${");
});

Deno.test("parseSecrets() keeps a command whole: parentheses, quotes, comments, lines", () => {
  assertEquals(valueOf("$(a $(b) (c))x"), "<$ a $(b) (c)>x");
  assertEquals(valueOf(`$(op read "op://a/b # c") # a note`), `<$ op read "op://a/b # c">`);
  assertEquals(valueOf(`$(echo ")" ')' \\\\))`), `<$ echo ")" ')' \\)>`);
  assertEquals(valueOf("$(echo \\$HOME $X)"), "<$ echo $HOME $X>");
  assertEquals(valueOf("$(a |\n  b)"), "<$ a |\n  b>");
});

Deno.test("parseSecrets() names every line that it cannot read and shows none of them", () => {
  assertEquals(
    problemsOf(`swordfish\nA=1\nB="swordfish\nC=$(swordfish\nexport D\n`),
    [
      ".kamal/secrets:1  should be NAME=value",
      ".kamal/secrets:3  B  the quote is not closed",
      ".kamal/secrets:4  C  the $( is not closed",
      ".kamal/secrets:5  should be NAME=value",
    ],
  );
  assertEquals(problemsOf(`A="a"b`), [".kamal/secrets:1  A  the quote is not closed"]);
});
