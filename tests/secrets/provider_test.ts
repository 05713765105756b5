import "../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { type Provider, secretsWithProvider } from "../../sdk/secrets/provider.ts";
import { type ListingSource, resolveAllSecrets } from "../../sdk/secrets/source.ts";

function holding(values: Readonly<Record<string, string>>): ListingSource {
  return {
    names: () => Promise.resolve(Object.keys(values)),
    value: (name) => Promise.resolve(values[name]),
    places: () => Promise.resolve(["files"]),
    hint: () => Promise.resolve("add them"),
  };
}

function asking(calls: (readonly string[])[]): Provider {
  const fetch = (names: readonly string[]): Promise<unknown> => {
    calls.push(names);
    return Promise.resolve(Object.fromEntries(names.map((name) => [name, `${name} given`])));
  };
  return { name: "it", fetch, signal: undefined };
}

Deno.test("secretsWithProvider() lets files win, even by an empty value, and asks for the rest at once", async () => {
  const calls: (readonly string[])[] = [];
  const source = secretsWithProvider(
    holding({ A: "file", E: "" }),
    ["D", "A", "E", "B"],
    asking(calls),
  );
  assertEquals([...await resolveAllSecrets(source)], [
    ["A", "file"],
    ["B", "B given"],
    ["D", "D given"],
    ["E", ""],
  ]);
  assertEquals(await source.value("B"), "B given");
  assertEquals(calls, [["B", "D"]]);
});

Deno.test("secretsWithProvider() asks for nothing where files hold all, and for no name that nobody uses", async () => {
  const calls: (readonly string[])[] = [];
  const source = secretsWithProvider(holding({ A: "file" }), ["A"], asking(calls));
  assertEquals([await source.value("A"), await source.value("Z")], ["file", undefined]);
  assertEquals(calls, []);
});
