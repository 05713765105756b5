/**
 * Turns a Kamal project into a `deploy.ts` that says the same.
 *
 * @module
 */

import { resolve } from "node:path";
import { isPlainObject, type PlainObject, valueAt } from "../config/plain_data.ts";
import { type ConfigProblem, messageOf, SextantError } from "../errors.ts";
import { ErbMarks } from "./init_from_erb.ts";
import { distinct, type Draft, type KamalProject, readProject } from "./init_from_files.ts";
import { overlayBetween, shortSpec } from "./init_from_spec.ts";
import { deployText, type SpokenFields } from "./init_from_text.ts";

/** What became of a Kamal project. */
export interface InitFromResult {
  /** The file that was written, relative to the project. */
  readonly created: string;
  /** What it cannot say yet; each stands in it as a comment. */
  readonly leftOut: readonly ConfigProblem[];
}

/**
 * Writes a `deploy.ts` that resolves to what a Kamal configuration and those of its destinations resolve to.
 * Secrets and hooks stay where they are; ERB becomes expressions.
 *
 * @throws {SextantError} `USAGE` if there is a `deploy.ts` already, which stays as it is.
 * @throws {SextantError} `CONFIG_NOT_FOUND` if there is no such configuration.
 * @throws {ConfigError} If the configuration has problems other than keys that have no effect here yet.
 */
export async function initFrom(project: KamalProject): Promise<InitFromResult> {
  for (const path of ["deploy.ts", "config/deploy.ts"]) await refuseExisting(project.root, path);
  const { text, leftOut } = await convertProject(project);
  try {
    await Deno.writeTextFile(resolve(project.root, "deploy.ts"), text, { createNew: true });
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) throw isThere("deploy.ts");
    throw new SextantError("USAGE", `deploy.ts cannot be written: ${messageOf(error)}`, {
      cause: error,
    });
  }
  return { created: "deploy.ts", leftOut };
}

/** The text of a `deploy.ts`, and what it cannot say yet. */
export async function convertProject(
  project: KamalProject,
): Promise<{ readonly text: string; readonly leftOut: readonly ConfigProblem[] }> {
  const marks = new ErbMarks();
  const { base, destinations } = await readProject(project, marks);
  const leftOut: ConfigProblem[] = [...base.leftOut];
  const spoken = speak(base, marks, leftOut);
  const overlays = new Map<string, SpokenFields>();
  for (const [name, draft] of destinations) {
    leftOut.push(...draft.leftOut);
    const wanted = speak(draft, marks, leftOut);
    const overlay = overlayBetween(spoken.fields, wanted.fields);
    leftOut.push(...overlay.leftOut.map((noun) => ({
      path: `destinations.${name}.${noun}`,
      message: "differs in a way that an overlay cannot say: write it by hand",
    })));
    overlays.set(name, { fields: overlay.fields, filled: wanted.filled });
  }
  const near = distinct(leftOut).map((problem) => nearRoot(problem, project.root));
  const text = deployText(
    { ...spoken, from: project.from, destinations: overlays, leftOut: near },
    marks,
  );
  return { text, leftOut: near };
}

/** What a draft says, in short forms, without nouns that its ERB makes as a whole. */
function speak(
  { spec, filled }: Draft,
  marks: ErbMarks,
  leftOut: ConfigProblem[],
): SpokenFields {
  const fields = shortSpec(spec);
  const given = shortSpec(filled);
  const made = Object.keys(fields).filter((noun) =>
    isMadeByErb(fields[noun], [noun], given, marks)
  );
  leftOut.push(...made.map((path) => ({
    path,
    message: "is made by ERB, more than single values: write it by hand",
  })));
  const kept = Object.entries(fields).filter(([noun]) => !made.includes(noun));
  return { fields: Object.fromEntries(kept), filled: given };
}

function isMadeByErb(
  value: unknown,
  path: readonly string[],
  given: PlainObject,
  marks: ErbMarks,
): boolean {
  if (typeof value === "string" && marks.isIn(value)) {
    const there = valueAt(given, path);
    return typeof there === "object" && there !== null;
  }
  const isHolder = Array.isArray(value) || isPlainObject(value);
  return isHolder &&
    Object.entries(value).some(([key, item]) => isMadeByErb(item, [...path, key], given, marks));
}

async function refuseExisting(root: string, path: string): Promise<void> {
  const isFree = await Deno.lstat(resolve(root, path)).then(() => false, () => true);
  if (!isFree) throw isThere(path);
}

function isThere(path: string): SextantError {
  return new SextantError("USAGE", `there is a ${path} already, and it stays as it is`, {
    hint: "Move it out of the way, and try again.",
  });
}

/** The file is committed and read on other machines, so that it names places within the project alone. */
function nearRoot(problem: ConfigProblem, root: string): ConfigProblem {
  const { position } = problem;
  const folder = `${resolve(root)}/`;
  const whole = resolve(position ?? "");
  return whole.startsWith(folder) ? { ...problem, position: whole.slice(folder.length) } : problem;
}
