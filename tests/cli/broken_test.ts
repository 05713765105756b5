import "../sanitizers.ts";
import { assert, assertEquals } from "@std/assert";
import { DEPENDENCIES, type Dependencies } from "../../sdk/cli/dependencies.ts";
import { main } from "../../sdk/cli/main.ts";
import type { Transport } from "../../sdk/transport/transport.ts";
import { withProject } from "../fixtures/project_folder.ts";
import { BROKEN_MODULES } from "../load/module_broken_cases.ts";
import { BROKEN } from "../load/yaml_broken_cases.ts";
import { assertGolden } from "../load/yaml_golden.ts";
import { HOSTILE } from "../load/yaml_hostile_cases.ts";
import { FakeIo } from "./fake_io.ts";

const GOLDEN = new URL("../fixtures/broken_modules.txt", import.meta.url);

/** What became of a command, and how many machines it asked for. */
interface Outcome {
  readonly code: number;
  readonly told: string;
  readonly connections: number;
}

/** Deploys a project whose configuration is the one file, with nobody to ask. */
async function deploy(file: string, text: string): Promise<Outcome> {
  let connections = 0;
  const nowhere: Transport = {
    connect: () => {
      connections++;
      return Promise.reject(new Error("a connection was tried"));
    },
  };
  const dependencies: Dependencies = {
    ...DEPENDENCIES,
    runVerb: (deployment, verb, options) =>
      DEPENDENCIES.runVerb(deployment, verb, { ...options, transport: nowhere, local: nowhere }),
  };
  let outcome: Outcome | undefined;
  await withProject({ [file]: text }, async (root) => {
    const io = Object.assign(new FakeIo(), {
      root,
      environment: () => ({ PATH: Deno.env.get("PATH") ?? "", HOME: root }),
    });
    const code = await main(["deploy", "--yes", "--version", "v1"], io, dependencies);
    outcome = { code, told: (io.written + io.told).replaceAll(root, "/project"), connections };
  });
  return outcome!;
}

Deno.test("sextant deploy refuses every broken config/deploy.yml before it asks any machine", async () => {
  const cases = Object.entries({ ...BROKEN, ...HOSTILE });
  assert(cases.length >= 180, "cases are missing");
  for (const [name, yaml] of cases) {
    const { code, told, connections } = await deploy("config/deploy.yml", yaml);
    assertEquals([code, connections], [2, 0], `${name}: ${told}`);
    assert(/^✖ .+ · CONFIG_INVALID\n/.test(told), `${name}: ${told}`);
  }
});

Deno.test("sextant deploy refuses every broken deploy.ts before it asks any machine, and says why", async () => {
  const sections: string[] = [];
  for (const [name, text] of Object.entries(BROKEN_MODULES)) {
    const { code, told, connections } = await deploy("deploy.ts", text);
    assertEquals([code, connections], [2, 0], `${name}: ${told}`);
    sections.push([`# ${name}`, withoutDenosWords(told), ""].join("\n"));
  }
  assert(sections.length >= 60, "cases are missing");
  await assertGolden(GOLDEN, sections.join("\n"));
});

/** What Deno's parser and loader find wrong, and in which column, differs from one version to the next. */
function withoutDenosWords(told: string): string {
  return told.replaceAll(/(deploy\.ts:\d+):\d+/g, "$1")
    .replaceAll(/(?<= )(?:SyntaxError: |Module not found ).*/g, "<Deno's reason>");
}
