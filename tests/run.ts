/**
 * Runs everything that must hold, the quick rings first: `deno run -A tests/run.ts [--fast] [--config deno.jsr.json]`.
 * The last line counts: `Tests: N passed, N failed, N skipped`.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { readJunit, type Tally } from "./junit.ts";

/** One call of `deno`, and how long it may take. */
interface Ring {
  readonly name: string;
  readonly args: readonly string[];
  readonly limitSeconds: number;
  /** Whether `--junit-path` gives its tests; otherwise it counts only when it fails. */
  readonly isTest: boolean;
}

/** Folders of tests that start programs or hosts, and so run one after the other. */
const SLOW_FOLDERS = ["binary", "lab", "integration"];
const EXAMPLES = ["mod.ts", "sdk", "recipes", "README.md", "CONTRIBUTING.md", "docs"];
/** What all rings together may take: they should end in less than 20 minutes, and a slow machine may take twice that. */
const LIMIT_SECONDS = 40 * 60;
const ROOT = new URL("../", import.meta.url).pathname;
const NOTHING: Tally = { passed: 0, failed: [], skipped: [] };

if (import.meta.main) Deno.exit(await main(Deno.args));

async function main(args: string[]): Promise<number> {
  const { fast, config, _: rest } = parseArgs(args, { boolean: ["fast"], string: ["config"] });
  if (rest.length > 0) throw new TypeError(`Unknown argument "${rest[0]}"`);
  const scratch = await Deno.makeTempDir({ prefix: "sextant-tests-" });
  try {
    const tallies: Tally[] = [];
    for (const ring of await rings(fast)) {
      // The other configuration is for the published package: it changes what is run, not how it is written.
      if (config && !ring.isTest) continue;
      tallies.push(await runRing(ring, config ? ["--config", config] : [], scratch));
    }
    return summarise(tallies);
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

async function rings(fast: boolean): Promise<readonly Ring[]> {
  const folders = await testFolders();
  const test = (name: string, limitSeconds: number, ...args: string[]): Ring => {
    return { name, args: ["test", "--allow-all", ...args], limitSeconds, isTest: true };
  };
  const check = (name: string, ...args: string[]): Ring => {
    return { name, args, limitSeconds: 120, isTest: false };
  };
  const quick = folders.filter((folder) => !SLOW_FOLDERS.includes(folder));
  const slow = fast ? [] : folders.filter((folder) => SLOW_FOLDERS.includes(folder));
  return [
    check("format", "fmt", "--check"),
    check("lint", "lint"),
    check("types", "check"),
    check("documentation", "doc", "--lint", "mod.ts", "recipes/mod.ts", "sdk/testing.ts"),
    test("quick", 300, "--parallel", ...quick.map((folder) => `tests/${folder}`)),
    ...fast ? [] : [test("simulation", 300, "tests/sim/ten_thousand.ts")],
    test("examples", 300, "--doc", "--parallel", ...await thoseThere(EXAMPLES)),
    ...slow.map((folder) => test(folder, 1800, "--parallel", `tests/${folder}`)),
  ];
}

/** Names in `tests/` that hold tests, in the order in which they shall run. */
async function testFolders(): Promise<readonly string[]> {
  const folders: string[] = [];
  for await (const entry of Deno.readDir(`${ROOT}tests`)) {
    const holdsTests = entry.isDirectory
      ? await hasTests(`${ROOT}tests/${entry.name}`)
      : entry.name.endsWith("_test.ts");
    if (holdsTests) folders.push(entry.name);
  }
  const order = (folder: string): number => SLOW_FOLDERS.indexOf(folder);
  return folders.sort((one, other) => order(one) - order(other) || (one < other ? -1 : 1));
}

async function thoseThere(names: readonly string[]): Promise<readonly string[]> {
  const entries = await Array.fromAsync(Deno.readDir(ROOT));
  return names.filter((name) => entries.some((entry) => entry.name === name));
}

async function hasTests(folder: string): Promise<boolean> {
  for await (const entry of Deno.readDir(folder)) {
    if (entry.isDirectory && await hasTests(`${folder}/${entry.name}`)) return true;
    if (entry.isFile && entry.name.endsWith("_test.ts")) return true;
  }
  return false;
}

async function runRing(ring: Ring, options: readonly string[], scratch: string): Promise<Tally> {
  print(`\n== ${ring.name}`);
  const [subcommand = "", ...rest] = ring.args;
  const junit = `${scratch}/${ring.name}.xml`;
  const args = [subcommand, ...options, ...(ring.isTest ? [`--junit-path=${junit}`] : []), ...rest];
  const start = performance.now();
  const left = Math.ceil(LIMIT_SECONDS - start / 1000);
  const exitCode = await runDeno(args, Math.max(1, Math.min(ring.limitSeconds, left)));
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const tally = ring.isTest ? await readTally(junit) : NOTHING;
  print(`== ${ring.name}: exit code ${exitCode} after ${seconds} s`);
  if (exitCode === 0 || tally.failed.length > 0) return tally;
  // Where a file cannot be loaded or a ring takes too long, no test of the report says so.
  return { ...tally, failed: [`${ring.name} as a whole, exit code ${exitCode}`] };
}

async function readTally(junit: string): Promise<Tally> {
  try {
    return readJunit(await Deno.readTextFile(junit));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return NOTHING;
    throw error;
  }
}

async function runDeno(args: readonly string[], limitSeconds: number): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT,
    stdin: "null",
  }).spawn();
  const limit = setTimeout(() => {
    print(`== did not end within ${limitSeconds} s`);
    // Interrupted, Deno names the tests that did not end.
    child.kill("SIGINT");
  }, limitSeconds * 1000);
  const lastLimit = setTimeout(() => child.kill("SIGKILL"), (limitSeconds + 10) * 1000);
  try {
    return (await child.status).code;
  } finally {
    clearTimeout(limit);
    clearTimeout(lastLimit);
  }
}

function summarise(tallies: readonly Tally[]): number {
  const failed = tallies.flatMap((tally) => tally.failed);
  const skipped = tallies.flatMap((tally) => tally.skipped);
  const passed = tallies.reduce((sum, tally) => sum + tally.passed, 0);
  print("");
  for (const name of skipped) print(`skipped  ${name}`);
  for (const name of failed) print(`failed   ${name}`);
  print(`Tests: ${passed} passed, ${failed.length} failed, ${skipped.length} skipped`);
  return failed.length === 0 ? 0 : 1;
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
