/**
 * How long the command line takes to start, against an empty program.
 *
 * @module
 */

import { duration, inTurn, line, median, must } from "./figures.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
const ROUNDS = 11;

/** `cli.ts version` against an empty Deno program. */
export async function benchStart(): Promise<void> {
  const empty = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    const deno = (...args: string[]) => () =>
      must(Deno.execPath(), { args: ["run", "--quiet", "-A", ...args], cwd: ROOT });
    const { a, b } = await inTurn(ROUNDS, deno("cli.ts", "version"), deno(empty));
    tell("cli.ts version / empty program", a, b, "1.5");
  } finally {
    await Deno.remove(empty);
  }
}

/** The binary's `version` against an empty compiled program. */
export async function benchBinary(): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const { compileProgram, compileSextant } = await import("../../.ci/compile.ts");
    await Deno.writeTextFile(`${folder}/empty.ts`, "");
    await compileProgram(`${folder}/empty.ts`, `${folder}/empty`);
    await compileSextant(`${folder}/sextant`);
    const { a, b } = await inTurn(
      ROUNDS,
      () => must(`${folder}/sextant`, { args: ["version"] }),
      () => must(`${folder}/empty`, {}),
    );
    tell("binary version / empty compiled program", a, b, "1.2");
  } catch (error) {
    line(
      "binary version",
      `skipped: ${error instanceof Error ? error.message.split("\n")[0] : error}`,
      "",
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function tell(what: string, a: readonly number[], b: readonly number[], goal: string): void {
  const [ours, floor] = [median(a), median(b)];
  line(
    what,
    `${duration(ours)} / ${duration(floor)} = ${(ours / floor).toFixed(2)}`,
    `at most ${goal}`,
  );
}
