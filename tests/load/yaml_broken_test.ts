import "../sanitizers.ts";
import { assert, assertEquals } from "@std/assert";
import { ConfigError } from "../../sdk/errors.ts";
import { loadDeployment } from "../../sdk/load/deployment.ts";
import { withProject } from "../fixtures/project_folder.ts";
import { BROKEN } from "./yaml_broken_cases.ts";
import { assertGolden } from "./yaml_golden.ts";

const GOLDEN = new URL("../fixtures/kamal/broken.txt", import.meta.url);

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

Deno.test("loadDeployment() says of every broken file what is wrong, and where", async () => {
  const sections: string[] = [];
  for (const [name, yaml] of Object.entries(BROKEN)) {
    const complaints = await complaintsAbout(yaml);
    assert(complaints.length > 0, `nothing is found wrong with ${name}`);
    // The words of the parser are its own.
    const lines = complaints.map((line) => line.replace(/(is no YAML: ).*/, "$1<reason>"));
    sections.push([`# ${name}`, ...lines, ""].join("\n"));
  }
  assert(sections.length >= 100, "cases are missing");
  await assertGolden(GOLDEN, sections.join("\n"));
});

Deno.test("loadDeployment() repeats no secret of a broken file", async () => {
  for (const [name, yaml] of Object.entries(BROKEN)) {
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
