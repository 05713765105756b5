/**
 * Finds and reads the user's deployment.
 *
 * @module
 */

import { extname, relative, resolve } from "node:path";
import type { DeployContext } from "../config/deploy_context.ts";
import { type DeployEffects, NO_EFFECTS } from "../config/effects.ts";
import { DEPLOY_BRAND, type DeploySpec } from "../config/spec.ts";
import { ConfigError, type ConfigProblem, SextantError } from "../errors.ts";
import { loadModule, showOwnPaths } from "./module_loader.ts";
import { positionOf, problemIn } from "./module_problem.ts";

/** Where the deployment is, and what it may look at if it is a function. */
export interface LoadOptions extends Partial<DeployContext> {
  /** Folder of the project. */
  readonly root: string;
  /** File to read, relative to the project. @default `deploy.ts`, `config/deploy.ts`, `config/deploy.yml` */
  readonly configFile?: string | undefined;
  /** Environment of the process. */
  readonly env: Readonly<Record<string, string>>;
}

/** A deployment as it was read. */
export interface Deployment {
  /** What it is, as plain data. */
  readonly spec: DeploySpec;
  /** The user's functions beside it. */
  readonly effects: DeployEffects;
  /** The file it came from, relative to the project. */
  readonly file: string;
}

/** What a deployment is to us: another copy of the SDK may have made it. */
interface DeployLike {
  readonly toSpec: () => DeploySpec;
  readonly toEffects: () => DeployEffects;
}

const USUAL_FILES = ["deploy.ts", "config/deploy.ts", "config/deploy.yml"];

/**
 * Reads the deployment that a module exports, a value or a function of {@linkcode DeployContext} that gives one, or
 * one that was written for Kamal in YAML.
 *
 * @throws {SextantError} `CONFIG_NOT_FOUND` if there is no such file, or none for the destination.
 * @throws {ConfigError} If the file cannot be read, or what it holds is no deployment; says where.
 */
export async function loadDeployment(options: LoadOptions): Promise<Deployment> {
  const { root, destination, version, env } = options;
  const file = await findFile(root, options.configFile);
  if (/^\.ya?ml$/.test(extname(file))) {
    // Who has a module needs neither the parser nor the schemas for it.
    const { loadYaml } = await import("./yaml.ts");
    const spec = await loadYaml({ root, file, destination, env });
    return { spec, effects: NO_EFFECTS, file };
  }
  const path = resolve(root, file);
  try {
    const module = await loadModule(path);
    const exported = module.default;
    const context: DeployContext = Object.freeze({ destination, version, env });
    const isMade = typeof exported === "function";
    const value = isMade ? await exported(context) : exported;
    const deployment = asDeployment({ value, isThere: "default" in module, isMade }, path);
    return { spec: deployment.toSpec(), effects: deployment.toEffects(), file };
  } catch (error) {
    throw located(error, path);
  }
}

async function findFile(root: string, configFile: string | undefined): Promise<string> {
  const wanted = configFile === undefined
    ? USUAL_FILES
    : [relative(root, resolve(root, configFile))];
  const found = await firstFile(root, wanted);
  if (found !== undefined) return found;
  throw new SextantError(
    "CONFIG_NOT_FOUND",
    `there is no deployment in ${root}: looked for ${listOf(wanted)}`,
    { hint: "sextant init makes a deploy.ts to begin with; -c names another file." },
  );
}

function listOf(files: readonly string[]): string {
  return [files.slice(0, -1).join(", "), files.at(-1)].filter((part) => part).join(" and ");
}

async function firstFile(root: string, files: readonly string[]): Promise<string | undefined> {
  for (const file of files) {
    const isFile = await Deno.stat(resolve(root, file)).then((info) => info.isFile, () => false);
    if (isFile) return file;
  }
  return undefined;
}

/** What a module exports by default, or what its function made. */
interface Given {
  readonly value: unknown;
  /** Whether there is a default export at all. */
  readonly isThere: boolean;
  /** Whether a function made it. */
  readonly isMade: boolean;
}

function asDeployment({ value, isThere, isMade }: Given, path: string): DeployLike {
  if (isDeployment(value)) return value;
  const given = describe(value);
  const isPromise = value instanceof Promise;
  // It has no other reader, and rejected it would end the program.
  if (isPromise) value.catch(() => {});
  const message = isMade
    ? `the function that it exports by default gave ${given}, not a deployment`
    : !isThere
    ? "has no default export"
    : `exports ${given} by default, not a deployment`;
  throw new ConfigError([{ path: "", message, position: positionOf(path) }], {
    hint: `Write: export default ${isPromise ? "await " : ""}deploy("my-app")…`,
  });
}

function isDeployment(value: unknown): value is DeployLike {
  return typeof value === "object" && value !== null && DEPLOY_BRAND in value &&
    "toSpec" in value && typeof value.toSpec === "function" &&
    "toEffects" in value && typeof value.toEffects === "function";
}

function describe(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (value instanceof Promise) return "a promise";
  if (Array.isArray(value)) return "a list";
  return `${typeof value === "object" ? "an" : "a"} ${typeof value}`;
}

/** Says where in the user's files it happened, and takes an error of another copy of the SDK for one of ours. */
function located(error: unknown, path: string): Error {
  const original = error instanceof ConfigError && error.cause !== undefined ? error.cause : error;
  if (isConfigError(original)) {
    const { position } = problemIn(original, path);
    const problems = original.problems.map((problem) => ({
      ...problem,
      position: problem.position ?? position,
    }));
    return new ConfigError(problems, { hint: original.hint, cause: original });
  }
  if (error instanceof SextantError) return error;
  showOwnPaths(error);
  return new ConfigError([problemIn(error, path)], { cause: error });
}

interface ConfigErrorLike extends Error {
  readonly hint: string | undefined;
  readonly problems: readonly ConfigProblem[];
}

function isConfigError(error: unknown): error is ConfigErrorLike {
  return error instanceof Error && "code" in error && error.code === "CONFIG_INVALID" &&
    "problems" in error && Array.isArray(error.problems) && "hint" in error;
}
