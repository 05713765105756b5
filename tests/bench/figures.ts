/**
 * Measuring and telling figures.
 *
 * @module
 */

/** The middle of several figures. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Seconds that something takes. */
export async function timed(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await run();
  return (performance.now() - started) / 1000;
}

/** Seconds of two things, run in turn so that a busy machine troubles both alike; the first round is not counted. */
export async function inTurn(
  rounds: number,
  a: () => Promise<unknown>,
  b: () => Promise<unknown>,
): Promise<{ readonly a: readonly number[]; readonly b: readonly number[] }> {
  const figures = { a: [] as number[], b: [] as number[] };
  for (let round = 0; round <= rounds; round++) {
    const [first, second] = [await timed(a), await timed(b)];
    if (round === 0) continue;
    figures.a.push(first);
    figures.b.push(second);
  }
  return figures;
}

/** Runs a program to its end and throws its words if it fails. */
export async function must(command: string, options: Deno.CommandOptions): Promise<void> {
  const { code, stderr, stdout } = await new Deno.Command(command, {
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    ...options,
  })
    .output();
  if (code === 0) return;
  const decoder = new TextDecoder();
  throw new Error(
    `${command} ${options.args?.join(" ")} gave ${code}: ${decoder.decode(stdout)}${
      decoder.decode(stderr)
    }`,
  );
}

/** Prints a row. */
export function line(what: string, measured: string, goal: string): void {
  const row = [what.padEnd(52), measured.padEnd(34), goal].join(" ").trimEnd();
  Deno.stdout.writeSync(new TextEncoder().encode(`${row}\n`));
}

/** A duration for people. */
export function duration(seconds: number): string {
  return seconds < 1 ? `${(seconds * 1000).toFixed(0)} ms` : `${seconds.toFixed(2)} s`;
}
