import { assertEquals, assertMatch, assertNotEquals, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { inspect } from "node:util";
import { SecretValues } from "../../sdk/secrets/secret_values.ts";

const VALUE = "sword/fish & 'co' €";

function secrets(values: Readonly<Record<string, string>>): SecretValues {
  return new SecretValues(new Map(Object.entries(values)));
}

Deno.test("SecretValues.value() gives a value and knows no others", () => {
  assertEquals(secrets({ A: "x" }).value("A"), "x");
  assertThrows(() => secrets({ A: "x" }).value("B"), RangeError, "B");
});

Deno.test("SecretValues.redact() replaces every form of a value by its name", () => {
  const values = secrets({ TOKEN: VALUE });
  const forms = [
    VALUE,
    btoa(String.fromCharCode(...new TextEncoder().encode(VALUE))),
    Buffer.from(VALUE).toString("base64url"),
    encodeURIComponent(VALUE),
    encodeURIComponent(VALUE).replaceAll("%20", "+"),
    VALUE.replaceAll("'", `'\\''`),
  ];
  for (const form of forms) assertEquals(values.redact(`<${form}>${form}`), "<[TOKEN]>[TOKEN]");
});

Deno.test("SecretValues.redact() finds a value inside of longer Base64", () => {
  const values = secrets({ TOKEN: "swordfish-1" });
  for (const user of ["a:", "ab:", "abc:"]) {
    for (const rest of ["", ";", ";b", ";bc"]) {
      const encoded = Buffer.from(`${user}swordfish-1${rest}`).toString("base64");
      assertMatch(values.redact(encoded), /^\w{2,6}\[TOKEN\][\w=]{0,8}$/);
    }
  }
});

Deno.test("SecretValues.redact() replaces the lines of a value", () => {
  const values = secrets({ KEY: "-----BEGIN KEY-----\nMIIEvQ\nab\n-----END KEY-----\n" });
  assertEquals(
    values.redact("> MIIEvQ and ab\n-----BEGIN KEY-----\\nMIIEvQ"),
    "> [KEY] and ab\n[KEY]\\n[KEY]",
  );
});

Deno.test("SecretValues.redact() replaces the longest value and leaves short ones", () => {
  const values = secrets({ SHORT: "abcd", LONG: "abcdef", TINY: "abc", EMPTY: "" });
  assertEquals(values.redact("abcdef abcd abc"), "[LONG] [SHORT] abc");
  assertEquals(secrets({}).redact("text"), "text");
});

Deno.test("SecretValues.redact() takes a value literally and does not redact its own names", () => {
  assertEquals(secrets({ A: "a.b*(c" }).redact("a.b*(c axb*(c"), "[A] axb*(c");
  assertEquals(secrets({ A: "value", B: "[A]]" }).redact("value]"), "[A]]");
});

Deno.test("SecretValues.redact() finds values of any length and number, and halves of characters", () => {
  const values = Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => [`S${index}`, `${index}é"'$(`.repeat(20_000)]),
  );
  const all = secrets({ ...values, HALF: "\ud83d half" });
  for (const [name, value] of Object.entries(values)) {
    assertEquals(all.redact(`<${value}>`), `<[${name}]>`);
  }
  assertEquals(all.redact("text"), "text");
});

Deno.test("SecretValues shows names only, whatever prints it", () => {
  const values = secrets({ B: "swordfish", A: "trout" });
  const shown = "SecretValues(A, B)";
  assertEquals(String(values), shown);
  assertEquals(inspect(values), shown);
  assertEquals(Deno.inspect(values), shown);
  assertEquals(Deno.inspect({ values }), `{ values: ${shown} }`);
  assertEquals(JSON.stringify({ values }), '{"values":["A","B"]}');
  assertEquals(JSON.stringify({ ...values }), "{}");
});

Deno.test("SecretValues.digest() depends on salt, name and value", () => {
  const digest = (salt: string, name: string, value: string): string =>
    secrets({ [name]: value }).digest(salt).get(name)!;
  const one = digest("salt", "A", "x");
  assertMatch(one, /^[0-9a-f]{32}$/);
  assertEquals(digest("salt", "A", "x"), one);
  assertNotEquals(digest("pepper", "A", "x"), one);
  assertNotEquals(digest("salt", "B", "x"), one);
  assertNotEquals(digest("salt", "A", "y"), one);
});
