import "../sanitizers.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { ConfigError } from "../../sdk/errors.ts";
import { loadDeployment } from "../../sdk/load/deployment.ts";
import { withProject } from "../fixtures/project_folder.ts";
import { BROKEN } from "./yaml_broken_cases.ts";
import { assertGolden } from "./yaml_golden.ts";
import { HOSTILE } from "./yaml_hostile_cases.ts";

const FOLDER = new URL("../fixtures/kamal/", import.meta.url);

const CORPUS = [
  { file: "broken.txt", cases: BROKEN, atLeast: 115 },
  { file: "hostile.txt", cases: HOSTILE, atLeast: 75 },
];

async function complaintsAbout(yaml: string): Promise<readonly string[]> {
  let details: readonly string[] = [];
  await withProject({ "config/deploy.yml": yaml }, async (root) => {
    const env = { PATH: Deno.env.get("PATH") ?? "" };
    try {
      await loadDeployment({ root, env });
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const hint = error.hint === undefined ? [] : [error.hint];
      details = [...error.details, ...hint].map((line) => line.replace(`${root}/`, ""));
    }
  });
  return details;
}

for (const { file, cases, atLeast } of CORPUS) {
  Deno.test(`loadDeployment() says of every file of ${file} what is wrong, and where`, async () => {
    const sections: string[] = [];
    for (const [name, yaml] of Object.entries(cases)) {
      const complaints = await complaintsAbout(yaml);
      assert(complaints.length > 0, `nothing is found wrong with ${name}`);
      // The words of the parser are its own.
      const lines = complaints.map((line) => line.replace(/(is no YAML: ).*/, "$1<reason>"));
      sections.push([`# ${name}`, ...lines, ""].join("\n"));
    }
    assert(sections.length >= atLeast, "cases are missing");
    await assertGolden(new URL(file, FOLDER), sections.join("\n"));
  });
}

Deno.test("loadDeployment() refuses a file that is no UTF-8, whose values would arrive as others", async () => {
  await withProject({}, async (root) => {
    await Deno.mkdir(`${root}/config`);
    // As Windows-1252 has an e with an acute accent.
    const bytes = [
      ...new TextEncoder().encode(`service: shop\nlabels: { a: "caf`),
      0xe9,
      0x22,
      0x7d,
    ];
    await Deno.writeFile(`${root}/config/deploy.yml`, new Uint8Array(bytes));
    const error = await assertRejects(() => loadDeployment({ root, env: {} }), ConfigError);
    assertEquals(error.details.map((line) => line.replace(`${root}/`, "")), [
      "config/deploy.yml  is no UTF-8: save it in that encoding",
    ]);
  });
});

Deno.test("loadDeployment() repeats no secret of a broken file", async () => {
  for (const [name, yaml] of Object.entries({ ...BROKEN, ...HOSTILE })) {
    const text = (await complaintsAbout(yaml)).join("\n");
    const isNamed = text.includes("echo hunter2") || text.includes("'*hunter2'");
    assert(isNamed || !text.includes("hunter2"), `${name}: ${text}`);
  }
});

Deno.test("loadDeployment() gives the cause of broken YAML, but not of what ERB has filled in", async () => {
  const complaints = await complaintsAbout(BROKEN["ERB that gives no YAML"] ?? "");
  assertEquals(complaints, [
    'config/deploy.yml:6  is no YAML once its ERB is filled in; put quotes around it: "<%= … %>"',
  ]);
});
