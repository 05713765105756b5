import { assertEquals } from "@std/assert";
import { parse } from "@std/dotenv";

Deno.test("parse() reads plain values up to a comment", () => {
  const text = "A=1\n# note\nexport B = two words  # note\nC=\n1D=no key\n";
  assertEquals(parse(text), { A: "1", B: "two words", C: "" });
});

Deno.test("parse() takes single quotes literally", () => {
  assertEquals(parse("A='${B} # \\n'\n"), { A: "${B} # \\n" });
});

Deno.test("parse() unescapes double quotes, over several lines too", () => {
  assertEquals(parse('A="x\\ny \\"z\\""\nB="one\ntwo"\n'), { A: 'x\ny "z"', B: "one\ntwo" });
});

Deno.test("parse() expands plain values from the file, the environment and defaults", () => {
  Deno.env.set("SEXTANT_TEST_OUTER", "outer");
  try {
    const text = "A=$B-${SEXTANT_TEST_OUTER}\nB=b\nC=${SEXTANT_TEST_NONE:-$B}\nD=\\$B\n";
    const { A, C } = parse(text);
    assertEquals([A, C], ["b-outer", "b"]);
  } finally {
    Deno.env.delete("SEXTANT_TEST_OUTER");
  }
});

Deno.test("parse() ends on values that name each other", () => {
  assertEquals(Object.keys(parse("A=$B\nB=$A\n")), ["A", "B"]);
});
