import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { parse, stringify, YamlSyntaxError } from "@std/yaml";

const VALUES: readonly [string, unknown][] = [
  ["017", 15],
  ["0o17", "0o17"],
  ["008", "008"],
  ["-017", -15],
  ["0x1F", 31],
  ["0b101", 5],
  ["1_000", 1000],
  ["1_000_", "1_000_"],
  ["0", 0],
  ["12:30:45", "12:30:45"],
  ["1.5", 1.5],
  ["1e3", 1000],
  [".5", 0.5],
  ["-.inf", -Infinity],
  ["1.2.3", "1.2.3"],
  ["yes", "yes"],
  ["no", "no"],
  ["true", true],
  ["~", null],
  ["", null],
  ["2024-01-01", new Date("2024-01-01")],
];

for (const [text, value] of VALUES) {
  Deno.test(`parse() reads ${text || "nothing"} as ${Deno.inspect(value)}`, () => {
    assertEquals(parse(`key: ${text}\n`), { key: value });
  });
}

Deno.test("parse() merges maps by <<, where the map's own keys win", () => {
  const text = "base: &base { a: 1, b: 2 }\nweb:\n  <<: *base\n  b: 3\n";
  assertEquals(parse(text), { base: { a: 1, b: 2 }, web: { a: 1, b: 3 } });
});

Deno.test("parse() reads an empty text as null", () => {
  assertEquals(parse(""), null);
  assertEquals(parse("# only a comment\n"), null);
});

Deno.test("parse() names the place of a syntax error", () => {
  const error = assertThrows(() => parse("a: 1\nb: [1, 2\nc: 3\n"), YamlSyntaxError);
  assertEquals([error.line, error.column, error.offset], [3, 1, 14]);
  assertMatch(error.message, / at line 3, column 1:\n/);
  assertEquals(error instanceof SyntaxError, true);
});

Deno.test("parse() refuses a second key of the same name, unless told otherwise", () => {
  const error = assertThrows(() => parse("a: 1\na: 2\n"), YamlSyntaxError);
  assertEquals(error.line, 2);
  assertEquals(parse("a: 1\na: 2\n", { allowDuplicateKeys: true }), { a: 2 });
});

Deno.test("parse() refuses a second document", () => {
  assertThrows(() => parse("a: 1\n---\nb: 2\n"), SyntaxError);
});

Deno.test("stringify() writes what parse() reads", () => {
  const value = { name: "app", port: "017", flag: "yes", list: [{ a: 1 }, "b"], none: null };
  assertEquals(parse(stringify(value)), value);
  assertEquals(stringify({ list: ["a"] }), "list:\n  - a\n");
});

Deno.test("stringify() follows its options", () => {
  const shared = { x: 1 };
  const value = { b: shared, a: shared };
  assertEquals(stringify(value), "b: &ref_0\n  x: 1\na: *ref_0\n");
  assertEquals(
    stringify(value, { useAnchors: false, sortKeys: true, indent: 4 }),
    "a:\n    x: 1\nb:\n    x: 1\n",
  );
  assertEquals(stringify({ list: ["a"] }, { arrayIndent: false }), "list:\n- a\n");
  assertEquals(stringify({ a: 1, b: undefined }, { skipInvalid: true }), "a: 1\n");
  const long = "word ".repeat(40).trim();
  assertEquals(stringify({ long }, { lineWidth: -1 }), `long: ${long}\n`);
});

Deno.test("stringify() throws on what YAML cannot say", () => {
  assertThrows(() => stringify({ a: () => 1 }), TypeError);
});
