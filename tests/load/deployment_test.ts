import "../sanitizers.ts";
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { ConfigError, SextantError } from "../../sdk/errors.ts";
import { type Deployment, loadDeployment, type LoadOptions } from "../../sdk/load/deployment.ts";
import { type ProjectFiles, withProject } from "../fixtures/project_folder.ts";

const SIMPLE = `import { deploy } from "@sextant/deploy";
export default deploy("shop").image("acme/shop");
`;

/** Loads the deployment of a project; an error's \`root\` is cut out of its message. */
async function load(
  files: ProjectFiles,
  options: Partial<LoadOptions> = {},
): Promise<Deployment> {
  let deployment: Deployment | undefined;
  await withProject(files, async (root) => {
    deployment = await loadDeployment({ root, env: {}, ...options });
  });
  return deployment!;
}

async function problemOf(
  source: string,
): Promise<{ message: string; position: string; error: ConfigError }> {
  const error = await assertRejects(() => load({ "deploy.ts": source }), ConfigError);
  const { message, position = "" } = error.problems[0]!;
  return { message, position: position.replace(/^.*\//, ""), error };
}

Deno.test("loadDeployment() reads a deployment that is a value", async () => {
  const deployment = await load({
    "deploy.ts": `import { deploy } from "@sextant/deploy";
export default deploy("shop").image("acme/shop").hook("pre-deploy", () => {});
`,
  });
  assertEquals(deployment.file, "deploy.ts");
  assertEquals([deployment.spec.service, deployment.spec.image], ["shop", "acme/shop"]);
  assertEquals(Object.values(deployment.effects.hooks).map(({ name }) => name), ["pre-deploy"]);
});

Deno.test("loadDeployment() calls a function with the destination, the version and the environment", async () => {
  const source = `import { deploy } from "@sextant/deploy";
export default async ({ destination, version, env }) =>
  await Promise.resolve(deploy([destination, version, env.NAME].join("-")));
`;
  const { spec } = await load({ "deploy.ts": source }, {
    destination: "staging",
    version: "v1",
    env: { NAME: "x" },
  });
  assertEquals(spec.service, "staging-v1-x");
});

Deno.test("loadDeployment() looks for deploy.ts, then config/deploy.ts, or takes the named file", async () => {
  const other = SIMPLE.replace("shop", "other");
  const both = { "deploy.ts": SIMPLE, "config/deploy.ts": other };
  assertEquals((await load(both)).file, "deploy.ts");
  assertEquals((await load({ "config/deploy.ts": other })).file, "config/deploy.ts");
  const named = await load(both, { configFile: "./config/deploy.ts" });
  assertEquals([named.file, named.spec.service], ["config/deploy.ts", "other"]);
});

Deno.test("loadDeployment() knows a deployment of another copy of the SDK", async () => {
  const source = `export default {
  [Symbol.for("sextant.deploy")]: true,
  toSpec: () => ({ service: "shop" }),
  toEffects: () => ({ hooks: {}, hosts: {}, secrets: {} }),
};
`;
  assertEquals((await load({ "deploy.ts": source })).spec, { service: "shop" });
});

Deno.test("loadDeployment() says where it looked and how to begin", async () => {
  await withProject({}, async (root) => {
    const error = await assertRejects(() => loadDeployment({ root, env: {} }), SextantError);
    assertEquals(error.code, "CONFIG_NOT_FOUND");
    assertEquals(
      error.message,
      `there is no deployment in ${root}: looked for deploy.ts, config/deploy.ts and config/deploy.yml`,
    );
    assertStringIncludes(error.hint!, "sextant init");
    const named = await assertRejects(
      () => loadDeployment({ root, configFile: join(root, "my.ts"), env: {} }),
      SextantError,
    );
    assertStringIncludes(named.message, "looked for my.ts");
  });
});

Deno.test("loadDeployment() reads Kamal's file where there is no deploy.ts", async () => {
  const kamal = { "config/deploy.yml": "service: kamal\nimage: acme/shop\nservers: [10.0.0.1]\n" };
  const alone = await load(kamal);
  assertEquals([alone.file, alone.spec.service], ["config/deploy.yml", "kamal"]);
  assertEquals(alone.effects, { hooks: {}, hosts: {}, secrets: {} });
  assertEquals((await load({ ...kamal, "deploy.ts": SIMPLE })).spec.service, "shop");
  const named = await load({ ...kamal, "deploy.ts": SIMPLE }, { configFile: "config/deploy.yml" });
  assertEquals(named.spec.service, "kamal");
});

Deno.test("loadDeployment() places a syntax error in the user's file", async () => {
  const { position } = await problemOf(`const a = 1;\nconst b = = 2;\n`);
  assertStringIncludes(position, "deploy.ts:2");
});

Deno.test("loadDeployment() places what the file throws", async () => {
  const { message, position } = await problemOf(`const hosts = undefined;\n\nhosts.map(String);\n`);
  assertStringIncludes(message, "undefined");
  assertStringIncludes(position, "deploy.ts:3");
});

Deno.test("loadDeployment() places what the exported function throws", async () => {
  const { message, position } = await problemOf(
    `export default () => {\n  throw new Error("no cloud");\n};\n`,
  );
  assertEquals(message, "no cloud");
  assertStringIncludes(position, "deploy.ts:2");
});

Deno.test("loadDeployment() names an import that is not there", async () => {
  const { message } = await problemOf(`import "./missing.ts";\n`);
  assertStringIncludes(message, "missing.ts");
});

Deno.test("loadDeployment() places a mistake that the builder finds", async () => {
  const { position, error } = await problemOf(`import { deploy } from "@sextant/deploy";
const app = deploy("shop").image("acme/shop");
export default app.image("acme/other");
`);
  assertEquals(error.problems.map(({ path }) => path), ["image"]);
  assertStringIncludes(position, "deploy.ts:3");
});

Deno.test("loadDeployment() keeps the problems that another copy of the SDK finds", async () => {
  const { error } = await problemOf(`export default () => {
  const problems = [{ path: "image", message: "twice" }, { path: "proxy", message: "bad" }];
  throw Object.assign(new Error("2 problems"), { code: "CONFIG_INVALID", problems, hint: "look" });
};
`);
  assertEquals(error.problems.map(({ path, message }) => [path, message]), [
    ["image", "twice"],
    ["proxy", "bad"],
  ]);
  assertEquals(error.hint, "look");
});

Deno.test("loadDeployment() says what is exported in place of a deployment", async () => {
  const cases = [
    ["export const a = 1;", "has no default export"],
    ["export default 3;", "exports a number by default, not a deployment"],
    ["export default {};", "exports an object by default, not a deployment"],
    ["export default [];", "exports a list by default, not a deployment"],
    ["export default null;", "exports null by default, not a deployment"],
    ["export default Promise.resolve(1);", "exports a promise by default, not a deployment"],
    [
      "export default () => {};",
      "the function that it exports by default gave undefined, not a deployment",
    ],
  ] as const;
  for (const [source, expected] of cases) {
    const { message, position, error } = await problemOf(source);
    assertEquals([message, position], [expected, "deploy.ts"]);
    assertStringIncludes(
      error.hint!,
      `export default ${message.includes("promise") ? "await " : ""}deploy(`,
    );
  }
});
