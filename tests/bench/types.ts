/**
 * How long a large deployment takes to type-check, over one that says nothing.
 *
 * @module
 */

import { duration, inTurn, line, median, must } from "./figures.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
const ROUNDS = 5;
const NAMES = 50;

/** A deployment with 50 roles and 50 accessories against an empty one. */
export async function benchTypes(): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const { a, b } = await inTurn(
      ROUNDS,
      checking(`${folder}/large.ts`, largeText()),
      checking(`${folder}/empty.ts`, 'deploy("large");\n'),
    );
    const [large, empty] = [median(a), median(b)];
    line(
      `types of ${NAMES} roles, ${NAMES} accessories over none`,
      `${duration(large)} - ${duration(empty)} = ${duration(large - empty)}`,
      "under 1 s",
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Checks a text anew each time: Deno remembers files that it found well typed. */
function checking(file: string, text: string): () => Promise<void> {
  let round = 0;
  return async () => {
    await Deno.writeTextFile(file, `${IMPORT}${text}// ${++round} ${crypto.randomUUID()}\n`);
    await must(Deno.execPath(), {
      args: ["check", "--quiet", "--config", `${ROOT}deno.json`, file],
    });
  };
}

const IMPORT = 'import { deploy } from "@sextant/deploy";\n';

/** Every accessory refers to a role, so that each call looks into the shape. */
function largeText(): string {
  const numbers = Array.from({ length: NAMES }, (_, index) => index + 1);
  const roles = numbers.map((number) => `role${number}: ["10.0.0.${number}"]`).join(", ");
  const accessories = numbers.map((number) =>
    `.accessory("accessory${number}", { image: "a", role: "role${number}" })`
  );
  return `deploy("large").servers({ ${roles} })${accessories.join("")};\n`;
}
