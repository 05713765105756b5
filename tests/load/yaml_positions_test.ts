import "../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { parse } from "@std/yaml";
import type { ConfigPath } from "../../sdk/config/problems.ts";
import { YamlPlaces } from "../../sdk/load/yaml_positions.ts";

const TEXT = `# a comment
---
service: shop # with one behind
"quoted key": 1
'it''s': 2
servers:
  web:
    hosts:
    - 10.0.0.1
    - 10.0.0.2: [eu,
        us]
    -   host: 10.0.0.3
        port: 22
  jobs: &jobs
    cmd: |
      # no comment
      hosts: none

      end
    options: { memory: 1g,
      "cpus": 2, labels: [ {a: 1}, b ] }
lists:
- - a
  - b
-
  c: 1
- "10.0.0.4": x
merged:
  <<: *jobs
  own: 1
twice: *jobs
url: http://a.dev:80/#x
folded: >-
  a: b
  c
plain: text that
  goes on
quoted: "text that
  b: goes on"
below:
  [a,
   b]
empty:
deep: &x !!map
  d: 1
last: ~
`;

const LINES: readonly (readonly [path: ConfigPath, line: number])[] = [
  [["service"], 3],
  [["quoted key"], 4],
  [["it's"], 5],
  [["servers", "web"], 7],
  [["servers", "web", "hosts"], 8],
  [["servers", "web", "hosts", 0], 9],
  [["servers", "web", "hosts", 1], 10],
  [["servers", "web", "hosts", 1, "10.0.0.2", 1], 11],
  [["servers", "web", "hosts", 2, "host"], 12],
  [["servers", "web", "hosts", 2, "port"], 13],
  [["servers", "jobs", "cmd"], 15],
  [["servers", "jobs", "options"], 20],
  [["servers", "jobs", "options", "memory"], 20],
  [["servers", "jobs", "options", "cpus"], 21],
  [["servers", "jobs", "options", "labels", 0, "a"], 21],
  [["lists", 0, 1], 24],
  [["lists", 1, "c"], 26],
  [["lists", 2, "10.0.0.4"], 27],
  [["merged", "own"], 30],
  [["merged", "cmd"], 15],
  [["twice", "options", "cpus"], 21],
  [["url"], 32],
  [["folded"], 33],
  [["plain"], 36],
  [["quoted"], 38],
  [["below", 1], 42],
  [["empty"], 43],
  [["deep", "d"], 45],
  [["last"], 46],
  // What is not there stands at the nearest that is.
  [["servers", "web", "missing", 3], 7],
  [["missing"], 1],
];

Deno.test("YamlPlaces finds the line of every key", () => {
  assertEquals(Object.keys(parse(TEXT) as object).length, 15, "the text is YAML");
  const places = new YamlPlaces(TEXT);
  for (const [path, line] of LINES) assertEquals([path, places.lineOf(path)], [path, line]);
});

Deno.test("YamlPlaces finds every key of Kamal's configurations on its own line", async () => {
  const folder = new URL("../fixtures/kamal/", import.meta.url);
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.endsWith(".yml")) continue;
    const text = await Deno.readTextFile(new URL(name, folder));
    if (/<%|<<:|: \*/.test(text)) continue;
    const places = new YamlPlaces(text);
    for (const path of pathsIn(parse(text))) {
      const line = text.split("\n")[places.lineOf(path) - 1] ?? "";
      const key = path.at(-1) ?? "";
      assertEquals(line.includes(typeof key === "number" ? "" : key), true, `${name}: ${path}`);
    }
  }
});

function pathsIn(value: unknown, path: ConfigPath = []): readonly ConfigPath[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    return [at, ...pathsIn(item, at)];
  });
}

Deno.test("YamlPlaces knows which values stand without quotes", () => {
  const places = new YamlPlaces(`a: yes # sure
b: "yes"
c: { d: 1.0, e: 'no', f: on }
g: [1_000, "2"]
h:
  017
i: some
  lines
j: &x off
k: *x
`);
  const plain = (...path: ConfigPath): string | undefined => places.plainAt(path);
  assertEquals(
    [plain("a"), plain("b"), plain("c", "d"), plain("c", "e"), plain("c", "f")],
    ["yes", undefined, "1.0", undefined, "on"],
  );
  assertEquals([plain("g", 0), plain("g", 1), plain("i")], ["1_000", undefined, undefined]);
  assertEquals([plain("j"), plain("missing")], ["off", undefined]);
});

Deno.test("YamlPlaces ends whatever it is given", () => {
  const texts = [
    ...[
      "",
      "{",
      "[",
      "a: {b",
      "a: [&",
      "a: {: ,,",
      "- - - -",
      "? a\n: b",
      "a: |",
      'a: "',
      "}{][",
      "::",
    ],
    ...[
      "a:\n\t- b",
      "%YAML 1.2\n---\na: 1",
      "[".repeat(20_000),
      "- ".repeat(5_000),
      "a: {".repeat(3_000),
    ],
  ];
  for (const text of texts) assertEquals(typeof new YamlPlaces(text).lineOf(["a", 0]), "number");
});

Deno.test("YamlPlaces reads a long line without going over it again and again", () => {
  const started = performance.now();
  new YamlPlaces(`a ${" ".repeat(100_000)}b\n${"x#".repeat(50_000)}\n`);
  assertEquals(performance.now() - started < 5_000, true);
});
