/**
 * Reads Kamal's `config/deploy.yml`, and the file of a destination over it.
 *
 * @module
 */

import { basename, dirname, join, resolve } from "node:path";
import { didYouMean } from "../config/closest.ts";
import { localFiles, resolveConfig } from "../config/resolve.ts";
import { isName, NAME_RULE } from "../config/service.ts";
import type { DeploySpec } from "../config/spec.ts";
import { ConfigError, type ConfigProblem, SextantError } from "../errors.ts";
import { positionOf } from "./module_problem.ts";
import { readYaml, type YamlDocument } from "./yaml_document.ts";
import { isMapNode, mergeNodes, nodesOf, type YamlNode, YamlValueError } from "./yaml_node.ts";
import { inOrder, problemAt, problemFrom } from "./yaml_problems.ts";
import { specOf } from "./yaml_spec.ts";
import { checkMinimumVersion } from "./yaml_version.ts";

/** Which file, and what it may look at. */
export interface YamlOptions {
  /** Folder of the project. */
  readonly root: string;
  /** File to read, relative to the project. */
  readonly file: string;
  /** Destination, whose file is laid over it. */
  readonly destination: string | undefined;
  /** Environment of the process, for ERB. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Reads a deployment written for Kamal.
 *
 * @throws {SextantError} `CONFIG_NOT_FOUND` if the destination has no file.
 * @throws {ConfigError} If anything is wrong; names all of it, in Kamal's spelling, with file and line.
 */
export async function loadYaml(options: YamlOptions): Promise<DeploySpec> {
  const { root, file, destination } = options;
  const path = resolve(root, file);
  const known = await destinationsOf(path);
  const over = destination === undefined ? [] : [destinationFile(path, destination, known)];
  // Kamal: configuration.rb, create_from. ERB can tell the destination.
  const env = {
    ...options.env,
    ...destination === undefined ? {} : { KAMAL_DESTINATION: destination },
  };
  const documents = await allOf(
    [path, ...over].map(async (path) => await readYaml({ root, path, env })),
  );
  const [base, ...others] = documents.map(readNodes);
  if (base === undefined) throw new RangeError("No file was read");
  return await validate(others.reduce(mergeOver, base), destination, known);
}

async function validate(
  root: YamlNode,
  destination: string | undefined,
  known: readonly string[],
): Promise<DeploySpec> {
  const { spec, origins, broken, problems } = specOf(root);
  const found: ConfigProblem[] = [...problems, ...checkMinimumVersion(root)].map(problemAt);
  // A file that is no deployment at all lacks everything.
  if (isMapNode(root)) found.push(...await problemsOf(spec, origins, broken, destination, known));
  if (found.length > 0) throw new ConfigError(inOrder(found));
  return destination === undefined ? spec : { ...spec, destinations: { [destination]: {} } };
}

/** What resolving will find, which knows nothing of files and lines. */
async function problemsOf(
  spec: DeploySpec,
  origins: ReadonlyMap<string, YamlNode>,
  broken: readonly string[],
  destination: string | undefined,
  known: readonly string[],
): Promise<readonly ConfigProblem[]> {
  const destinations = Object.fromEntries(known.map((name) => [name, {}]));
  // Whether the files to upload are there is seen when they are read.
  const digests = Object.fromEntries(localFiles(spec).map((file) => [file, ""]));
  try {
    await resolveConfig({ ...spec, destinations }, { destination, digests, broken });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((problem) => problemFrom(problem, origins));
  }
}

function readNodes(document: YamlDocument): YamlNode {
  try {
    return nodesOf(document);
  } catch (error) {
    if (!(error instanceof YamlValueError)) throw error;
    const node = { document, path: error.path, content: null };
    throw new ConfigError([problemAt({ node, message: error.message })], { cause: error });
  }
}

/** A destination's file in which all is commented out changes nothing. */
function mergeOver(base: YamlNode, over: YamlNode): YamlNode {
  return over.content === null ? base : mergeNodes(base, over);
}

/** Waits for all files, so that what is wrong in any of them is told at once. */
async function allOf(reading: readonly Promise<YamlDocument>[]): Promise<readonly YamlDocument[]> {
  const results = await Promise.allSettled(reading);
  const failures: ConfigError[] = [];
  for (const result of results) {
    if (result.status === "fulfilled") continue;
    if (!(result.reason instanceof ConfigError)) throw result.reason;
    failures.push(result.reason);
  }
  if (failures.length > 0) {
    throw new ConfigError(failures.flatMap(({ problems }) => problems), {
      hint: failures.find(({ hint }) => hint !== undefined)?.hint,
      cause: failures[0],
    });
  }
  return results.flatMap((result) => result.status === "fulfilled" ? [result.value] : []);
}

/** The names between `deploy.` and `.yml` in the folder of a file. */
export async function destinationsOf(path: string): Promise<readonly string[]> {
  const prefix = `${basename(path).replace(/\.ya?ml$/, "")}.`;
  const names: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(dirname(path))) {
    if (isDirectory || !name.startsWith(prefix) || !name.endsWith(".yml")) continue;
    const destination = name.slice(prefix.length, -".yml".length);
    if (isName(destination)) names.push(destination);
  }
  return names.toSorted();
}

function destinationFile(path: string, destination: string, known: readonly string[]): string {
  if (!isName(destination)) {
    throw new ConfigError([{ path: "destination", message: NAME_RULE }]);
  }
  const name = basename(path).replace(/\.ya?ml$/, `.${destination}.yml`);
  const file = join(dirname(path), name);
  if (known.includes(destination)) return file;
  throw new SextantError(
    "CONFIG_NOT_FOUND",
    `there is no ${positionOf(file)} for the destination "${destination}"${
      didYouMean(destination, known)
    }`,
    {
      hint: `Put what ${destination} has of its own into that file; it is laid over ${
        name.replace(`.${destination}.`, ".")
      }.`,
    },
  );
}
