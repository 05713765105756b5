import { assert, assertEquals } from "@std/assert";
import { type DocsPage, renderDocs, renderDocsMarkdown } from "../../sdk/report/docs_text.ts";

const PAGE: DocsPage = {
  title: "boot",
  summary: "How hosts switch",
  places: [["deploy.ts", ".boot({ … })"], ["config/deploy.yml", "boot"]],
  rows: [
    { path: ["limit"], description: "Hosts per group", facts: ["text"], example: 'limit: "25%"' },
    { path: ["after"], description: "What follows", facts: ["object"], example: undefined },
    {
      path: ["after", "*", "wait"],
      description: "Seconds, or a|b",
      facts: ["whole number", "default 0"],
      example: "wait: 10",
    },
  ],
  next: "All sections: sextant docs",
};

Deno.test("renderDocs() puts names in one column, those within others indented", () => {
  assertEquals(
    renderDocs(PAGE, {}),
    `boot: How hosts switch

  deploy.ts           .boot({ … })
  config/deploy.yml   boot

  limit    Hosts per group
           text
           limit: "25%"
  after    What follows
           object
    wait   Seconds, or a|b
           whole number, default 0
           wait: 10

All sections: sextant docs
`,
  );
});

Deno.test("renderDocs() breaks meanings where the terminal ends", () => {
  const description = "One two three four five six seven eight nine ten eleven twelve";
  const rows = [{ path: ["key"], description, facts: [], example: undefined }];
  const lines = renderDocs({ ...PAGE, rows }, { columns: 40 }).split("\n");
  assert(lines.every((line) => line.length <= 40), lines.join("\n"));
  assertEquals(lines.filter((line) => line.startsWith("        ")).length, 2);
  assert(lines.join(" ").replaceAll(/\s+/g, " ").includes(description));
});

Deno.test("renderDocs() has colour only where it is asked for", () => {
  assert(!renderDocs(PAGE, {}).includes("\x1b"));
  const colored = renderDocs(PAGE, { color: true });
  // deno-lint-ignore no-control-regex
  assertEquals(colored.replaceAll(/\x1b\[\d+m/g, ""), renderDocs(PAGE, {}));
  assert(colored.includes("\x1b"));
});

Deno.test("renderDocsMarkdown() makes a table with whole paths, its bars escaped", () => {
  assertEquals(
    renderDocsMarkdown(PAGE),
    `# boot

How hosts switch.

- \`deploy.ts\`: \`.boot({ … })\`
- \`config/deploy.yml\`: \`boot\`

| key | meaning | value | example |
| --- | --- | --- | --- |
| \`limit\` | Hosts per group | text | \`limit: "25%"\` |
| \`after\` | What follows | object |  |
| \`after.*.wait\` | Seconds, or a\\|b | whole number, default 0 | \`wait: 10\` |

All sections: sextant docs
`,
  );
});
