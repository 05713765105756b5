import "../sanitizers.ts";
import { assert, assertEquals } from "@std/assert";
import { stringify } from "@std/yaml";
import type { Config } from "../../sdk/config/config.ts";
import { ConfigError } from "../../sdk/errors.ts";
import { convertProject } from "../../sdk/load/init_from.ts";
import { withProject } from "../fixtures/project_folder.ts";
import { Random } from "../random.ts";
import { configOf, FIXTURE_ENV } from "./kamal_fixtures.ts";
import { randomKamal, randomOverlay } from "./random_kamal.ts";

const SEEDS = Number(Deno.env.get("SEEDS") ?? 300);
const FIRST_SEED = Number(Deno.env.get("SEED") ?? 1);
const FROM = "config/deploy.yml";

Deno.test(`initFrom() turns random configurations into a deploy.ts that resolves to the same`, async () => {
  const refusals = new Map<string, number>();
  let compared = 0;
  let overlays = 0;
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
    try {
      const { base, hasOverlay } = await compare(seed);
      compared += base;
      overlays += hasOverlay;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw new Error(`seed ${seed}`, { cause: error });
      const [detail = ""] = error.details;
      const what = detail.replace(/^\S+ +/, "");
      refusals.set(what, (refusals.get(what) ?? 0) + 1);
    }
  }
  const told = [...refusals].toSorted(([, one], [, other]) => other - one).slice(0, 10);
  assert(compared > SEEDS / 2, `${compared} of ${SEEDS} were valid: ${Deno.inspect(told)}`);
  assert(overlays > SEEDS / 10, `${overlays} destinations of ${SEEDS} were compared`);
});

/** Compares what a seed's files come to with what becomes of them, where they are valid. */
async function compare(seed: number): Promise<{ base: number; hasOverlay: number }> {
  const random = new Random(seed);
  const files = { [FROM]: written(random, randomKamal(random)) };
  const overlay = random.chance(0.5) ? written(random, randomOverlay(random)) : undefined;
  let hasOverlay = 0;
  await withProject(files, async (root) => {
    const yaml = await configOf({ root, configFile: FROM });
    assertEquals(await converted(root, undefined), yaml, `seed ${seed}`);
    if (overlay === undefined) return;
    await Deno.writeTextFile(`${root}/config/deploy.far.yml`, overlay);
    const far = await validOrNothing(() =>
      configOf({ root, configFile: FROM, destination: "far" })
    );
    const made = far && await converted(root, "far");
    if (made === undefined) return;
    assertEquals(made, far, `seed ${seed} -d far`);
    hasOverlay = 1;
  });
  return { base: 1, hasOverlay };
}

/** What the deploy.ts comes to; nothing where it says that it lacks something of the destination's. */
async function converted(root: string, destination: undefined): Promise<Config>;
async function converted(root: string, destination: string): Promise<Config | undefined>;
async function converted(
  root: string,
  destination: string | undefined,
): Promise<Config | undefined> {
  const { text, leftOut } = await convertProject({ root, from: FROM, env: FIXTURE_ENV });
  if (destination !== undefined && leftOut.length > 0) return undefined;
  assertEquals(leftOut, []);
  const name = `deploy_${destination ?? "base"}.ts`;
  await Deno.writeTextFile(`${root}/${name}`, text);
  return await configOf({ root, configFile: name, destination });
}

async function validOrNothing<T>(make: () => Promise<T>): Promise<T | undefined> {
  try {
    return await make();
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

function written(random: Random, value: unknown): string {
  return random.chance(0.5) ? stringify(value) : JSON.stringify(value, undefined, 2);
}
