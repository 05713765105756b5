/**
 * Reads a Kamal project to be written anew: what can be carried over, and what cannot yet.
 *
 * @module
 */

import { parse } from "@std/yaml";
import { basename, dirname, join, resolve } from "node:path";
import { isPlainObject, type PlainObject } from "../config/plain_data.ts";
import { ConfigError, type ConfigProblem, SextantError } from "../errors.ts";
import type { ErbMarks } from "./init_from_erb.ts";
import { destinationsOf, loadYaml } from "./yaml.ts";
import { readYaml, YamlDocument } from "./yaml_document.ts";
import { mergeNodes, nodesOf, type YamlNode } from "./yaml_node.ts";
import { problemAt } from "./yaml_problems.ts";
import { type NodeProblem, specOf } from "./yaml_spec.ts";
import { refusedKey } from "./yaml_unbuilt.ts";

/** Which project. */
export interface KamalProject {
  /** Folder of the project. */
  readonly root: string;
  /** Its file, relative to the project, such as `config/deploy.yml`. */
  readonly from: string;
  /** Environment of the process, for ERB. */
  readonly env: Readonly<Record<string, string>>;
}

/** What a file says, alone or with that of a destination laid over it. */
export interface Draft {
  /** The spec in its long form, with marks for ERB. */
  readonly spec: PlainObject;
  /** The same with ERB filled in, to tell of which kind the marked values are. */
  readonly filled: PlainObject;
  /** Keys that have no effect here yet. */
  readonly leftOut: readonly ConfigProblem[];
}

/** A Kamal project as it was read. */
export interface ReadProject {
  /** What holds without a destination. */
  readonly base: Draft;
  /** What holds for each destination. */
  readonly destinations: ReadonlyMap<string, Draft>;
}

/**
 * Reads all files of a project.
 *
 * @throws {SextantError} `CONFIG_NOT_FOUND` if there is no such file.
 * @throws {ConfigError} If a file has problems other than keys that have no effect here yet.
 */
export async function readProject(project: KamalProject, marks: ErbMarks): Promise<ReadProject> {
  const path = resolve(project.root, project.from);
  const names = await destinationsBeside(path, project.from);
  const base = await draftOf(project, [path], undefined, marks);
  const destinations = new Map<string, Draft>();
  for (const name of names) {
    destinations.set(name, await draftOf(project, [path, fileOf(path, name)], name, marks));
  }
  const drafts = names.length > 0 ? destinations : new Map([[undefined, base]]);
  const problems: ConfigProblem[] = [];
  for (const [destination, { leftOut }] of drafts) {
    problems.push(...await otherProblems(project, destination, leftOut));
  }
  if (problems.length > 0) throw new ConfigError(distinct(problems));
  return { base, destinations };
}

/** Each problem once. */
export function distinct(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  return [...new Map(problems.map((problem) => [idOf(problem), problem])).values()];
}

async function draftOf(
  { root, env }: KamalProject,
  paths: readonly string[],
  destination: string | undefined,
  marks: ErbMarks,
): Promise<Draft> {
  const inside = destination === undefined ? env : { ...env, KAMAL_DESTINATION: destination };
  const documents = await Promise.all(
    paths.map(async (path) => await readYaml({ root, path, env: inside })),
  );
  const marked = await Promise.all(paths.map((path) => readMarked(path, marks)));
  const { spec: filled, problems } = specOf(mergedNodes(documents));
  const leftOut = problems.filter(isNotBuilt).map(problemAt);
  const spec = { ...specOf(mergedNodes(marked)).spec };
  return { spec: withoutErbFiles(spec), filled: withoutErbFiles({ ...filled }), leftOut };
}

/** A file in which marks stand for values; its lines are of no interest. */
async function readMarked(path: string, marks: ErbMarks): Promise<YamlDocument> {
  const text = marks.fill((await Deno.readTextFile(path)).replace(/^\uFEFF/, ""));
  return new YamlDocument(
    path,
    { text, lines: [], filled: new Set(), problems: [] },
    parse(text),
  );
}

function mergedNodes(documents: readonly YamlDocument[]): YamlNode {
  return documents.map(nodesOf).reduce((base, over) =>
    // A destination's file in which all is commented out changes nothing.
    over.content === null ? base : mergeNodes(base, over)
  );
}

function isNotBuilt({ node }: NodeProblem): boolean {
  const names = node.path.filter((key) => typeof key === "string");
  const place = names.map((name, index) => {
    const isChosen = index === 1 && ["servers", "accessories"].includes(names[0] ?? "");
    return isChosen ? "*" : name;
  }).join(".");
  return place === "accessories.*.files" || refusedKey(place) !== undefined;
}

/** Kamal would fill in the ERB of these files; without it they are not what is meant. */
function withoutErbFiles({ accessories, ...spec }: PlainObject): PlainObject {
  if (!isPlainObject(accessories)) return spec;
  const kept = Object.entries(accessories).map(([name, accessory]) => {
    if (!isPlainObject(accessory) || !Array.isArray(accessory.files)) return [name, accessory];
    const files = accessory.files.filter((file) => {
      const local: unknown = isPlainObject(file) ? file.local : file;
      return !String(local).split(":")[0]?.endsWith("erb");
    });
    return [name, { ...accessory, files }];
  });
  return { ...spec, accessories: Object.fromEntries(kept) };
}

/** What reading the files as a deployment complains of besides what is left out. */
async function otherProblems(
  { root, from, env }: KamalProject,
  destination: string | undefined,
  leftOut: readonly ConfigProblem[],
): Promise<readonly ConfigProblem[]> {
  const known = new Set(leftOut.map(idOf));
  try {
    await loadYaml({ root, file: from, destination, env });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.filter((problem) => !known.has(idOf(problem)));
  }
}

function idOf({ path, message, position }: ConfigProblem): string {
  return [position, path, message].join("\n");
}

async function destinationsBeside(path: string, from: string): Promise<readonly string[]> {
  const isFile = await Deno.stat(path).then((info) => info.isFile, () => false);
  if (!isFile || !/\.ya?ml$/.test(path)) {
    throw new SextantError("CONFIG_NOT_FOUND", `there is no Kamal configuration ${from}`, {
      hint: "Name the file that Kamal reads: sextant init --from config/deploy.yml",
    });
  }
  return await destinationsOf(path);
}

function fileOf(path: string, destination: string): string {
  return join(dirname(path), basename(path).replace(/\.ya?ml$/, `.${destination}.yml`));
}
