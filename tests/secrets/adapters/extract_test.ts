import { assert, assertEquals, assertThrows } from "@std/assert";
import { SextantError } from "../../../sdk/errors.ts";
import { extractSecret } from "../../../sdk/secrets/extract.ts";

const FETCHED = JSON.stringify({
  "a/KEY": "of a",
  KEY: "own",
  "a/b/HOST": "h1",
  "c/HOST": "h2",
  N: 5,
});

Deno.test("extractSecret() takes the very name, else the first that ends in it", () => {
  assertEquals(extractSecret("KEY", FETCHED), "own");
  assertEquals(extractSecret("a/KEY", FETCHED), "of a");
  assertEquals(extractSecret("HOST", FETCHED), "h1");
  assertEquals(extractSecret("N", FETCHED), "5");
});

Deno.test("extractSecret() names what was fetched where a name is missing, and no value", () => {
  const error = assertThrows(() => extractSecret("OST", FETCHED), SextantError);
  assertEquals([error.code, error.message], ["SECRET_MISSING", "could not find secret OST"]);
  assertEquals(error.details, ["fetched were a/KEY, KEY, a/b/HOST, c/HOST, N"]);
});

Deno.test("extractSecret() refuses what is no JSON object, and shows nothing of it", () => {
  for (const text of ['["swordfish"]', "swordfish", "", '{"A":"swordfish"']) {
    const error = assertThrows(() => extractSecret("A", text), SextantError);
    assertEquals(error.code, "USAGE");
    assert(!JSON.stringify([error.message, error.details, error.hint]).includes("swordfish"));
    assertEquals(error.cause, undefined);
  }
});
