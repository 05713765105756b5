import { assertEquals } from "@std/assert";
import plugin from "./layers.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const canLint = "runPlugin" in Deno.lint;

/** What the plugin says about a file's text. */
function messages(path: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, `${ROOT}${path}`, source).map(({ message }) => message);
}

const IMPORTS: readonly [path: string, source: string, message: string | undefined][] = [
  ["sdk/errors.ts", `import { a } from "./plan/plan.ts";`, `"errors" must not import "plan"`],
  ["sdk/plan/boot.ts", `import { a } from "../operations/image.ts";`, undefined],
  ["sdk/plan/boot.ts", `import { a } from "./stages.ts";`, undefined],
  ["sdk/plan/boot.ts", `import { a } from "../exec/execute.ts";`, `"plan" must not import "exec"`],
  [
    "sdk/operations/x.ts",
    `export * from "../config/x.ts";`,
    `"operations" must not import "config"`,
  ],
  [
    "sdk/operations/x.ts",
    `export { a } from "../plan/x.ts";`,
    `"operations" must not import "plan"`,
  ],
  ["sdk/exec/x.ts", `import { a } from "../transport/transport.ts";`, undefined],
  [
    "sdk/exec/x.ts",
    `import { a } from "../transport/ssh2.ts";`,
    `"exec" must not import "transport"`,
  ],
  ["sdk/exec/x.ts", `import type { A } from "../config/x.ts";`, `"exec" must not import "config"`],
  ["sdk/observe/x.ts", `import type { A } from "../config/x.ts";`, undefined],
  [
    "sdk/observe/x.ts",
    `import { a } from "../config/x.ts";`,
    `"observe" must not import "config" but for its types`,
  ],
  ["sdk/commander.ts", `await import("./deploy.ts");`, `"commander" must not import "deploy"`],
  [
    "sdk/commander.ts",
    `import { a } from "./report/x.ts";`,
    `"commander" must not import "report"`,
  ],
  [
    "sdk/commander.ts",
    `import { a } from "./simulate/x.ts";`,
    `"commander" must not import "simulate"`,
  ],
  ["sdk/testing.ts", `import { a } from "./simulate/fleet.ts";`, undefined],
  ["recipes/redis.ts", `import { a } from "@sextant/deploy";`, undefined],
  [
    "recipes/redis.ts",
    `import { a } from "../sdk/errors.ts";`,
    `"recipes" must not import "errors"`,
  ],
  ["cli.ts", `import { a } from "./sdk/report/x.ts";`, undefined],
  [
    "sdk/cli/plan.ts",
    `import { a } from "../exec/execute.ts";`,
    `"cli" must not import "exec" but for its types`,
  ],
  ["sdk/plan/x.ts", `import { a } from "@sextant/deploy";`, `"plan" must not import "mod"`],
  ["tests/plan/x_test.ts", `import { a } from "../../sdk/exec/execute.ts";`, undefined],
];

for (const [path, source, message] of IMPORTS) {
  const claim = message ? "refuses" : "allows";
  Deno.test({
    name: `layers ${claim} ${source} in ${path}`,
    ignore: !canLint,
    fn: () => assertEquals(messages(path, source), message ? [`Layer ${message}`] : []),
  });
}

const USES: readonly [path: string, source: string, name: string | undefined][] = [
  ["sdk/plan/x.ts", `Deno.env.get("HOME");`, "Deno"],
  ["sdk/operations/x.ts", `const now = Date.now();`, "Date.now"],
  ["sdk/config/x.ts", `const now = new Date();`, "new Date()"],
  ["sdk/config/x.ts", `const day = new Date("2024-01-01");`, undefined],
  ["sdk/plan/x.ts", `const suffix = Math.random();`, "Math.random"],
  ["sdk/plan/x.ts", `const most = Math.max(1, 2);`, undefined],
  ["sdk/plan/x.ts", `import { readFileSync } from "node:fs";`, "node:fs"],
  ["sdk/plan/x.ts", `import { createHash } from "node:crypto";`, undefined],
  ["sdk/exec/x.ts", `const now = Date.now();`, undefined],
  ["sdk/exec/x.ts", `console.log(1);`, "console"],
  ["sdk/plan/x.ts", `const a = names.Deno;`, undefined],
  ["sdk/config/x.ts", `interface A { fetch: string }`, undefined],
  ["sdk/config/x.ts", `interface A { get: typeof fetch }`, "fetch"],
  ["tests/x_test.ts", `console.log(Date.now());`, undefined],
];

for (const [path, source, name] of USES) {
  Deno.test({
    name: `pure ${name ? "refuses" : "allows"} ${source} in ${path}`,
    ignore: !canLint,
    fn() {
      const [layer] = path.slice("sdk/".length).split("/");
      const expected = name ? [`Layer "${layer}" must not use "${name}"`] : [];
      assertEquals(messages(path, source), expected);
    },
  });
}

Deno.test({
  name: "layers asks for a decision about a new folder",
  ignore: !canLint,
  fn() {
    const expected = `"swarm" is no layer yet: say in tests/lint/layers.ts what it may import`;
    assertEquals(messages("sdk/swarm/service.ts", "export const a = 1;"), [expected]);
  },
});
