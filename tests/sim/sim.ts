/**
 * `deno task sim`: thousands of deployments on simulated hosts, each with faults of its own, all from one seed.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { findingText, search } from "./search.ts";

const USAGE = `deno task sim [--runs N] [--seed N] [--no-shrink]

  --runs     how many stories are played, 10000 unless told otherwise
  --seed     seed of the first one; without it, one by chance
  --shrink   makes a story that breaks a rule as small as it goes; --no-shrink leaves it
`;

if (import.meta.main) Deno.exit(await main(Deno.args));

async function main(args: string[]): Promise<number> {
  const { runs, seed, shrink, help, _: rest } = parseArgs(args, {
    string: ["runs", "seed"],
    boolean: ["shrink", "help"],
    negatable: ["shrink"],
    default: { shrink: true },
  });
  const first = seed === undefined ? anySeed() : Number(seed);
  const count = Number(runs ?? 10_000);
  if (help || rest.length > 0 || !isCount(first) || !isCount(count)) {
    print(USAGE);
    return help ? 0 : 2;
  }
  print(`${count} stories from seed ${first}`);
  const started = performance.now();
  const finding = await search(first, count, shrink);
  if (finding !== undefined) {
    print(findingText(finding));
    return 1;
  }
  const seconds = (performance.now() - started) / 1000;
  print(`all rules hold · ${seconds.toFixed(1)} s`);
  return 0;
}

function anySeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]! >>> 4;
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 0;
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}
