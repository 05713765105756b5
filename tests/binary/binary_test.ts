import "../sanitizers.ts";
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { compileSextant } from "../../.ci/compile.ts";
import configuration from "../../deno.json" with { type: "json" };

/** The compiled binary, or why there is none on this machine. */
interface Built {
  readonly path: string;
  readonly why?: string;
}

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const scratch = await Deno.makeTempDir({ prefix: "sextant-binary-" });
addEventListener("unload", () => Deno.removeSync(scratch, { recursive: true }));
const built = await build();

async function build(): Promise<Built> {
  const path = `${scratch}/sextant`;
  try {
    await compileSextant(path);
    return { path };
  } catch (error) {
    // Without a runtime there is nothing to test; anything else that goes wrong is a failure.
    const text = error instanceof Error ? error.message : String(error);
    if (!text.startsWith("No runtime")) throw error;
    return { path, why: text };
  }
}

function test(name: string, fn: () => Promise<void>): void {
  const why = built.why === undefined ? "" : ` (${built.why.split("\n")[0]})`;
  Deno.test({ name: name + why, ignore: built.why !== undefined, fn });
}

/** Runs the binary in a project of the given files. */
async function run(files: Readonly<Record<string, string>>, ...args: string[]): Promise<Result> {
  const cwd = await Deno.makeTempDir({ dir: scratch });
  for (const [name, text] of Object.entries(files)) {
    await Deno.mkdir(`${cwd}/${name.replace(/[^/]*$/, "")}`, { recursive: true });
    await Deno.writeTextFile(`${cwd}/${name}`, text);
  }
  // A temporary folder of its own shows what a run leaves behind.
  const env = { TMPDIR: `${cwd}/tmp`, NO_COLOR: "1" };
  await Deno.mkdir(env.TMPDIR);
  const command = new Deno.Command(built.path, { args, cwd, env, stdin: "null" });
  const { code, stdout, stderr } = await command.output();
  assertEquals(await Array.fromAsync(Deno.readDir(env.TMPDIR)), []);
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Runs `config` on a project whose deploy.ts is the given text. */
function config(deploy: string, files: Readonly<Record<string, string>> = {}): Promise<Result> {
  return run({ "deploy.ts": deploy, ...files }, "config", "--version", "abc");
}

const DEPLOYMENT = `deploy("shop").image("acme/shop").servers({ web: hosts })
  .registry({ username: "ci", password: secret("TOKEN") }).builder({ arch: "amd64" })`;

test("version prints the package's version", async () => {
  const { code, stdout } = await run({}, "version");
  assertEquals(code, 0);
  assertStringIncludes(stdout, configuration.version);
});

test("a deploy.ts of several modules is loaded", async () => {
  const files = {
    "deno.jsonc": `{ "imports": { "#lib/": "./lib/" /* aliases */, } }`,
    "hosts.json": `["10.0.0.1"]`,
    "lib/size.ts": `export enum Size { Small, Large = "L" }`,
    "even.ts": `import { odd } from "./odd.ts"; export { odd };
export const even = (n: number): boolean => n === 0 || odd(n - 1);`,
    "odd.ts": `import { even } from "./even.ts";
export function odd(n: number): boolean { return n !== 0 && even(n - 1); }`,
    "roles/web.ts": `export const role: string = "web";`,
  };
  const deploy = `#!/usr/bin/env -S deno run
import { deploy, type DeployContext, secret } from "@sextant/deploy";
import * as pinned from "jsr:@sextant/deploy@^0.1";
import { redis } from "jsr:@sextant/deploy@^0.1/recipes";
import type { Missing } from "not-installed";
import hosts from "./hosts.json" with { type: "json" };
import { Size } from "#lib/size.ts";
import { odd } from "./even.ts";
import { z } from "npm:zod@^4";
import { basename } from "node:path";
const name: string = "web";
const { role } = await import(\`./roles/\${name}.ts\`);
const seen = {
  same: pinned.deploy === deploy, recipe: typeof redis, hosts, size: Size.Large, odd: odd(3),
  zod: z.string().safeParse(1).success, role, file: basename(import.meta.url),
};
console.log(JSON.stringify(seen));
export default async ({ version }: DeployContext, _?: Missing) => ${DEPLOYMENT};
`;
  const { code, stdout, stderr } = await config(deploy, files);
  assertEquals(stderr, "");
  assertEquals(code, 0);
  const [first = "", ...rest] = stdout.split("\n");
  assertEquals(JSON.parse(first), {
    same: true,
    recipe: "function",
    hosts: ["10.0.0.1"],
    size: "L",
    odd: true,
    zod: false,
    role: "web",
    file: "deploy.ts",
  });
  assertStringIncludes(rest.join("\n"), "acme/shop");
});

const FAILURES: readonly [
  what: string,
  deploy: string,
  says: RegExp,
  files?: Record<string, string>,
][] = [
  ["a syntax error", `const port: number = ;`, /deploy\.ts:1:22\s+Unexpected token/],
  [
    "a syntax error in another module",
    `import "./hosts.ts";`,
    /hosts\.ts:2:\d+/,
    { "hosts.ts": "\nexport const hosts = [;" },
  ],
  [
    "a name that a module does not export",
    `\n\nimport { nope } from "@sextant/deploy"; nope();`,
    /deploy\.ts:3:10.*does not provide an export named 'nope'/,
  ],
  [
    "a missing module",
    `\nimport { hosts } from "./hosts.ts"; hosts();`,
    /deploy\.ts:2\s.*hosts\.ts/,
  ],
  [
    "an error that the module throws",
    `interface A { b: number }\nfunction fail(): never {\n  throw new Error("no HOSTS are set");\n}\nfail();`,
    /deploy\.ts:3:9\s.*no HOSTS are set/,
  ],
  [
    "a package that the binary does not hold",
    `\nimport pad from "npm:left-pad@1"; pad();`,
    /deploy\.ts:2\s.*npm:left-pad@1.*[^]*deno run -A jsr:@sextant\/deploy\/cli/,
  ],
  ["JSON that is none", `import a from "./a.json" with { type: "json" }; a();`, /a\.json/, {
    "a.json": "{",
  }],
];

for (const [what, deploy, says, files] of FAILURES) {
  test(`${what} is reported with the user's own path and line`, async () => {
    const { code, stdout, stderr } = await config(deploy, files);
    assertMatch(stderr, says);
    assertEquals([code, stdout], [2, ""]);
    assertEquals(stderr.includes("/tmp/"), false, stderr);
  });
}
