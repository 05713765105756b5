import "../sanitizers.ts";
import { assertEquals } from "@std/assert";
import { fillErb } from "../../sdk/load/erb.ts";

const ENV = { NAME: "shop", EMPTY: "", LINES: "a\nb" };

async function fill(source: string): Promise<string> {
  const { text, problems } = await fillErb(source, {
    env: ENV,
    run: (command) => Promise.resolve(`output of ${command}\n`),
  });
  return [text, ...problems.map(({ line, message }) => `${line}: ${message}`)].join("|");
}

const FILLED: readonly (readonly [source: string, text: string])[] = [
  ['<%= ENV["NAME"] %>', "shop"],
  ["<%= ENV['NAME'] %>", "shop"],
  ['<%=ENV[ "NAME" ]%>', "shop"],
  ['a <%= ENV["NAME"] %> b <%= ENV["NAME"] %>', "a shop b shop"],
  ['<%= ENV["MISSING"] %>', ""],
  ['<%= ENV["MISSING"] || "other" %>', "other"],
  ['<%= ENV["EMPTY"] || "other" %>', ""],
  ['<%= ENV.fetch("NAME") %>', "shop"],
  ['<%= ENV.fetch("NAME", "other") %>', "shop"],
  ['<%= ENV.fetch("MISSING", "other") %>', "other"],
  ["<%= ENV.fetch('MISSING', 'it\\'s') %>", "it's"],
  ["<%= `git rev-parse HEAD` %>", "output of git rev-parse HEAD"],
  ["<%= `git rev-parse HEAD`.strip %>", "output of git rev-parse HEAD"],
  ["<%= %x(echo (a)) %>", "output of echo (a)"],
  ['<%= ENV.fetch("MISSING", nil) %>', ""],
  ['<%= ENV.fetch("MISSING", 3000) %>', "3000"],
  ['<%= "text" %>', "text"],
  ["a<%# a comment %>b", "ab"],
  ["<%# a comment -%>\na: 1", "a: 1"],
  ['a: <%= ENV["NAME"] -%>\nb', "a: shopb"],
  ["a: <%% b %>", "a: <% b %>"],
  ["nothing: 50% < 60%>", "nothing: 50% < 60%>"],
];

for (const [source, text] of FILLED) {
  Deno.test(`fillErb() makes ${JSON.stringify(text)} of ${source}`, async () => {
    assertEquals(await fill(source), text);
  });
}

const LEFT_ALONE = [
  "# password: <%= no_ruby %>",
  "image: shop # <%= no_ruby %>",
  'image: "shop" # <%= no_ruby %>',
  "image: it's # <%= no_ruby %>",
  "a: 1\n  # <% no_ruby %>\nb: 2",
];

for (const source of LEFT_ALONE) {
  Deno.test(`fillErb() leaves the comment of ${JSON.stringify(source)} alone`, async () => {
    assertEquals(await fill(source), source);
  });
}

const NO_COMMENTS = [
  ['image: "# <%= ENV["NAME"] %>"', 'image: "# shop"'],
  ["image: '# <%= ENV[\"NAME\"] %>'", "image: '# shop'"],
  ['image: a#<%= ENV["NAME"] %>', "image: a#shop"],
  ['cmd: |\n  # <%= ENV["NAME"] %>\n  run\nend: 1', "cmd: |\n  # shop\n  run\nend: 1"],
  ['- >-\n  # <%= ENV["NAME"] %>', "- >-\n  # shop"],
] as const;

for (const [source, text] of NO_COMMENTS) {
  Deno.test(`fillErb() finds no comment in ${JSON.stringify(source)}`, async () => {
    assertEquals(await fill(source), text);
  });
}

const REFUSED = [
  "<%= Time.now %>",
  '<%= ENV["A"] + "b" %>',
  '<%= ENV.fetch("A") { 1 } %>',
  '<%= "a#{b}" %>',
  "<%= `echo #{b}` %>",
  "<%= `` %>",
  "<% if true %>",
  "<%- require 'json' -%>",
  "<%= ENV[NAME] %>",
];

for (const source of REFUSED) {
  Deno.test(`fillErb() refuses ${source}`, async () => {
    assertEquals(
      await fill(`a: 1\nb: ${source}`),
      `a: 1\nb: |2: ${source} is Ruby, which is not run here`,
    );
  });
}

Deno.test("fillErb() knows the original's line of each line", async () => {
  const source = 'a: 1\nb: <%= ENV["LINES"] %>\nc: <%=\n  ENV["NAME"]\n%>\nd: 2\n';
  const { text, lines, filled } = await fillErb(source, {
    env: ENV,
    run: () => Promise.reject(new Error("nothing to run")),
  });
  assertEquals(text, "a: 1\nb: a\nb\nc: shop\nd: 2\n");
  assertEquals(lines, [1, 2, 2, 3, 6, 7]);
  assertEquals([...filled], [2, 3]);
});

Deno.test("fillErb() finds no comments and quotes in a text that is no YAML", async () => {
  const source = "A=\"b # <%= ENV['NAME'] %>\"\n# <%= ENV['NAME'] %>\nC=' <%= ENV['NAME'] %>\n";
  const run = (): Promise<string> => Promise.reject(new Error("nothing to run"));
  const context = { env: ENV, run };
  assertEquals(
    (await fillErb(source, context, "text")).text,
    'A="b # shop"\n# shop\nC=\' shop\n',
  );
  assertEquals((await fillErb("# <%= x %>\n", context)).text, "# <%= x %>\n");
});

Deno.test("fillErb() names everything that is wrong", async () => {
  const { problems } = await fillErb('<%= ENV.fetch("A") %>\n<%= b %>\n<%= `c` %>\n<%= d', {
    env: {},
    run: (command) => Promise.reject(new Error(`${command} failed`)),
  });
  assertEquals(problems, [
    {
      line: 1,
      message:
        'ENV.fetch("A") needs the variable A, which is not set; set it, or give a default: ENV.fetch("A", "default")',
    },
    { line: 2, message: "<%= b %> is Ruby, which is not run here" },
    { line: 3, message: "c failed" },
    { line: 4, message: "<%= d has no %> that ends it" },
  ]);
});
