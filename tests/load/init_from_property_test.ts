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

/** Valid configurations to compare; SEED and COUNT in the environment give others, and more. */
const COUNT = Number(Deno.env.get("COUNT") ?? 200);
const FIRST_SEED = Number(Deno.env.get("SEED") ?? 1);
const FROM = "config/deploy.yml";

Deno.test("initFrom() turns random configurations into a deploy.ts that resolves to the same", async () => {
  const refusals: string[] = [];
  let compared = 0;
  let overlays = 0;
  for (let seed = FIRST_SEED; compared < COUNT; seed++) {
    assert(refusals.length < 20 * COUNT, `next to nothing is valid: ${refusals.slice(0, 20)}`);
    const { refusal, hasOverlay } = await compare(seed).catch((cause) => {
      throw new Error(`SEED=${seed} COUNT=1 shows it`, { cause });
    });
    if (refusal !== undefined) refusals.push(refusal);
    else compared++;
    if (hasOverlay) overlays++;
  }
  assert(overlays >= Math.floor(COUNT / 20), `${overlays} destinations were compared`);
});

interface Comparison {
  /** Why the seed's configuration is no valid one. */
  readonly refusal?: string;
  /** Whether there was a destination to compare as well. */
  readonly hasOverlay: boolean;
}

/** Compares what a seed's files come to with what becomes of them, where they are valid. */
async function compare(seed: number): Promise<Comparison> {
  const random = new Random(seed);
  const files = { [FROM]: written(random, randomKamal(random)) };
  const overlay = random.chance(0.5) ? written(random, randomOverlay(random)) : undefined;
  let comparison: Comparison = { hasOverlay: false };
  await withProject(files, async (root) => {
    const yaml = await validOrWhy(() => configOf({ root, configFile: FROM }));
    if (typeof yaml === "string") {
      comparison = { refusal: yaml, hasOverlay: false };
      return;
    }
    assertEquals(await converted(root, undefined), yaml);
    if (overlay === undefined) return;
    await Deno.writeTextFile(`${root}/config/deploy.far.yml`, overlay);
    const far = await validOrWhy(() => configOf({ root, configFile: FROM, destination: "far" }));
    const made = typeof far === "string" ? undefined : await converted(root, "far");
    if (made === undefined) return;
    assertEquals(made, far, "-d far");
    comparison = { hasOverlay: true };
  });
  return comparison;
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

async function validOrWhy(make: () => Promise<Config>): Promise<Config | string> {
  try {
    return await make();
  } catch (error) {
    if (error instanceof ConfigError) return error.details.join("\n");
    throw error;
  }
}

function written(random: Random, value: unknown): string {
  return random.chance(0.5) ? stringify(value) : JSON.stringify(value, undefined, 2);
}
